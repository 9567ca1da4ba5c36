"""Days and moments as people at work say them: "today 5pm", "2 days over", "Mon 30 Nov", open for "3 hours"."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from doorstep.catalogue.words import HALF_A_YEAR, say
from doorstep.council.queries import ZONE


def due(by: date | datetime | None, now: datetime) -> str:
    """Return by when something is due, or for how many days it has been over."""
    if by is None:
        return ""
    day, today = _day(by), _day(now)
    over = (today - day).days
    if over > 0:
        return ngettext("%(num)s day over", "%(num)s days over", over) % {"num": over}
    return " ".join(filter(None, [_named(day, today), _clock(by)]))


def at(moment: datetime, now: datetime) -> str:
    """Return when something happened: "today 9:02am", "Wed 12:26pm" within a week, "Tue 24 Nov 2:10pm" before it."""
    day, today = _day(moment), _day(now)
    days = (today - day).days
    named = _written(day, "D", get_language() or "") if 1 <= days < 7 else _named(day, today)
    return f"{named} {_clock(moment)}"


def lasted(since: datetime, until: datetime) -> str:
    """Return for how long something has been, in its largest whole unit."""
    minutes = max(0, int((until - since).total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    if minutes < 24 * 60:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60) % {"num": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": days}


def _day(of: date | datetime) -> date:
    return of.astimezone(ZONE).date() if isinstance(of, datetime) else of


def _clock(of: date | datetime) -> str:
    return say(of.astimezone(ZONE).strftime("%H:%M")) if isinstance(of, datetime) else ""


def _named(day: date, today: date) -> str:
    if day == today:
        return gettext("today")
    if day == today + timedelta(days=1):
        return gettext("tomorrow")
    shape = "D j M" if abs((day - today).days) < HALF_A_YEAR else "D j M Y"
    return _written(day, shape, get_language() or "")


@lru_cache(maxsize=1000)
def _written(day: date, shape: str, language: str) -> str:
    """Write a day once: a list has fifty, the same ones again and again."""
    return date_format(day, shape)
