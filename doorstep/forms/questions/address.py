"""A property of this council, by its UPRN; stands alone on its page, which finds it by postcode."""

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Kind, Options, Posted, Schema, one, only_text
from doorstep.forms.rules.types import PROPERTY, Type


class Address(Kind):
    """A property of this council, by its UPRN."""

    name, may_repeat = "address", False
    nature, carried, missing = "home", "by_kind", "missing_address"
    datatype, has_own_page = "", True
    examples = (one("a", "a"), one("zebra", refused="not_an_option"), one("", refused="missing"))

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return PROPERTY

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {"type": "string", "pattern": "^[0-9]{1,12}$", "description": "A UPRN"}

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        value = only_text(question, posted, 12)
        if value and value not in dict(options):
            raise Invalid("not_an_option")
        return value or None

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the address."""
        return dict(options).get(str(answer), "")
