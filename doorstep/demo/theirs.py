"""The demo of a council that has a waste system already: its book of rounds is written out for the stand-in, and none of it is kept here."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import cast

from django.conf import settings

from doorstep.council.queries import ZONE
from doorstep.demo.homes import Made
from doorstep.demo.week import Example
from doorstep.places.models import Property
from doorstep.waste import queries, theirs
from doorstep.waste.models import Round

BACK, AHEAD = 40, 130
Row = tuple[object, ...]


def folder() -> Path:
    """Return where the stand-in's book lies."""
    return Path(settings.DATA) / "waste-system"


def write(made: Made, moved: dict[date, date | None], now: datetime) -> list[Example]:
    """Write the book as of today, and what is to have happened there; return addresses to try."""
    folder().mkdir(parents=True, exist_ok=True)
    today = now.astimezone(ZONE).date()
    rounds = {str(row[0]): _round(row) for row in made.rounds}
    days = {
        code: queries.days_of(
            r, today - timedelta(days=BACK), today + timedelta(days=AHEAD), [], moved
        )
        for code, r in rounds.items()
    }
    items = {b.kind: item for item, b in theirs.words().bins.items()}
    bins: dict[int, list[tuple[str, str]]] = {}
    for uprn, kind, code in made.containers:
        bins.setdefault(int(str(uprn)), []).append((items[str(kind)], str(code)))
    _table("rounds.csv", "code service id schedule days", _rounds(rounds, days))
    usrns = {int(str(row[0])): row[1] for row in made.homes}
    homes = ((uprn, usrn, ";".join(f"{i}={c}" for i, c in bins.get(uprn, []))) for uprn, usrn in usrns.items())  # fmt: skip
    _table("homes.csv", "uprn usrn bins", homes)
    return _happened(bins, days, today)


def _round(row: Row) -> Round:
    code, name, stream, anchor, weeks = cast(tuple[str, str, str, date, int], row)
    return Round(code=code, name=name, stream=stream, anchor=anchor, weeks=weeks)


def _rounds(rounds: dict[str, Round], days: dict[str, list[date]]) -> Iterator[Row]:
    for code, r in rounds.items():
        schedule = f"{r.anchor:%a}" + (f" Wk {1 + r.anchor.isocalendar().week % 2}" if r.weeks == 2 else "")  # fmt: skip
        name = f"{r.stream.title()} Collection Service"
        yield code, name, {"refuse": "1", "recycling": "2"}.get(r.stream, "3"), schedule, " ".join(map(str, days[code]))  # fmt: skip


def _table(name: str, heads: str, rows: Iterator[Row]) -> None:
    with (folder() / name).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads.split())
        writer.writerows(rows)


def _happened(
    bins: dict[int, list[tuple[str, str]]], days: dict[str, list[date]], today: date
) -> list[Example]:
    """Write what crews logged and others keyed by today, and return where it can be seen."""
    # By how long ago rubbish was due: the last working day's can still be reported.
    item = next(i for i, b in theirs.words().bins.items() if b.kind == "black-bin")
    due = {code: max((d for d in of if d <= today), default=None) for code, of in days.items()}
    homes: dict[str, list[int]] = {}
    for uprn, of in bins.items():
        for what, code in of:
            if what == item:
                homes.setdefault(code, []).append(uprn)

    def where(fits: Callable[[int], bool]) -> str:
        return next((c for c in homes if (d := due.get(c)) and fits((today - d).days)), "")

    logs: list[list[object]] = []
    keyed: list[list[object]] = []
    shown: list[Example] = []
    missed = theirs.words().missed("black-bin")
    if (code := where(lambda age: 1 <= age <= 3)) and missed:
        at = datetime.combine(due[code] or today, time(14), ZONE).isoformat()
        logs += [[uprn, "N/A", code, at, True] for uprn in homes[code][:400:10]]
        for n, (reason, words) in enumerate({"Not Out": "not out", "Contaminated": "contaminated", "Overweight": "overweight"}.items(), 1):  # fmt: skip
            logs.append([homes[code][10 * n], f"Refuse - {reason}", code, at, False])
            shown.append(
                _example(f"The crew logged in its cab: {words}", "logged", homes[code][10 * n])
            )
        keyed.append([homes[code][40], missed.service])
        shown.append(
            _example("Keyed in the waste system by telephone", "keyed_elsewhere", homes[code][40])
        )
        shown.append(_example("Nothing logged: a crew is sent back", "", homes[code][50]))
    if code := where(lambda age: 7 <= age <= 13):
        shown.append(_example("Too late", "too_late", homes[code][0]))
    subjects = {
        b.missed.service: b.missed.subject for b in theirs.words().bins.values() if b.missed
    }
    subjects |= {w.service: w.subject for w in theirs.words().lists.values()}
    said = {"day": today.isoformat(), "subjects": subjects, "logs": logs, "keyed": keyed}
    (folder() / "today.json").write_text(json.dumps(said))
    return shown


def _example(outcome: str, code: str, uprn: int) -> Example:
    home = Property.objects.get(uprn=uprn)
    return Example(outcome, code, home.postcode, home.line, "black-bin")
