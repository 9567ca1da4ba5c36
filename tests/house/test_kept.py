"""Each kept query of the house asks, for whatever values, just what its query set would ask."""

import pkgutil
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import connection
from psycopg.types.json import Jsonb

import doorstep
from doorstep.outside import kept

# The values that a body might treat otherwise than others: nothing, a little, much, and what looks like something else.
VALUES: dict[type, tuple[Any, ...]] = {
    str: ("", "x", "0", "1001", "%s", "a b", "LE67 3FJ", "x" * 300),
    int: (0, 1, -1, 501, 2**31, 990_000_007_587, 2**62),
    UUID: (UUID(int=0), UUID("6d8f9df2-1a3b-4a9c-8f0e-000000000001"), UUID(int=2**128 - 1)),
    date: (date(1970, 1, 1), date(2026, 2, 28), date(2026, 11, 27), date(2100, 1, 1)),
    datetime: (
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/London")),
        datetime(2100, 1, 1, 23, 59, tzinfo=UTC),
    ),
}


def every() -> list[kept.Kept[..., Any]]:
    """Return the kept queries of all rooms."""
    for module in pkgutil.walk_packages(doorstep.__path__, "doorstep."):
        if ".management" not in module.name and ".migrations" not in module.name:
            import_module(module.name)
    return [query for query in kept.EVERY if query.name.startswith("doorstep.")]


def bare(params: Any) -> list[Any]:
    """Return parameters without what wraps them for the driver."""
    return [p.obj if isinstance(p, Jsonb) else p for p in params]


@pytest.mark.django_db
def test_each_asks_what_its_query_set_asks() -> None:
    queries = every()
    assert len(queries) > 15
    for query in queries:
        longest = max((len(VALUES[kind]) for kind in query.types), default=1)
        for turn in range(longest):
            # Arguments of one type have each another value.
            values = [
                VALUES[kind][(turn + n) % len(VALUES[kind])] for n, kind in enumerate(query.types)
            ]
            body: Any = query.query_set
            plain = body(*values)
            try:
                sql, params = plain.query.get_compiler(using="default").as_sql()
            except EmptyResultSet:  # a number larger than its column: Django does not ask at all
                assert query(*values) == []
                continue
            statement = query.statement()
            assert statement.sql == sql, query.name
            assert bare(statement.with_values(values, connection)) == bare(params), query.name
            assert query(*values) == list(plain), query.name
