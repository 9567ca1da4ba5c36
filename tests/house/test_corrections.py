"""Every outcome of every job of every service can be put right by each other one."""

from pathlib import Path

import pytest

from doorstep.catalogue import corrections
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build_all
from doorstep.catalogue.reading import Source

FOLDERS = catalogue.library()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_outcome_of_a_job_leads_on_to_each_other(folder: Path) -> None:
    files = catalogue.read_folder(folder)
    flow = Source("workflow.yaml", files["workflow.yaml"])
    assert list(corrections.problems(build_all(files), flow)) == []


def test_what_could_not_be_put_right_is_said_with_its_line() -> None:
    files = catalogue.read_folder(next(f for f in FOLDERS if f.name == "bulky-waste"))
    text = files["workflow.yaml"].replace("  job.not_found: not_found\n", "", 1)
    service = build_all({**files, "workflow.yaml": text})
    said = [str(p) for p in corrections.problems(service, Source("workflow.yaml", text))]
    assert any("`job.not_found` leads nowhere" in line for line in said)
    assert any("`collected` cannot be put right to `not_found`" in line for line in said)
    assert all(line.startswith("workflow.yaml:") for line in said)
