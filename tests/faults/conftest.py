"""Installations for fault tests; DOORSTEP_LONG=1 (`make test-long`) makes the loads large."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.installation import Installation

LONG = os.environ.get("DOORSTEP_LONG") == "1"


def size(short: int, long: int) -> int:
    """Return how large a load is here."""
    return long if LONG else short


@pytest.fixture
def place() -> Iterator[Installation]:
    """An installation with a database server of its own, empty, nothing else started."""
    made = Installation()
    yield made
    made.take_down()
