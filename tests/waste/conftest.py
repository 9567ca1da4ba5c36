"""A council whose book of rounds is kept by the waste system it has already."""

from collections.abc import Iterator
from typing import Any

import pytest

from standins.whitespace.app import StandIn
from tests import whitespace
from tests.district import District


@pytest.fixture
def there(settings: Any, district: District) -> Iterator[StandIn]:
    """Keep the district's book of rounds in the waste system, and nothing of it here."""
    with whitespace.whitespace(settings) as app, whitespace.plugged(settings, app):
        whitespace.move_book(app, district)
        yield app
