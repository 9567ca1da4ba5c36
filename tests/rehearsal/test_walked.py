"""The examples of each shipped service come out, and walk it: every stop, every stage, the rules' both answers."""

from pathlib import Path
from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.rehearsal import playing

SERVICES = Path(__file__).parents[2] / "services"
SLUGS = sorted(path.parent.name for path in SERVICES.glob("*/service.yaml"))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_examples_come_out_and_walk_all_of_it(district: Any, slug: str) -> None:
    service, contents = catalogue.of_folder(SERVICES / slug)
    reports = playing.play(service, contents, service.examples)
    assert [(r.name, r.differences) for r in reports if r.differences] == []
    walked = playing.walked_by(service, reports)
    assert (walked.stops.left, walked.stages.left) == ((), ())
    assert walked.rules.percent >= 90, walked.rules.left
