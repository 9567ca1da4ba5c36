"""What is asked several times over, such as each person who moves: a page of questions, entry by entry."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Kind, Options, Posted, Schema, Typed
from doorstep.forms.rules.types import ListOf, Maybe, Record, Type

# Entries of one answer, where the page says no less.
MOST = 20


class Several(Kind):
    """Entries of the same questions, one after the other; services say it by a page's `repeat`."""

    name, may_repeat = "several", False
    is_private = True
    is_listed, is_typed, carried, datatype = False, True, "never", ""
    examples = ()

    def __init__(self, of: Callable[[Question], Kind]) -> None:
        """Take how the kind of a part is found."""
        self.of = of

    def type(self, question: Question) -> Type:
        """Return the type that rules see: a list of records."""
        fields = {part.id: self._type(part) for part in question.parts}
        return ListOf(Record(question.each or question.id, fields))

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        entry: Schema = {
            "type": "object",
            "properties": {part.id: self._schema(part) for part in question.parts},
            "required": [part.id for part in question.parts if not part.may_be_left_out],
            "additionalProperties": False,
        }
        most, least = self.most(question), 0 if question.optional else 1
        return {"type": "array", "items": entry, "minItems": least, "maxItems": most}

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for a JSON value; raises Invalid."""
        if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
            raise Invalid("wrong_type")
        ids, typed = {part.id for part in question.parts}, Typed()
        for number, entry in enumerate(value, 1):
            if set(entry) - ids:
                raise Invalid("wrong_type")
            for part in question.parts:
                if entry.get(part.id) is not None:
                    there = question.in_entry(number, part)
                    typed |= self._read(there, entry[part.id], number, part)
        return typed

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the entries in order, those in which nothing was typed left out; raises Invalid."""
        numbers = self.numbers_of(question, posted)
        if len(numbers) > self.most(question):
            raise Invalid("several_most", most=self.most(question))
        entries = []
        for number in numbers:
            entry, wrong = self.read_entry(question, number, posted)
            if wrong:
                raise Invalid("several", entry=number, wrong=wrong)
            entries.append(entry)
        if not entries and not question.optional:
            raise Invalid("missing")
        return entries or None

    def fits(self, question: Question, answer: Any, today: date) -> None:
        """Raise Invalid where a part of an entry cannot be on the day that it is given."""
        for number, entry in enumerate(answer, 1):
            if wrong := self.unfit(question, entry, today):
                raise Invalid("several", entry=number, wrong=wrong)

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give the entries."""
        typed = Typed()
        for number, entry in enumerate(answer or [], 1):
            for part in question.parts:
                there = question.in_entry(number, part)
                typed |= self.of(part).fill(there, entry.get(part.id))
        return typed

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the entries, each as what its parts show: sentences know how to say them."""
        entries = [self.show_entry(question, entry) for entry in answer or []]
        return {"entries": entries} if entries else ""

    def show_entry(self, question: Question, entry: Mapping[str, object]) -> list[object]:
        """Return what one entry is: its first part by itself, the others beside what they are called."""
        shown: list[object] = []
        for number, part in enumerate(question.parts):
            if entry.get(part.id) is not None:
                value = self.of(part).show(part, entry[part.id], part.options)
                shown.append(value if number == 0 else {"called": (part.short, value)})
        return shown

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the field of the entry that is wrong."""
        number, wrong = invalid.values.get("entry", 1), invalid.values.get("wrong") or {}
        for part in question.parts:
            if isinstance(wrong, Mapping) and part.id in wrong:
                there = question.in_entry(int(str(number)), part)
                return self.of(part).anchor(there, wrong[part.id])
        return f"{question.id}-1-{question.parts[0].id}"

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Refuse: entries do not come as texts."""
        raise Invalid("wrong_type")

    def numbers_of(self, question: Question, posted: Posted) -> list[int]:
        """Return the numbers of the entries in which something was typed, in order."""
        numbers, start = set(), f"{question.id}-"
        for name in posted:
            number, _, part = name.removeprefix(start).partition("-")
            if not name.startswith(start) or not part or not number.isdecimal() or len(number) > 3:
                continue
            if any(text.strip() for text in posted.getlist(name)):
                numbers.add(int(number))
        return sorted(numbers)

    def most(self, question: Question) -> int:
        """Return how many entries there may be."""
        return question.most or MOST

    def read_entry(
        self, question: Question, number: int, posted: Posted
    ) -> tuple[dict[str, object], dict[str, Invalid]]:
        """Return one entry's answers by the ids of its parts, and what is wrong with the others."""
        entry: dict[str, object] = {}
        wrong: dict[str, Invalid] = {}
        for part in question.parts:
            if not part.is_asked(entry):
                entry[part.id] = None
                continue
            there = question.in_entry(number, part)
            try:
                entry[part.id] = self.of(part).clean(there, posted, part.options)
            except Invalid as exc:
                wrong[part.id] = exc
        return entry, wrong

    def to_draw(self, question: Question, posted: Posted) -> list[int]:
        """Return the numbers of the entries as they are drawn together: those begun, and an empty one behind them."""
        numbers = self.numbers_of(question, posted)
        if len(numbers) < self.most(question):
            numbers.append(max(numbers, default=0) + 1)
        return numbers

    def unfit(
        self, question: Question, entry: Mapping[str, object], today: date
    ) -> dict[str, Invalid]:
        """Return what of an entry cannot be on the day that it is given, by the ids of its parts."""
        wrong: dict[str, Invalid] = {}
        for part in question.parts:
            if entry.get(part.id) is not None:
                try:
                    self.of(part).fits(part, entry[part.id], today)
                except Invalid as exc:
                    wrong[part.id] = exc
        return wrong

    def _read(self, there: Question, value: object, number: int, part: Question) -> Typed:
        """Return the fields of one part's JSON value; what is wrong with it is said of its entry."""
        try:
            return self.of(there).read(there, value)
        except Invalid as exc:
            raise Invalid("several", entry=number, wrong={part.id: exc}) from exc

    def _type(self, part: Question) -> Type:
        of = self.of(part).type(part)
        return Maybe(of) if part.may_be_left_out else of

    def _schema(self, part: Question) -> Schema:
        shape = self.of(part).schema(part)
        return {"anyOf": [shape, {"type": "null"}]} if part.may_be_left_out else shape
