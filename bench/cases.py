"""Makes cases by the hundred thousand, in bulk and in the shape that the actions write; kept between runs."""

import json
import time
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import ClientCursor

BATCH = 10_000
SQL = Path(__file__).with_name("cases.sql").read_text()
READY = """
create table if not exists bench_made (upto bigint not null);
insert into bench_made select 0 where not exists (select 1 from bench_made);
create or replace function bench_link(before text, line text) returns text immutable strict language sql
  as $$ select encode(sha256(convert_to(before || chr(31) || line, 'UTF8')), 'hex') $$;
create or replace aggregate bench_chain(text) (sfunc = bench_link, stype = text, initcond = '');
create table if not exists bench_box as
  select row_number() over (order by md5(c.id::text)) as k, c.id as box, c.place_id as place, c.round_id as round,
    coalesce(%s::jsonb ->> c.kind, c.kind) as label,
    p.line || ', ' || s.locality || ', ' || p.postcode as address
  from waste_container c join places_property p on p.uprn = c.place_id join places_street s on s.usrn = p.street_id;
create unique index if not exists bench_box_k on bench_box (k);
"""


def several() -> ClientCursor[Any]:
    """Return a cursor that takes several statements at once, which one that prepares them does not."""
    connection.ensure_connection()
    return ClientCursor(connection.connection)


def make(upto: int) -> bool:
    """Make cases until there are so many, telling how far it is; say whether any had to be made."""
    made = ready()
    if made >= upto:
        return False
    like, began, first = shared(), time.monotonic(), made
    while made < upto:
        last = min(upto, made + BATCH)
        batch(made + 1, last, like)
        made = last
        tell(made, upto, (time.monotonic() - began) / (made - first))
    print("  tidying …", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return True


def ready() -> int:
    """Make what the batches stand on; return how many cases were made so far."""
    from doorstep.council import queries as council

    with several() as cursor:
        cursor.execute(READY, [json.dumps(council.current().containers)])
    return int(_value("select upto from bench_made"))


@transaction.atomic
def batch(first: int, last: int, like: dict[str, Any]) -> None:
    """Make the cases of some numbers, all or none."""
    with several() as cursor:
        cursor.execute("set local synchronous_commit = off; set local work_mem = '256MB'")
        cursor.execute(SQL, {**like, "first": first, "last": last})


def _value(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def tell(made: int, upto: int, each: float, what: str = "cases") -> None:
    """Print how far it is and how long it will take."""
    done = made * 30 // upto
    left = each * (upto - made)
    bar = "#" * done + "." * (30 - done)
    print(f"  [{bar}] {made:>7,} of {upto:,} {what}, {left:.0f} s to go", flush=True)


def shared() -> dict[str, Any]:
    """Return what all share with a case that was made by the actions: version, facts, settings, decisions."""
    from doorstep.cases.models import Case
    from doorstep.catalogue import queries as catalogue

    service = catalogue.current("missed-bin")
    assert service
    case = Case.objects.filter(slug=service.slug, version_id=service.digest).earliest("id")
    dumped = {k: json.dumps(getattr(case, k)) for k in ("facts", "settings", "decisions")}
    boxes = _value("select count(*) from bench_box")
    return {
        **dumped,
        "version": service.digest,
        "kept": service.about.retention_days,
        "boxes": boxes,
    }
