"""What another authority says is told as theirs: in no service do its words lead where a crew's of ours do."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FLOWS = sorted(ROOT.glob("services/*/workflow.yaml")) + sorted(ROOT.glob("tests/**/workflow.yaml"))
THEIRS = ("send.fixed", "send.closed")


def read(text: str) -> dict[str, object]:
    """Return a workflow, in texts alone: to YAML `on` is a truth."""
    return dict(yaml.load(text, Loader=yaml.BaseLoader))


def shared(flow: dict[str, object]) -> list[str]:
    """Return the stages to which both their end and something of ours leads."""
    tables = [flow.get("on"), *(stage.get("on") for stage in flow["stages"].values())]  # type: ignore[attr-defined]
    ways = [way for table in tables for way in (table or {}).items()]
    theirs = {stage for outcome, stage in ways if outcome in THEIRS}
    return sorted({stage for outcome, stage in ways if stage in theirs and outcome not in THEIRS})


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_their_end_has_a_stage_of_its_own(path: Path) -> None:
    assert shared(read(path.read_text())) == []


def test_one_that_is_shared_is_seen() -> None:
    flow = "on: {job.not_found: gone, send.closed: gone}\nstages: {gone: {label: Gone}}"
    assert shared(read(flow)) == ["gone"]
