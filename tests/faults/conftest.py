"""Installations for fault tests."""

from collections.abc import Iterator

import pytest

from tests.faults.installation import Installation


@pytest.fixture
def place() -> Iterator[Installation]:
    """An installation with a database server of its own, its tables empty, nothing else started."""
    made = Installation()
    yield made
    made.take_down()
