"""Reads the benefits system's nightly extract: three files of its tables, of which only keyed hashes are kept.

`hbclaim.csv` (a claim runs where `status_ind` is 1), `hbmember.csv` (who belongs to it), `hbhousehold.csv` (a household is
the current one where `to_date` is 2099-12-31). A claim's reference, as people have it, is `claim_id` with `check_digit`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from doorstep.council.errors import Refused
from doorstep.customers.provider import CLAIMS, claim_digits, claim_key, surname_letters
from doorstep.outside import freshness, hashes
from doorstep.text import copied
from doorstep.text.tables import BadTable, Row, rows

RUNS, NOW = "1", date(2099, 12, 31)
COLUMNS = {
    "hbclaim.csv": ("claim_id", "check_digit", "status_ind"),
    "hbhousehold.csv": ("claim_id", "house_id", "to_date"),
    "hbmember.csv": ("claim_id", "house_id", "surname", "birth_date"),
}
EVERY_ROWS = 2000
# Fewer than this part of what was there before is no night's change: the extract broke off.
LEAST_LEFT = 0.5

# Says how far it is: a file's name, and the rows of it that were read.
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read: its file, its line, and the code of why. What it says is not repeated."""

    file: str
    line: int
    why: str


@dataclass
class Loaded:
    """What came of an extract: how many claims run, how many keys are kept, which rows were skipped."""

    claims: int = 0
    keys: int = 0
    bad: list[BadRow] = field(default_factory=list)


def load(folder: Path, *, now: datetime, tell: Progress, smaller: bool = False) -> Loaded:
    """Read an extract and put its keys in the place of those before; run again, it comes to the same.

    Rows that cannot be read are skipped, and said. Raises Refused("file_missing", file=…), ("file_unread", file, line, why, missing),
    ("nothing_in_it"), and, unless `smaller` is right, ("much_smaller", was, now).
    """
    loaded = Loaded()
    running = _claims(folder, loaded, tell)
    current = _households(folder, loaded, tell)
    keys = set(_keys(folder, running, current, loaded, tell))
    loaded.claims, loaded.keys = len(running), len(keys)
    before = hashes.count(CLAIMS)
    if not keys:
        raise Refused("nothing_in_it")
    if len(keys) < before * LEAST_LEFT and not smaller:
        raise Refused("much_smaller", was=before, now=len(keys))
    hashes.exchange(CLAIMS, keys, made=min(now, _made(folder)), now=now)
    return loaded


def _made(folder: Path) -> datetime:
    """Return when the oldest of the files was written: an extract is as old as that."""
    return datetime.fromtimestamp(min((folder / name).stat().st_mtime for name in COLUMNS), UTC)


def _rows(folder: Path, name: str, tell: Progress) -> Iterator[Row]:
    try:
        content = (folder / name).read_bytes()
    except OSError as exc:
        raise Refused("file_missing", file=name) from exc
    count = 0
    try:
        for count, row in enumerate(rows(content, COLUMNS[name]), 1):
            yield row
            if count % EVERY_ROWS == 0:
                tell(name, count)
    except BadTable as exc:
        about = {"line": exc.line, "why": exc.code, "missing": ", ".join(exc.missing)}
        raise Refused("file_unread", file=name, **about) from exc
    tell(name, count)


def _claims(folder: Path, loaded: Loaded, tell: Progress) -> dict[str, str]:
    """Return the claims that run: the reference that people have, by the claim's number."""
    running: dict[str, str] = {}
    for row in _rows(folder, "hbclaim.csv", tell):
        number, digit, status = row.cells
        if not number or not status:
            loaded.bad.append(BadRow("hbclaim.csv", row.line, "claim_or_status_missing"))
        elif status == RUNS:
            running[claim_digits(number)] = f"{number}{digit}"
    return running


def _households(folder: Path, loaded: Loaded, tell: Progress) -> set[tuple[str, str]]:
    """Return the current households: each by its claim's number and its own."""
    current: set[tuple[str, str]] = set()
    for row in _rows(folder, "hbhousehold.csv", tell):
        number, house, until = row.cells
        day = _day(until)
        if not number or not house or day is None:
            loaded.bad.append(BadRow("hbhousehold.csv", row.line, "house_or_date_missing"))
        elif day == NOW:
            current.add((claim_digits(number), claim_digits(house)))
    return current


def _keys(
    folder: Path,
    running: dict[str, str],
    current: set[tuple[str, str]],
    loaded: Loaded,
    tell: Progress,
) -> Iterator[str]:
    """Go through the keys of those who belong to a current household of a claim that runs."""
    for row in _rows(folder, "hbmember.csv", tell):
        number, house, surname, birth = row.cells
        claim, born = claim_digits(number), _day(birth)
        if not number or not surname_letters(surname) or born is None:
            loaded.bad.append(BadRow("hbmember.csv", row.line, "name_or_birth_missing"))
        elif claim in running and (claim, claim_digits(house)) in current:
            yield claim_key(running[claim], surname, born)


def _day(text: str) -> date | None:
    """Return the day of a cell, which a database writes with a time or people by their own custom; or nothing."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return copied.day(text)


def offer_age() -> None:
    """Have the extract's age shown and watched, where a council uses one."""
    if settings.CONNECTORS["customers.records"].endswith(".AcademyExtract"):
        freshness.offer(
            freshness.Source(
                "benefits",
                "Benefits: the extract of claims",
                lambda: hashes.made_at(CLAIMS),
                most=timedelta(days=settings.BENEFITS_EXTRACT_DAYS),
            )
        )
