"""A dozen made-up claims of benefit, as the extract of a night, so that a visitor can try yes and no."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from doorstep.customers import extract

CURRENT, ENDED = "2099-12-31", "2025-03-31"


@dataclass(frozen=True)
class Claim:
    """One claim: its number and check digit, whether it runs, until when its household is, who belongs to it."""

    number: str
    digit: str
    status: str
    until: str
    people: tuple[tuple[str, str, date], ...]

    @property
    def reference(self) -> str:
        """Return the reference as people have it."""
        return f"{self.number}{self.digit}"

    @property
    def runs(self) -> bool:
        """Say whether a check of it says yes."""
        return self.status == "1" and self.until == CURRENT


_PEOPLE = (
    ("Grace", "Adeyemi", date(1958, 3, 14)),
    ("Tomos", "Evans", date(1984, 11, 2)),
    ("Siân", "O’Connor", date(1990, 6, 21)),
    ("Ravi", "Patel", date(1976, 9, 9)),
    ("Joan", "Whittle", date(1941, 1, 30)),
    ("Piotr", "Nowak", date(1988, 12, 5)),
    ("Aisha", "Khan", date(1995, 4, 17)),
    ("Fred", "Barker-Lowe", date(1963, 8, 26)),
    ("Mei", "Chen", date(1972, 2, 11)),
    ("Owen", "Hughes", date(1969, 10, 23)),
    ("Lucy", "Marsh", date(1999, 7, 7)),
    ("Dev", "Singh", date(1980, 5, 19)),
)


def _claim(n: int, person: tuple[str, str, date]) -> Claim:
    # The last two are there to be refused: one has ended, of the other the household has moved on.
    status = "2" if n == 11 else "1"
    return Claim(f"{7000000 + n * 1117}", str(n % 10), status, ENDED if n == 12 else CURRENT, (person,))  # fmt: skip


CLAIMS = tuple(_claim(n, person) for n, person in enumerate(_PEOPLE, 1))
# Those that /demo shows: some that run, and both that do not.
SHOWN = (*CLAIMS[:3], *CLAIMS[-2:])


def load(now: datetime) -> int:
    """Write the extract's files and load them, as a council does each night; return how many keys are kept."""
    with TemporaryDirectory() as folder:
        _write(Path(folder))
        loaded = extract.load(Path(folder), now=now, tell=lambda file, count: None, smaller=True)
    return loaded.keys


def _write(folder: Path) -> None:
    rows: dict[str, list[list[str]]] = {
        "hbclaim.csv": [["claim_id", "check_digit", "status_ind"]],
        "hbhousehold.csv": [["claim_id", "house_id", "to_date"]],
        "hbmember.csv": [["claim_id", "house_id", "forename", "surname", "birth_date"]],
    }
    for claim in CLAIMS:
        rows["hbclaim.csv"].append([claim.number, claim.digit, claim.status])
        rows["hbhousehold.csv"].append([claim.number, "1", claim.until])
        for forename, surname, born in claim.people:
            line = [claim.number, "1", forename, surname, born.isoformat()]
            rows["hbmember.csv"].append(line)
    for name, lines in rows.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
