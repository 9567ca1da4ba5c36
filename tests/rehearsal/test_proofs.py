"""The services that prove what a form can ask: their examples come out."""

from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.rehearsal import playing


@pytest.mark.parametrize("slug", ["council-tax-move", "housing-repair"])
def test_their_examples_come_out(district: Any, slug: str) -> None:
    service, contents = catalogue.of_folder(catalogue.folder_of(slug))
    reports = playing.play(service, contents, service.examples)
    assert [(r.name, r.differences) for r in reports if r.differences] == []
    assert len(reports) >= 10
