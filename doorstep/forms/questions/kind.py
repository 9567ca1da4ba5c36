"""What every kind of question offers."""

from collections.abc import Mapping
from typing import Protocol

from doorstep.forms.form import Question
from doorstep.forms.rules.types import Type

Options = tuple[tuple[str, str], ...]


class Invalid(Exception):
    """An answer that cannot be taken; the sentence for `code` stands in a template or the form."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Kind(Protocol):
    """A kind of question: one file, one line in `kinds.py`, one template."""

    name: str
    asks: bool
    examples: tuple[tuple[str, object], ...]

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer from what was posted; raises Invalid."""

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""


# Nothing a person types: the database refuses the first, messages use the second as a mark.
_NEVER = {0: None, 0xE000: None}


def only_text(question: Question, posted: Mapping[str, str], limit: int) -> str:
    """Return the trimmed text posted for a question; raises Invalid when missing or too long."""
    text = posted.get(question.id, "").translate(_NEVER).strip()
    if not text and not question.optional:
        raise Invalid("missing")
    most = question.max_length or limit
    if len(text) > most:
        raise Invalid("too_long", most=most, over=len(text) - most)
    return text
