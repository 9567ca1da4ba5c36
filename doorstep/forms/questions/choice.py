"""One of several options, fixed or found by a fact."""

from datetime import date

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    one,
    only_text,
    option_schema,
    option_type,
)
from doorstep.forms.rules.types import Type


class Choice(Kind):
    """One of several options, fixed or found by a fact."""

    name = "choice"
    shown, is_typed, missing = "what", False, "missing_choice"
    chooses = True
    datatype = "singlevaluelist"
    examples = (one("a", "a"), one("zebra", refused="not_an_option"), one("", refused="missing"))

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return option_type(question)

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return option_schema(question)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        value = only_text(question, posted, 100)
        if value and value not in dict(options):
            raise Invalid("not_an_option")
        return value or None

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the option's label."""
        return dict(options).get(str(answer), "")

    def possible(self, question: Question, today: date) -> list[object]:
        """Return each option that the form lists."""
        return [value for value, _ in question.options]
