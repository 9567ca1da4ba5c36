"""What is counted of one thing that happened, and its sums as rows."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db import connection

from doorstep.cases.models import Draft

# Seconds; a time is counted under the first that it is less than. The last, half an hour, takes whatever is longer.
TIMES = (5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800)
START, CHECK = ":start", ":check"
# Letters of a definition's digest that tell its versions apart.
VERSION = 12


class Cell(NamedTuple):
    """What happened, where, and how: the key of one sum (models.StepCell)."""

    day: date
    service: str
    version: str
    page: str
    what: str
    detail: str
    device: str
    channel: str
    language: str


_TYPES = ("date", *["text"] * 8)
# In order, so that two at once never wait for each other.
_ADD = f"""
insert into insight_stepcell ({", ".join(Cell._fields)}, n)
select * from unnest({", ".join(f"%s::{t}[]" for t in _TYPES)}, %s::int[])
order by 1, 2, 3, 4, 5, 6, 7, 8, 9
on conflict (service, day, version, page, what, detail, device, channel, language)
do update set n = insight_stepcell.n + excluded.n
"""


def of_draft(draft: Draft, day: date, page: str, what: str, detail: str = "") -> Cell:
    """Return the cell of something that happened to a form, as it was begun: its device, channel and language."""
    version = draft.version_id[:VERSION]
    as_begun = draft.device, draft.channel, draft.language
    return Cell(day, draft.slug, version, page[:60], what, detail[:120], *as_begun)


def time_under(seconds: float) -> str:
    """Return under which of TIMES a time on a page is counted."""
    return str(next((most for most in TIMES if seconds < most), TIMES[-1]))


def add(sums: Mapping[Cell, int]) -> None:
    """Add sums to their rows, in one statement; raises django.db.Error."""
    if not sums:
        return
    columns = [list(column) for column in zip(*sums, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [*columns, list(sums.values())])
