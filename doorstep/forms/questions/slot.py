"""A day on which there is room."""

from datetime import date
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Example,
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    Typed,
    only_text,
)
from doorstep.forms.rules.types import DAY, TEXT, Record, Type

SLOT = Record("slot", {"id": TEXT, "day": DAY})


def day_of(value: str) -> date:
    """Return the day in an option's value, such as NORTH/2026-12-01; raises ValueError."""
    return date.fromisoformat(value[-10:])


def is_open(value: str) -> bool:
    """Say whether an option can be chosen; days that cannot are listed with a minus and their reason."""
    return not value.startswith("-")


class Slot(Kind):
    """A day on which there is room, found by a fact; days that are closed are shown with the reason."""

    name, may_repeat = "slot", False
    nature, datatype, chooses = "slot", "", True
    examples = (
        Example({"": ["N/2026-12-01"]}, {"id": "N/2026-12-01", "day": date(2026, 12, 1)}),
        Example({"": ["-2026-12-02"]}, refused="slot_gone"),
        Example({"": ["N/2026-12-24"]}, refused="slot_gone"),
        Example({"": [""]}, refused="missing"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return SLOT

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {"type": "string", "description": "One of the slots that can be chosen now"}

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the slot and its day; raises Invalid."""
        value = only_text(question, posted, 60)
        if not value:
            return None
        if not is_open(value) or value not in dict(options):
            raise Invalid("slot_gone")
        return {"id": value, "day": day_of(value)}

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the field that would give an answer."""
        return Typed({question.id: [answer["id"]] if answer else []})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the day, which sentences know how to say."""
        return answer["day"] if answer else ""

    def open_ones(self, options: Options) -> Options:
        """Return the days that have room."""
        return tuple(option for option in options if is_open(option[0]))
