"""Statements of a page, counted and held under a budget."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

# Savepoints and BEGIN are not counted.
NOT_COUNTED = re.compile(r"^(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)", re.I)


@pytest.fixture
def counted(capsys: Any) -> Iterator[Any]:
    """A block that counts its statements, prints the count and holds it under a budget."""

    @contextmanager
    def count(name: str, most: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as seen:
            yield
        told = [q["sql"] for q in seen.captured_queries if not NOT_COUNTED.match(q["sql"])]
        with capsys.disabled():
            print(f"\n{name}: {len(told)} statements (at most {most})", end="")
        assert len(told) <= most, "\n".join(told)

    yield count
