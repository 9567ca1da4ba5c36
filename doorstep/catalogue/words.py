"""Sentences with allow-listed placeholders such as `{last.date}`; never a template engine."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from doorstep.council.queries import ZONE
from doorstep.text.untranslated import like

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NAME = r"[a-z_][a-z0-9_]*"
_PLACE = re.compile(rf"\{{({_NAME}(?:\.{_NAME})*)(?::([a-z_]+))?\}}")


def _days(n: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}


def _working_days(n: int) -> str:
    return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}


def pounds(pence: int) -> str:
    """Return a sum as people read it, such as "£1,234.50"; a negative one with its sign."""
    sign = "−" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02}"


def _items(n: int) -> str:
    return ngettext("%(n)d item", "%(n)d items", n) % {"n": n}


def _labels(things: object) -> str:
    """Return the names of things in a list, such as what a crew left."""
    named = things if isinstance(things, list | tuple) else ()
    return ", ".join(str(thing.get("label", "")) for thing in named if isinstance(thing, Mapping))


# What a number may be a number of: `{settings.report_within:working_days}`; and a list of things by their names.
UNITS: dict[str, Callable[[Any], str]] = {
    "labels": _labels,
    "days": _days,
    "working_days": _working_days,
    "pounds": pounds,
    "items": _items,
}


def places(text: str) -> list[tuple[str, str]]:
    """Return the placeholders of a text, each with its unit or ""."""
    return _PLACE.findall(text)


def stray_braces(text: str) -> list[str]:
    """Return what stands in braces, or after one, and is no placeholder: it would be read by people as it is."""
    return re.findall(r"[{}][^{}]{0,20}[{}]?", _PLACE.sub("", text))


def _clock(of: time) -> str:
    return of.strftime("%I:%M%p").lstrip("0").lower().replace(":00", "")


@lru_cache(maxsize=2000)
def _day(day: date, with_year: bool, language: str) -> str:
    """Return a day in words; a page of collections says dozens, the same ones again and again."""
    return date_format(day, "l j F Y" if with_year else "l j F")


# Further from today than this, before or after, a day is said with its year.
HALF_A_YEAR = 183


def _needs_year(day: date) -> bool:
    return abs((day - timezone.now().astimezone(ZONE).date()).days) > HALF_A_YEAR


# What a kind of question gives to be said: a sign of what it is, and that.
SAID: dict[str, Callable[[Any], str]] = {
    "entries": lambda entries: "; ".join(", ".join(filter(None, map(say, e))) for e in entries),
    "called": lambda pair: f"{pair[0]}: {say(pair[1])}",
    "photos": lambda n: ngettext("%(n)d photo", "%(n)d photos", n) % {"n": n},
    "born": lambda day: date_format(day, "j F Y"),
    "agreed": lambda _agreed: _("I agree"),
    "signed": lambda name: _("Signed: %(name)s") % {"name": name},
}


def say(value: object, *, year: bool = False) -> str:
    """Return a value in words of the language spoken now: "Tuesday 24 November", "3:40pm".

    A day that is not within half a year has its year; with `year`, as for an answer that stays, any day has.
    Names of days and months are the framework's own; times are written alike in English and Welsh.
    """
    if isinstance(value, datetime):
        local = value.astimezone(ZONE)
        parts = {"time": _clock(local.time()), "day": say(local.date(), year=year)}
        return _("%(time)s on %(day)s") % parts
    if isinstance(value, str) and _TIME.fullmatch(value):  # a setting such as "18:00"
        return _clock(time.fromisoformat(value))
    if isinstance(value, date):
        return _day(value, year or _needs_year(value), get_language() or "")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(
        value, Mapping
    ):  # of what has no words of its own, nothing: never as a program writes it
        return next((SAID[name](value[name]) for name in value if name in SAID), "")
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(say, value)))
    if isinstance(value, str):
        return value  # which may know its language
    return "" if value is None else str(value)


def lookup(path: str, values: Mapping[str, object]) -> object:
    """Return the value at a dotted path; `.first` is a list's first item; nothing stays nothing."""
    value: object = values
    for part in path.split("."):
        if part == "first" and isinstance(value, list | tuple):
            value = value[0] if value else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


def fill(text: str, values: Mapping[str, object]) -> str:
    """Return the text with its placeholders said; what is filled in is never filled again."""

    def said(match: re.Match[str]) -> str:
        value = lookup(match[1], values)
        counted = match[2] and isinstance(value, int | list | tuple)
        return UNITS[match[2]](value) if counted else say(value)

    return like(text, _PLACE.sub(said, text))
