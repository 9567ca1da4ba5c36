"""An e-mail address."""

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
from doorstep.text import copied


class Email(Kind):
    """An e-mail address."""

    name = "email"
    datatype, expected = "string", "An email address"
    examples = (
        one(" ann@example.com ", "ann@example.com"),
        one("ann@", refused="email_shape"),
        one("Ann <ann@Example.com>.", "ann@example.com"),
        one("mailto:ann@example.com", "ann@example.com"),
        one("mailto:ann@example.com?subject=Hello", "ann@example.com"),
        one("(ann@example.com)", "ann@example.com"),
        one("ann@exa\u200bmple.com", "ann@example.com"),
        one("a..b@example.com", refused="email_shape"),
        one("ann@localhost", refused="email_shape"),
    )

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {**text_schema(question, 254), "format": "email"}

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 254)
        # Only a message that arrives proves an address; but what no server takes is said at once.
        if text and not (address := copied.email(text)):
            raise Invalid("email_shape")
        return address if text else None
