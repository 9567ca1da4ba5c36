"""A telephone number."""

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    one,
    only_text,
    text_schema,
)


class Telephone(Kind):
    """A telephone number."""

    name = "telephone"
    datatype, expected = "string", "A UK telephone number"
    examples = (
        one("01530 454545", "01530 454545"),
        one("+44 808 157 0192", "+44 808 157 0192"),
        one("Tel: +44 (0)1530 454545, after six", "Tel: +44 (0)1530 454545, after six"),
        one("01530\u2011454545", "01530\u2011454545"),
        one("call me", refused="telephone_shape"),
        one("12", refused="telephone_shape"),
    )

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return text_schema(question, 40)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 40)
        if not text:
            return None
        import phonenumbers  # 0.03 s, which every start would wait for

        # Only "possible": numbers set aside for drama are not "valid", and may be typed in a demo.
        # Words beside it stay: whoever rings reads "after six".
        possible = phonenumbers.Leniency.POSSIBLE
        if not phonenumbers.PhoneNumberMatcher(text, "GB", leniency=possible).has_next():
            raise Invalid("telephone_shape")
        return text
