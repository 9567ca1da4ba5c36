"""Words to read; nothing is asked."""

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Kind, Options, Posted


class Information(Kind):
    """Words to read; nothing is asked."""

    name = "information"
    asks = False

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return nothing."""
        return None
