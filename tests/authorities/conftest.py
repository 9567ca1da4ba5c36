"""A council whose county takes reports by Open311, at whichever address a test says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.authorities.foreign import foreign as _foreign

# A program that is not ours, listening.
foreign = pytest.fixture(_foreign)


@pytest.fixture
def county(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Say where the county takes reports, and with which key; to be called before anything reads the council."""

    def at(address: str, key: str, **services: str) -> None:
        path = home / "councils" / "demo" / "council.yaml"
        council = yaml.safe_load(path.read_text())
        codes = services or {"loose-sign": "broken-bench"}
        council["authorities"]["county"]["open311"] = {"address": address, "services": codes}
        path.write_text(yaml.safe_dump(council, allow_unicode=True, sort_keys=False))
        from doorstep.council import queries

        queries._read.cache_clear()
        queries._council.cache_clear()
        monkeypatch.setenv("OPEN311_KEY_COUNTY", key)

    return at


@pytest.fixture
def signs(open_district: Any) -> Any:
    """The service that is passed on, published."""
    from tests.open311.conftest import publish

    return publish("loose-sign")
