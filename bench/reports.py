"""Makes reports of what people saw by the hundred thousand, in bulk and in the shape that the actions write."""

import json
import time
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from bench import cases as bulk

BATCH, SLUG = 10_000, "graffiti"
SQL = Path(__file__).with_name("reports.sql").read_text()
READY = """
create table if not exists bench_reports (upto bigint not null);
insert into bench_reports select 0 where not exists (select 1 from bench_reports);
create table if not exists bench_spot (k bigint primary key, usrn bigint, ward text, ward_name text, street text,
  easting int, northing int, lat float, lon float);
"""
# Each home's place, in an order that has nothing to do with where it lies.
HOMES = """
select p.uprn, p.street_id, p.ward_id, w.name, s.name || ', ' || s.locality, p.easting, p.northing
from places_property p join places_street s on s.usrn = p.street_id join places_ward w on w.code = p.ward_id
order by md5(p.uprn::text)
"""


def make(upto: int) -> bool:
    """Make reports until there are so many, telling how far it is; say whether any had to be made."""
    made = ready()
    if made >= upto:
        return False
    like, began, first = shared(), time.monotonic(), made
    while made < upto:
        last = min(upto, made + BATCH)
        batch(made + 1, last, like)
        made = last
        bulk.tell(made, upto, (time.monotonic() - began) / (made - first), "reports")
    print("  tidying …", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return True


def ready() -> int:
    """Make what the batches stand on; return how many reports were made so far."""
    bulk.ready()
    with bulk.several() as cursor:
        cursor.execute(READY)
        cursor.execute("select count(*) from bench_spot")
        if not cursor.fetchone()[0]:
            _spots(cursor)
        cursor.execute("select upto from bench_reports")
        return int(cursor.fetchone()[0])


def _spots(cursor: Any) -> None:
    from doorstep.places import grid

    cursor.execute(HOMES)
    rows = [
        (k, *home, *grid.to_degrees(home[4], home[5]))
        for k, (_, *home) in enumerate(cursor.fetchall(), 1)
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    kinds = ("bigint", "bigint", "text", "text", "text", "int", "int", "float", "float")
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    cursor.execute(f"insert into bench_spot select * from unnest({arrays})", columns)


@transaction.atomic
def batch(first: int, last: int, like: dict[str, Any]) -> None:
    """Make the reports of some numbers, all or none."""
    with bulk.several() as cursor:
        cursor.execute("set local synchronous_commit = off; set local work_mem = '256MB'")
        cursor.execute(SQL, {**like, "first": first, "last": last})


def shared() -> dict[str, Any]:
    """Return what all share with a report that the actions made: version, settings, decisions, words."""
    from doorstep.cases.models import Case
    from doorstep.catalogue import queries as catalogue

    service = catalogue.current(SLUG)
    assert service
    case = Case.objects.filter(slug=SLUG, version_id=service.digest).earliest("id")
    surfaces = dict(service.form.questions["surface"].options)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from bench_spot")
        spots = cursor.fetchone()[0]
    return {
        "version": service.digest,
        "slug": SLUG,
        "settings": json.dumps(case.settings),
        "decisions": json.dumps(case.decisions),
        "surfaces": json.dumps({k: str(v) for k, v in surfaces.items()}),
        "spots": spots,
    }
