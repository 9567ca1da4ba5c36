"""An e-mail address."""

import re

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

# Loose on purpose: only a message that arrives proves an address.
_SHAPE = re.compile(r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]{2,}$")


class Email(Kind):
    """An e-mail address."""

    name = "email"
    datatype, expected = "string", "An email address"
    examples = (one(" ann@example.com ", "ann@example.com"), one("ann@", refused="email_shape"))

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {**text_schema(question, 254), "format": "email"}

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 254)
        if text and not _SHAPE.match(text):
            raise Invalid("email_shape")
        return text or None
