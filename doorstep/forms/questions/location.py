"""Where something is: a street, a place, a postcode or a point, found elsewhere; the answer says where it lies."""

import math
from collections.abc import Mapping
from typing import Any, TypedDict

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Example,
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    Typed,
)
from doorstep.forms.rules.types import BOOL, TEXT, Record, Type

# Latitude and longitude are kept in the answer too; rules know no fractions.
LOCATION = Record(
    "location",
    {
        "id": TEXT,
        "words": TEXT,
        "street": TEXT,
        "ward": TEXT,
        "ward_name": TEXT,
        "inside": BOOL,
        "near": BOOL,
    },
)


class LocationAnswer(TypedDict):
    """An answer: all that is known of a place, found or pointed at (places.spots.Spot)."""

    id: str
    words: str
    lat: float
    lon: float
    easting: int
    northing: int
    street: str  # its USRN, "" where none is known
    ward: str  # its ONS code, "" where none is known
    ward_name: str
    inside: bool
    near: bool


class Location(Kind):
    """A place found by its name or pointed at; the answer is all that is known of where it lies."""

    name, may_repeat = "location", False
    nature, carried, missing = "spot", "by_kind", "missing_location"
    datatype, needs_map = "", True
    examples = (
        Example(
            {"": ["street:1"]},
            {
                "id": "street:1",
                "words": "Mill Lane, Coalville",
                "inside": True,
                "lat": 52.7,
                "lon": -1.4,
            },
        ),
        Example({"": ["street:2"]}, refused="location_unknown"),
        Example({"": [""]}, refused="missing"),
        Example({"": [""], "-typed": ["Mill"]}, refused="location_choose"),
        Example(
            {"": ["street:1"], "-typed": ["Mill"], "-found": ["High"]}, refused="location_choose"
        ),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return LOCATION

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON: a place's id, or a point in degrees."""
        number: Schema = {"type": "number"}
        point: Schema = {
            "type": "object",
            "properties": {"lat": number, "lon": number},
            "required": ["lat", "lon"],
            "additionalProperties": False,
            "description": "Degrees, WGS 84",
        }
        return {
            "anyOf": [
                {
                    "type": "string",
                    "maxLength": 100,
                    "description": "postcode:LE67 3FJ, or street:USRN",
                },
                point,
            ]
        }

    def read(self, question: Question, value: object) -> Typed:
        """Return the field that a browser would send for a place's id or a point; raises Invalid."""
        if isinstance(value, str):
            return Typed({question.id: [value]})
        if not isinstance(value, Mapping) or set(value) != {"lat", "lon"}:
            raise Invalid("wrong_type")
        lat, lon = value["lat"], value["lon"]
        for part in (lat, lon):
            if (
                isinstance(part, bool)
                or not isinstance(part, int | float)
                or not math.isfinite(part)
            ):
                raise Invalid("wrong_type")
        return Typed({question.id: [f"at:{lat:.5f},{lon:.5f}"]})

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the place with all that is known of it; raises Invalid."""
        chosen = (posted.get(question.id) or "").strip()
        typed = (posted.get(f"{question.id}-typed") or "").strip()
        # Typed anew, and not looked for yet: what is chosen belongs to what was typed before.
        if typed and (not chosen or typed != (posted.get(f"{question.id}-found") or "").strip()):
            raise Invalid("location_choose")
        if not chosen:
            if question.optional:
                return None
            raise Invalid("missing")
        spot = next((option for option in options if option[0] == chosen), None)
        if spot is None:
            raise Invalid("location_unknown")
        more: Mapping[str, Any] = getattr(spot, "more", {})
        return {"id": spot[0], **more, "words": spot[1]}

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the field that would give an answer."""
        return Typed({question.id: [answer["id"]] if answer else []})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the place's name, in the language its options are in."""
        return dict(options).get(answer["id"], answer["words"]) if answer else ""
