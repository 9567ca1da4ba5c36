"""Claims of benefit in tests: an extract's files, and the stand-in of a system that is read live."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from standins.academy.app import StandIn, record
from tests.serving import serving

AUTHORIZATION, KEY = "Bearer of-the-stand-in", "key-of-the-stand-in"
EXTRACT = "doorstep.connectors.academy_extract.AcademyExtract"
LIVE = "doorstep.connectors.academy_http.AcademyHttp"
HEADS = {
    "hbclaim.csv": ["claim_id", "check_digit", "status_ind", "nino"],
    "hbmember.csv": ["claim_id", "house_id", "member_id", "surname", "forename", "birth_date"],
    "hbhousehold.csv": ["claim_id", "house_id", "from_date", "to_date", "post_code"],
}
NOW = "2099-12-31"
# A claim: number, check digit, status, until when its household is, and its people.
Claim = tuple[str, str, str, str, tuple[tuple[str, str, str], ...]]
RUNS: Claim = ("1234567", "1", "1", NOW, (("Ann", "O’Neill", "1980-05-17"), ("Bo", "Lee", "1979-01-02")))  # fmt: skip
ENDED: Claim = ("2222222", "2", "2", NOW, (("Cy", "Moss", "1970-03-04"),))
MOVED: Claim = ("3333333", "3", "1", "2025-01-31", (("Di", "Park", "1960-07-08"),))
PADDED: Claim = ("0000044", "X", "1", NOW, (("Ed", "van der Berg", "1950-12-31"),))
CLAIMS = (RUNS, ENDED, MOVED, PADDED)


def write(folder: Path, claims: Iterable[Claim] = CLAIMS) -> Path:
    """Write claims as the three files of an extract; return the folder."""
    rows: dict[str, list[list[str]]] = {name: [head] for name, head in HEADS.items()}
    for number, digit, status, until, people in claims:
        rows["hbclaim.csv"].append([number, digit, status, "QQ123456C"])
        rows["hbhousehold.csv"].append([number, "1", "2020-01-01", until, "LE67 3FJ"])
        for n, (forename, surname, born) in enumerate(people, 1):
            rows["hbmember.csv"].append([number, "1", str(n), surname, forename, born])
    folder.mkdir(exist_ok=True)
    for name, lines in rows.items():
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows(lines)
    return folder


@contextmanager
def live(settings: Any) -> Iterator[StandIn]:
    """Run the stand-in with the same claims and point the connector at it, until the block ends."""
    app = StandIn(AUTHORIZATION, KEY)
    for number, digit, status, until, people in CLAIMS:
        app.add(record(number, digit, status if until == NOW else "9", *people))
    with serving(app) as url:
        settings.ACADEMY_URL = url
        settings.ACADEMY_AUTHORIZATION, settings.ACADEMY_KEY = AUTHORIZATION, KEY
        yield app


def use(settings: Any, name: str) -> None:
    """Have this connector say who is entitled."""
    from doorstep.outside import plug

    settings.CONNECTORS = {**settings.CONNECTORS, "customers.records": name}
    plug.get.cache_clear()
