"""Sentences with allow-listed placeholders such as `{last.date}`; never a template engine."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from doorstep.council.queries import ZONE

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PLACE = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)\}")


def places(text: str) -> list[str]:
    """Return the placeholders of a text."""
    return _PLACE.findall(text)


def _clock(of: time) -> str:
    return of.strftime("%I:%M%p").lstrip("0").lower().replace(":00", "")


def say(value: object) -> str:
    """Return a value in a resident's words: days as "Tuesday 24 November", times as "3:40pm"."""
    if isinstance(value, datetime):
        local = value.astimezone(ZONE)
        return f"{_clock(local.time())} on {say(local.date())}"
    if isinstance(value, str) and _TIME.fullmatch(value):  # a setting such as "18:00"
        return _clock(time.fromisoformat(value))
    if isinstance(value, date):
        return f"{value:%A} {value.day} {value:%B}"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping) and "photos" in value:
        return "1 photo" if value["photos"] == 1 else f"{value['photos']} photos"
    return "" if value is None else str(value)


def lookup(path: str, values: Mapping[str, object]) -> object:
    """Return the value at a dotted path; `.first` is a list's first item; nothing stays nothing."""
    found: object = values
    for part in path.split("."):
        if part == "first" and isinstance(found, list | tuple):
            found = found[0] if found else None
        else:
            found = found.get(part) if isinstance(found, Mapping) else None
    return found


def fill(text: str, values: Mapping[str, object]) -> str:
    """Return the text with its placeholders said; what is filled in is never filled again."""
    return _PLACE.sub(lambda match: say(lookup(match[1], values)), text)
