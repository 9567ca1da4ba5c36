"""A text of several lines."""

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Kind, Options, Posted, one, only_text


class LongText(Kind):
    """A text of several lines."""

    name = "long_text"
    examples = (one("By the\r\ngate", "By the\ngate"), one("x" * 2001, refused="too_long"))

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        return only_text(question, posted, 2000) or None
