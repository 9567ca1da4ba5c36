"""Each table is named in docs/promises.md: as going by a job that runs, or as kept for ever with its reason."""

import re

from django.apps import apps

from doorstep.cli.embedded import ROOT
from doorstep.outside import later

# The queue's library has its own tables tidied (`outside.sweeper`); these are the framework's, which nothing adds to.
NOT_OURS = {
    "contenttypes.ContentType",
    "auth.Permission",
    "auth.Group",
}
NAMED = re.compile(r"`([a-z_]+\.[A-Z][A-Za-z]+)`")
JOB = re.compile(r"`([a-z_]+\.[a-z_]+\.[a-z_]+)`")


def _rows() -> list[list[str]]:
    """Return the rows of both tables, each as its cells."""
    text = (ROOT / "docs" / "promises.md").read_text()
    part = text.partition("## What goes, and what stays\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if NAMED.search(line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_table_goes_by_a_job_or_stays_for_a_reason() -> None:
    named = [model for row in _rows() for model in NAMED.findall(row[0])]
    models = {m._meta.label for m in apps.get_models() if m._meta.app_label != "procrastinate"}
    assert sorted(named) == sorted(models - NOT_OURS)


def test_each_job_named_runs_by_itself() -> None:
    rows = [row for row in _rows() if len(row) == 3]
    jobs = {job for row in rows for job in JOB.findall(row[2])}
    assert rows and all(JOB.search(row[2]) for row in rows)
    acts = [*later._daily, *later._reconcilers]  # each day, or each minute
    running = {f"{act.__module__}.{act.__qualname__}" for act in acts}
    assert {f"doorstep.{job}" for job in jobs} <= running
