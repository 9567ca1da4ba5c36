"""Sets of keyed hashes that were loaded whole from another system's extract: whether one is in it, and how old it is.

Who reads sees the set before or the one after, never a mixture: it is exchanged in one transaction. It is read and
written in SQL, so that connectors, which see no models, may ask it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

_IS_IN = """
select exists(select 1 from outside_hash where kind = %s and hash = %s),
  (select made_at from outside_hashset where kind = %s)
"""
_NEWEST = """
insert into outside_hashset (kind, made_at, loaded_at, count) values (%s, %s, %s, %s)
on conflict (kind) do update set made_at = excluded.made_at, loaded_at = excluded.loaded_at, count = excluded.count
"""


@dataclass(frozen=True)
class Looked:
    """Whether a hash is in a set, and when the set was made by the other system; no moment where none was loaded."""

    is_in: bool
    made_at: datetime | None


def look(kind: str, digest: str) -> Looked:
    """Look for one hash: one statement, the same whether it is there or not."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_IN, [kind, digest, kind])
        is_in, made_at = cursor.fetchone()
    return Looked(bool(is_in), made_at)


def made_at(kind: str) -> datetime | None:
    """Return when what we have of a set was made; nothing where none was loaded."""
    with connection.cursor() as cursor:
        cursor.execute("select made_at from outside_hashset where kind = %s", [kind])
        row = cursor.fetchone()
    return row[0] if row else None


def count(kind: str) -> int:
    """Return how many hashes a set has."""
    with connection.cursor() as cursor:
        cursor.execute("select count from outside_hashset where kind = %s", [kind])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


@transaction.atomic
def exchange(kind: str, digests: Iterable[str], *, made: datetime, now: datetime) -> None:
    """Put a whole set in the place of the one before; two at once wait for each other."""
    whole = sorted(set(digests))  # in no order that would tell where one stood in the extract
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"hashes.{kind}"])
        cursor.execute("delete from outside_hash where kind = %s", [kind])
        with cursor.copy("copy outside_hash (kind, hash) from stdin") as rows:
            for digest in whole:
                rows.write_row((kind, digest))
        cursor.execute(_NEWEST, [kind, made, now, len(whole)])
