"""Makes the demo's homes, rounds and containers, the same every time, and loads them by COPY."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.db import connection

HOMES = 46_000
# Numbers out of any real block: the demo's UPRNs and USRNs are made up.
FIRST_UPRN, FIRST_USRN = 990_000_000_001, 99_000_001
FLATS_EVERY, FLATS = 55, 12
FOOD_WARDS = {
    "Measham North",
    "Measham South",
    "Appleby",
    "Oakthorpe & Donisthorpe",
    "Snibston South",
}
# A Monday; every round's first day is counted from it.
EPOCH = date(2024, 1, 1)
# Rounds beside the wards' own: twice a week where many live, and seldom where little comes together.
ODD_ROUNDS = (
    ("REF-TUE", "Large bins, Tuesdays: refuse", "refuse", EPOCH + timedelta(days=1), 1),
    ("REF-FRI", "Large bins, Fridays: refuse", "refuse", EPOCH + timedelta(days=4), 1),
    ("REC-12W", "Banks by the road: recycling", "recycling", EPOCH + timedelta(days=2), 12),
)
OWN_CADDIES = 3


@dataclass
class Made:
    """Rows ready for COPY, by table."""

    wards: list[tuple[object, ...]] = field(default_factory=list)
    streets: list[tuple[object, ...]] = field(default_factory=list)
    homes: list[tuple[object, ...]] = field(default_factory=list)
    rounds: list[tuple[object, ...]] = field(default_factory=list)
    containers: list[tuple[object, ...]] = field(default_factory=list)
    assisted: list[tuple[object, ...]] = field(default_factory=list)
    # Buildings of flats: each one's ward, where its containers stand among them all, and its first flat.
    buildings: list[tuple[str, int, int]] = field(default_factory=list)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def _rounds(wards: list[dict[str, str]], tables: Made) -> dict[str, dict[str, str]]:
    """Make each ward's rounds: rubbish one week, recycling and garden the other, food every week."""
    by_ward = {}
    for n, ward in enumerate(wards):
        weekday, week = n % 5, (n // 5) % 2
        codes = {}
        for stream, other, weeks in (
            ("refuse", 0, 2),
            ("recycling", 1, 2),
            ("garden", 1, 2),
            ("food", 0, 1),
        ):
            if stream == "food" and ward["name"] not in FOOD_WARDS:
                continue
            code = f"{stream[:3].upper()}-{n + 1:02d}"
            anchor = EPOCH + timedelta(days=weekday + 7 * ((week + other) % 2))
            tables.rounds.append((code, f"{ward['name']}: {stream}", stream, anchor, weeks))
            codes[stream] = code
        by_ward[ward["code"]] = codes
    return by_ward


def _bins(uprn: int, n: int, codes: dict[str, str]) -> Iterator[tuple[object, ...]]:
    yield ("black-sack" if n % 97 == 0 else "black-bin", codes["refuse"])
    yield "red-box", codes["recycling"]
    # The blue bag's film trial: kinds differ by address within one round.
    if n % 7:
        yield "blue-bag", codes["recycling"]
    yield "yellow-bag", codes["recycling"]
    if n % 5 < 3:
        yield "garden-bin", codes["garden"]
    if "food" in codes:
        yield "food-caddy", codes["food"]


class _Streets:
    def __init__(self, listed: list[dict[str, str]], tables: Made) -> None:
        self.made = tables
        self.by_sector: dict[str, list[tuple[str, str]]] = {}
        for row in listed:
            for sector in row["sectors"].split(";"):
                self.by_sector.setdefault(sector, []).append((row["street"], row["locality"]))
        self.known: dict[tuple[str, str], int] = {}
        self.next_number: dict[int, int] = {}

    def of(self, share: float, postcode: str, ward: str) -> tuple[int, str, str]:
        names = self.by_sector.get(postcode[:-2])
        # Where no name is listed for a sector, one is made of the ward's.
        endings = ("Lane", "Road", "Close", "Way", "Drive")
        choices = names or [(f"{ward} {ending}", ward) for ending in endings]
        name, locality = choices[int(share * len(choices))]
        key = (name, locality)
        if key not in self.known:
            self.known[key] = FIRST_USRN + len(self.known)
            self.made.streets.append((self.known[key], name, locality))
        return self.known[key], name, locality

    def number(self, usrn: int) -> int:
        self.next_number[usrn] = self.next_number.get(usrn, 0) + 1
        return self.next_number[usrn]


def _shares(postcodes: list[dict[str, str]]) -> dict[str, float]:
    """Return how far along its sector each postcode lies, so that a street's homes lie together."""
    sectors: dict[str, list[dict[str, str]]] = {}
    for row in postcodes:
        sectors.setdefault(row["postcode"][:-2], []).append(row)
    shares: dict[str, float] = {}
    for rows in sectors.values():
        rows.sort(key=lambda row: (int(row["easting"]) // 800, int(row["northing"])))
        shares |= {row["postcode"]: n / len(rows) for n, row in enumerate(rows)}
    return shares


def make(folder: Path) -> Made:
    """Make every row from the council's own tables of postcodes, wards and streets."""
    tables = Made()
    wards = _read(folder / "wards.csv")
    names = {w["code"]: w["name"] for w in wards}
    tables.wards = [(w["code"], w["name"]) for w in wards]
    codes = _rounds(wards, tables)
    streets = _Streets(_read(folder / "streets.csv"), tables)
    postcodes = _read(folder / "postcodes.csv")
    shares = _shares(postcodes)
    each, left = divmod(HOMES, len(postcodes))
    uprn = FIRST_UPRN
    for n, row in enumerate(postcodes):
        usrn, name, _ = streets.of(shares[row["postcode"]], row["postcode"], names[row["ward"]])
        at = (row["postcode"], row["ward"], int(row["easting"]), int(row["northing"]))
        count = each + (n < left)
        parent = None
        if n % FLATS_EVERY == 0:
            number = streets.number(usrn)
            parent = uprn
            _home(tables, uprn, usrn, None, f"{number} {name}", number, "PP", at)
            tables.buildings.append((row["ward"], len(tables.containers), uprn + 1))
            tables.containers.append((uprn, "communal-bin", codes[row["ward"]]["refuse"]))
            tables.containers.append((uprn, "communal-recycling", codes[row["ward"]]["recycling"]))
            uprn += 1
        for k in range(count):
            if parent and k < FLATS:
                _home(
                    tables,
                    uprn,
                    usrn,
                    parent,
                    f"Flat {k + 1}, {number} {name}",
                    number * 100 + k,
                    "RD06",
                    at,
                )
            else:
                house = streets.number(usrn)
                _home(tables, uprn, usrn, None, f"{house} {name}", house, "RD", at)
                tables.containers += [(uprn, *b) for b in _bins(uprn, house, codes[row["ward"]])]
            if uprn % 41 == 0:
                tables.assisted.append((uprn,))
            uprn += 1
    _odd(tables, codes)
    return tables


def _odd(tables: Made, codes: dict[str, dict[str, str]]) -> None:
    """Make what few homes have: a flat's own caddy, a bin emptied twice a week, one emptied every twelve weeks."""
    tables.rounds += ODD_ROUNDS
    tuesdays, fridays, seldom = (str(row[0]) for row in ODD_ROUNDS)
    food = (b for b in tables.buildings if "food" in codes[b[0]])
    for ward, _, flat in list(food)[:1]:
        caddies = [(flat + k, "food-caddy", codes[ward]["food"]) for k in range(OWN_CADDIES)]
        tables.containers += caddies
    *_, (_, at_road, _), (_, at_many, _) = tables.buildings
    place, kind, _ = tables.containers[at_many]
    tables.containers[at_many] = (place, kind, tuesdays)
    tables.containers.append((place, kind, fridays))
    place, kind, _ = tables.containers[at_road + 1]
    tables.containers[at_road + 1] = (place, kind, seldom)


def _home(
    tables: Made,
    uprn: int,
    usrn: int,
    parent: int | None,
    line: str,
    sort: int,
    kind: str,
    at: tuple[str, str, int, int],
) -> None:
    postcode, ward, easting, northing = at
    tables.homes.append((uprn, usrn, ward, parent, line, sort, postcode, kind, easting, northing))


TABLES = {
    "wards": "places_ward (code, name)",
    "streets": "places_street (usrn, name, locality)",
    "homes": "places_property (uprn, street_id, ward_id, parent_id, line, sort, postcode, blpu_class,"
    " easting, northing)",
    "rounds": "waste_round (code, name, stream, anchor, weeks)",
    "containers": "waste_container (place_id, kind, round_id)",
    "assisted": "waste_assisted (place_id)",
}


def load(made: Made) -> Iterator[tuple[str, int]]:
    """Load all rows by COPY, telling after each table its name and count."""
    with connection.cursor() as cursor:
        for name, table in TABLES.items():
            rows = getattr(made, name)
            with cursor.cursor.copy(f"copy {table} from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            yield name, len(rows)
        cursor.execute("analyze")
