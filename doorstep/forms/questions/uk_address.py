"""Any address in the United Kingdom: found among those of our district, or typed in."""

from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Example, Invalid, Kind, Options, Posted, Schema, Typed
from doorstep.forms.rules.types import TEXT, Record, Type
from doorstep.text import copied
from doorstep.text.clean import line

LINES = ("line1", "line2", "town", "county", "postcode")
NEEDED = ("line1", "town", "postcode")
PARTS = (*LINES, "uprn")
UK_ADDRESS = Record("UK address", dict.fromkeys(PARTS, TEXT))
# Of one line of it.
MOST = 100


def _sent(line1: str, line2: str, town: str, county: str, postcode: str) -> dict[str, list[str]]:
    lines = zip(LINES, (line1, line2, town, county, postcode), strict=True)
    return {f"-{part}": [text] for part, text in lines}


def _kept(line1: str, line2: str, town: str, county: str, postcode: str) -> dict[str, str]:
    return dict(zip(PARTS, (line1, line2, town, county, postcode, ""), strict=True))


_ONE = _sent("Flat 2", " 10  Mill Lane ", "Leeds", "", "ls1 4ap")
_OURS = {
    "line1": "1 Mill Lane",
    "line2": "",
    "town": "Coalville",
    "county": "",
    "postcode": "LE67 3FJ",
    "uprn": "100",
}


class UkAddress(Kind):
    """Any address in the UK, found by its postcode where it is ours, else typed in; never shown to anyone else."""

    name, may_repeat = "uk_address", False
    is_private = True
    nature = "anywhere"
    datatype, expected = "string", "Lines, town and postcode with commas, or a UPRN of the district"
    usual = _kept("10 Mill Lane", "", "Leeds", "", "LS1 4AP")
    examples = (
        Example(_ONE, _kept("Flat 2", "10 Mill Lane", "Leeds", "", "LS1 4AP")),
        Example(
            _sent("10 Mill Lane", "", "Otley", "West Yorkshire", "LS21 1AA"),
            _kept("10 Mill Lane", "", "Otley", "West Yorkshire", "LS21 1AA"),
        ),
        Example(
            {**_ONE, "-typed": ["LE67 3FJ"]}, usual | {"line1": "Flat 2", "line2": "10 Mill Lane"}
        ),
        Example({"": ["100"], "-typed": ["LE67 3FJ"], "-found": ["LE67 3FJ"]}, _OURS),
        Example({"": ["100"]}, _OURS),
        Example({"": [""]}, refused="missing"),
        Example({"": ["999"]}, refused="address_gone"),
        Example({"-typed": ["LE67 3FJ"]}, refused="address_choose"),
        Example({"-typed": ["Leeds"]}, refused="postcode_shape"),
        Example(
            {"": ["100"], "-typed": ["LE67 4AA"], "-found": ["LE67 3FJ"]}, refused="address_choose"
        ),
        Example({"": ["100"], **_ONE}, refused="address_both"),
        Example(_sent("", "", "Leeds", "", "LS1 4AP"), refused="address_part"),
        Example(_sent("10 Mill Lane", "", "", "", "LS1 4AP"), refused="address_part"),
        Example(_sent("10 Mill Lane", "", "Leeds", "", ""), refused="address_part"),
        Example(_sent("10 Mill Lane", "", "Leeds", "", "75001"), refused="postcode_shape"),
        Example(_sent("x" * 101, "", "Leeds", "", "LS1 4AP"), refused="address_long"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return UK_ADDRESS

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON: its lines, or a UPRN of the district."""
        text: Schema = {"type": "string", "maxLength": MOST}
        uprn: Schema = {
            "type": "string",
            "pattern": "^[0-9]{0,12}$",
            "description": "A UPRN of ours",
        }
        return {
            "type": "object",
            "properties": {**dict.fromkeys(LINES, text), "uprn": uprn},
            "anyOf": [{"required": ["uprn"]}, {"required": list(NEEDED)}],
            "additionalProperties": False,
        }

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for an object; raises Invalid."""
        if not isinstance(value, Mapping) or not value or not set(value) <= set(PARTS):
            raise Invalid("wrong_type")
        if not all(isinstance(part, str) for part in value.values()):
            raise Invalid("wrong_type")
        return self.fill(question, value)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the address, its UPRN "" where it was typed; raises Invalid."""
        lines = {part: line(posted.get(f"{question.id}-{part}") or "") for part in LINES}
        chosen = (posted.get(question.id) or "").strip()
        sought = (posted.get(f"{question.id}-typed") or "").strip()
        if any(lines.values()):
            if chosen:
                raise Invalid("address_both")
            return _typed(lines)
        if sought and not copied.postcode(sought):
            raise Invalid("postcode_shape")
        # Sought anew, and not looked for yet: what is chosen belongs to what was sought before.
        if sought and (not chosen or sought != (posted.get(f"{question.id}-found") or "").strip()):
            raise Invalid("address_choose")
        if not chosen:
            if question.optional:
                return None
            raise Invalid("missing")
        home = next((option for option in options if option[0] == chosen), None)
        if home is None:
            raise Invalid("address_gone")
        more: Mapping[str, str] = getattr(home, "more", {})
        return {**{part: more.get(part, "") for part in LINES}, "uprn": home[0]}

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give an answer."""
        given = answer or {}
        if uprn := given.get("uprn"):
            found = [given["postcode"]] if given.get("postcode") else []
            id_ = question.id
            return Typed({id_: [uprn], f"{id_}-typed": found, f"{id_}-found": list(found)})
        return Typed({f"{question.id}-{part}": [given[part]] for part in LINES if given.get(part)})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the address on one line."""
        return ", ".join(filter(None, (answer[part] for part in LINES))) if answer else ""

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the field that is wrong."""
        part = invalid.values.get("part")
        return f"{question.id}-{part}" if part else question.id

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the fields that a browser would send, from lines with commas or a UPRN; raises Invalid."""
        text = line(super().from_program(question, values).get(question.id))
        if text.isdecimal():
            return Typed({question.id: [text]})
        *lines, last = [piece.strip() for piece in text.split(",")]
        # The postcode stands last, alone or behind the town: "Leeds LS1 4AP".
        words = last.split()
        for n in (1, 2):
            if postcode := copied.postcode("".join(words[-n:])):
                lines += filter(None, [" ".join(words[:-n])])
                break
        first, *middle, town = lines if len(lines) > 1 else [*lines, ""] if lines else [last, ""]
        fields = _kept(first, ", ".join(middle), town, "", postcode)
        return self.fill(question, fields)


def _typed(lines: Mapping[str, str]) -> dict[str, str]:
    """Return an address that was typed; raises Invalid."""
    for part in NEEDED:
        if not lines[part]:
            raise Invalid("address_part", part=part)
    for part in LINES:
        if len(lines[part]) > MOST:
            raise Invalid("address_long", part=part, most=MOST)
    postcode = copied.postcode(lines["postcode"])
    if not postcode:
        raise Invalid("postcode_shape", part="postcode")
    return {**lines, "postcode": postcode, "uprn": ""}
