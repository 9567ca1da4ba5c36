"""A list of things, each with how many."""

from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Example,
    Invalid,
    Kind,
    Option,
    Options,
    Posted,
    Schema,
    Typed,
)
from doorstep.forms.rules.types import INT, TEXT, ListOf, Record, Type
from doorstep.text.untranslated import like, together

ITEM = Record("item", {"id": TEXT, "count": INT})
# Of one thing, where its option says no less.
MOST = 99


def most(option: tuple[str, str]) -> int:
    """Return how many of an option may be asked for; none of what is only listed to be explained."""
    return int(option.more.get("most", MOST)) if isinstance(option, Option) else MOST


class Items(Kind):
    """Any number of several things, each with how many, such as two mattresses and a fridge."""

    name, may_repeat, chooses = "items", False, True
    datatype = ""
    examples = (
        Example({"-a": ["2"], "-b": [""]}, [{"id": "a", "count": 2}]),
        Example({"-b": [" 1 "], "-a": ["0"]}, [{"id": "b", "count": 1}]),
        Example({"-a": [""]}, refused="items_none"),
        Example({"-a": ["two"]}, refused="items_number"),
        Example({"-a": ["100"]}, refused="items_most"),
        Example({"-a": ["-1"]}, refused="items_number"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return ListOf(ITEM)

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        row = {
            "type": "object",
            "properties": {"id": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
            "required": ["id", "count"],
        }
        return {"type": "array", "items": row, "minItems": 0 if question.optional else 1}

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for a JSON value; raises Invalid."""
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise Invalid("wrong_type")
        if any(not isinstance(row.get("id"), str) or not row["id"] for row in value):
            raise Invalid("wrong_type")
        names = [row["id"] for row in value]
        if len(set(names)) < len(names) or not all(type(row.get("count")) is int for row in value):
            raise Invalid("wrong_type")
        return Typed({f"{question.id}-{row['id']}": [str(row["count"])] for row in value})

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return what is asked for, in the options' order; raises Invalid."""
        rows, start = [], f"{question.id}-"
        names = {start + value for value, _ in options}
        if any(n.startswith(start) and n not in names and posted.get(n) for n in posted):
            raise Invalid("not_an_option")  # it left the list meanwhile: never drop it quietly
        for option in options:
            count = _count(posted.get(f"{question.id}-{option[0]}"), option)
            if count:
                rows.append({"id": option[0], "count": count})
        if not rows and not question.optional:
            raise Invalid("items_none")
        return rows or None

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give an answer."""
        return Typed({f"{question.id}-{row['id']}": [str(row["count"])] for row in answer or []})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the things in words: “2 × Mattress, Fridge”."""
        names = dict(options)
        labels = [(row["count"], names.get(row["id"], row["id"])) for row in answer or []]
        return together([like(n, n if count == 1 else f"{count} × {n}") for count, n in labels])

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the thing whose number is wrong."""
        part = invalid.values.get("part")
        return f"{question.id}-{part}" if part else question.id


def _count(text: str | None, option: tuple[str, str]) -> int:
    text = (text or "").strip()
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 4:
        raise Invalid("items_number", item=option[1], part=option[0])
    if int(text) and not most(option):
        raise Invalid("not_an_option")
    if int(text) > most(option):
        raise Invalid("items_most", item=option[1], most=most(option), part=option[0])
    return int(text)
