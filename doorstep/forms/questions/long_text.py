"""A text of several lines."""

from datetime import date

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Kind, Options, Posted, Schema, one, only_text, text_schema

# Letters, where the question says no less.
MOST = 2000


class LongText(Kind):
    """A text of several lines."""

    name = "long_text"
    shown, own_words, usual = "text", 1, "An example"
    datatype = "text"
    examples = (one("By the\r\ngate", "By the\ngate"), one("x" * 2001, refused="too_long"))

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return text_schema(question, MOST)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        return only_text(question, posted, MOST) or None

    def most_letters(self, question: Question) -> int:
        """Return how many letters an answer may have."""
        return question.max_length or MOST

    def possible(self, question: Question, today: date) -> list[object]:
        """Return one text for any."""
        return ["Any text"]
