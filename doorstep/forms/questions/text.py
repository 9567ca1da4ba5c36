"""A short text on one line."""

from datetime import date

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Kind, Options, Posted, one, only_text


class Text(Kind):
    """A short text on one line."""

    name = "text"
    shown, own_words, usual = "text", 2, "An example"
    examples = (
        one("Ann", "Ann"),
        one("  é  ", "é"),
        one("{link} <b>", "{link} <b>"),
        one("", refused="missing"),
        one("two\nlines", refused="one_line"),
        one("x" * 201, refused="too_long"),
    )

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 200)
        if len(text.splitlines()) > 1:
            raise Invalid("one_line")
        return text or None

    def possible(self, question: Question, today: date) -> list[object]:
        """Return one text for any."""
        return ["Any text"]
