"""Fixtures of reports: streets, inside a transaction or committed for browsers and threads."""

from typing import Any

import pytest

from tests.streets import Streets


@pytest.fixture
def streets(district: Any) -> Streets:
    return Streets(district)
