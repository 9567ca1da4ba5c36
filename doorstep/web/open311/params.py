"""Reads what a call asks with: moments, lists, numbers; each refusal says how to write it."""

import math
import re
from datetime import UTC, datetime, time

from django.http import QueryDict

from doorstep.council.queries import ZONE
from doorstep.text import copied
from doorstep.web.open311.problems import wrong

_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$", re.I)


def moment(asked: QueryDict, name: str) -> datetime | None:
    """Return a W3C datetime, or a day's beginning in the council's zone; raises Problem 400."""
    text = copied.moment((asked.get(name) or "").strip())
    if not text:
        return None
    try:
        if _DAY.match(text):
            return datetime.combine(datetime.fromisoformat(text), time(), ZONE).astimezone(UTC)
        if _MOMENT.match(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise wrong(f"{name}: write it as a W3C datetime with its offset: 2026-11-24T09:00:00Z.")


def words(asked: QueryDict, name: str, most: int = 1000) -> list[str]:
    """Return the texts of a list that is parted by commas; raises Problem 400."""
    parts = [part.strip() for part in (asked.get(name) or "").split(",")]
    if len(parts) > most:
        raise wrong(f"{name}: at most {most} at once.")
    return [part for part in parts if part]


def number(asked: QueryDict, name: str, default: int, most: int) -> int:
    """Return a whole number from 1; raises Problem 400."""
    text = (asked.get(name) or "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise wrong(f"{name}: a whole number from 1 to {most}.")
    return int(text)


def degrees(asked: QueryDict, name: str, most: int) -> float | None:
    """Return a latitude or longitude; raises Problem 400."""
    text = (asked.get(name) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise wrong(f"{name}: decimal degrees (WGS84), such as 52.7221 or -1.37.")
    return value
