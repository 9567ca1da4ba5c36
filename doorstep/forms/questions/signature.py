"""A signature: a name that is typed, and what was drawn by hand beside it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Example, Invalid, Kind, Options, Posted, Schema, Typed
from doorstep.forms.rules.types import TEXT, Record, Type
from doorstep.text.clean import line

SIGNATURE = Record("signature", {"name": TEXT})
# The sheet that is drawn on, and the most letters of what is drawn: more than anybody's hand.
WIDTH, HEIGHT = 600, 200
MOST_NAME, MOST_DRAWN = 120, 20_000
# Lines through points of that sheet, as a path of SVG has them; nothing else that a path may be.
_POINT = r"[0-9]{1,3} [0-9]{1,3}"
_DRAWN = re.compile(rf"(?:M{_POINT}(?:L{_POINT})+)+")


def _sent(name: str, strokes: str = "") -> dict[str, list[str]]:
    return {"-name": [name], "-strokes": [strokes]}


class Signature(Kind):
    """A signature: the name typed, and drawn beside it where that can be done; never a picture made elsewhere."""

    name = "signature"
    is_private = True
    carried, missing = "never", "missing_signature"
    datatype, expected = "string", "The full name of who signs"
    usual: Mapping[str, str] = {"name": "Alex Example", "strokes": ""}
    examples = (
        Example(_sent(" Ann  Example "), {"name": "Ann Example", "strokes": ""}),
        Example(
            _sent("Ann Example", "M10 20L30 40L35 45M0 0L600 200"),
            {"name": "Ann Example", "strokes": "M10 20L30 40L35 45M0 0L600 200"},
        ),
        Example(_sent("  "), refused="missing"),
        Example(_sent("", "M10 20L30 40"), refused="missing"),
        Example(_sent("x" * 121), refused="too_long"),
        Example(_sent("Ann", "<svg>"), refused="signature_strokes"),
        Example(_sent("Ann", "M10 20"), refused="signature_strokes"),
        Example(_sent("Ann", "M10 20L30 40Z"), refused="signature_strokes"),
        Example(_sent("Ann", "M10 20L30 999"), refused="signature_strokes"),
        Example(_sent("Ann", "M10 20" + "L30 40" * 3400), refused="signature_strokes"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return SIGNATURE

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": MOST_NAME},
                "strokes": {
                    "type": "string",
                    "maxLength": MOST_DRAWN,
                    "description": f"Lines on a sheet of {WIDTH} by {HEIGHT}, such as M10 20L30 40",
                },
            },
            "required": ["name"],
            "additionalProperties": False,
        }

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for an object; raises Invalid."""
        known = {"name", "strokes"}
        if not isinstance(value, Mapping) or "name" not in value or not set(value) <= known:
            raise Invalid("wrong_type")
        if not all(isinstance(part, str) for part in value.values()):
            raise Invalid("wrong_type")
        return self.fill(question, value)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the name and what was drawn, "" where nothing was; raises Invalid."""
        name = line(posted.get(f"{question.id}-name") or "")
        strokes = (posted.get(f"{question.id}-strokes") or "").strip()
        if not name:
            if question.optional and not strokes:
                return None
            raise Invalid("missing")
        if len(name) > MOST_NAME:
            raise Invalid("too_long", most=MOST_NAME, over=len(name) - MOST_NAME)
        if strokes and not _is_drawn(strokes):
            raise Invalid("signature_strokes")
        return {"name": name, "strokes": strokes}

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give an answer."""
        given = answer or {}
        parts = ("name", "strokes")
        return Typed({f"{question.id}-{part}": [given[part]] for part in parts if given.get(part)})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return who signed: sentences know how to say it."""
        return {"signed": answer["name"]} if answer else ""

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the name's field."""
        return f"{question.id}-name"

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the field that a browser would send: the name; raises Invalid."""
        name = super().from_program(question, values).get(question.id)
        return Typed({f"{question.id}-name": [name]})

    def drawn(self, answer: Any) -> str:
        """Return the path of what was drawn; nothing of what we would not take is given back either."""
        strokes = str(answer.get("strokes") or "") if isinstance(answer, Mapping) else ""
        return strokes if _is_drawn(strokes) else ""


def _is_drawn(strokes: str) -> bool:
    if len(strokes) > MOST_DRAWN or not _DRAWN.fullmatch(strokes):
        return False
    points = re.findall(r"([0-9]+) ([0-9]+)", strokes)
    return all(int(x) <= WIDTH and int(y) <= HEIGHT for x, y in points)
