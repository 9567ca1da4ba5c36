"""Each how-to is followed to the letter, in a copy of the checkout."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from tests.databases import address, drop
from tests.publishing import few_examples
from tests.size import LONG

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "doorstep", "services", "councils", "docs", "tests", "locale", "tools", "bench", "standins",
    "pyproject.toml", "Makefile", "CONTRIBUTING.md", "requirements.txt",
)  # fmt: skip
KEPT = ("damaged-bin", "fly-tipping", "missed-bin")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.M | re.S)
OPTION = re.compile(r'(\w+)=("(?:\\.|[^"])*"|\S+)')


@pytest.fixture
def database(django_db_setup: None) -> Iterator[str]:
    """The address of a database with its tables and no row; gone in the end, with what its own tests made."""
    of, name = settings.DATABASES["default"], f"how_to_{uuid4().hex[:8]}"
    whole = {"host": of["HOST"], "port": of["PORT"], "user": of["USER"], "password": of["PASSWORD"]}
    with psycopg.connect(**whole, dbname="postgres", autocommit=True) as server:
        server.execute(f'create database {name} template "{of["TEST"]["TEMPLATE"]}"')
    yield address(name)
    for made in (name, f"test_{name}"):
        drop(made)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout of its own, with this one's packages and assets."""
    for name in COPIED:
        whole = ROOT / name
        (shutil.copytree if whole.is_dir() else shutil.copy)(whole, tmp_path / name)
    # The whole library is `make services`' to check and play.
    for folder in (tmp_path / "services").iterdir():
        if (folder / "service.yaml").exists() and folder.name not in KEPT:
            shutil.rmtree(folder)
    for slug in ("fly-tipping", "missed-bin"):
        few_examples(tmp_path, slug)
    # What did not change is not looked at again; `make test` writes there at the same time.
    for name in (".mypy_cache", ".ruff_cache"):
        if LONG and (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
    for name in (".venv", "static-built"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def run(command: str, copy: Path, database: str) -> None:
    """Run a block's commands as a person would, on a database of the copy's own."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DOORSTEP_", "PYTEST_"))}
    env |= {"PYTHONPATH": str(copy), "DOORSTEP_DATA": str(copy / "data")}
    env["DATABASE_URL"] = database
    env["PYTEST_ADDOPTS"] = (
        "--reuse-db"  # no page changes a table, and making them all takes longest
    )
    done = subprocess.run(
        ["bash", "-ec", command], cwd=copy, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def change(options: dict[str, str], text: str, copy: Path) -> None:
    """Make the change a block describes; a line that is not there is an error."""
    if "file" in options:
        path = copy / options["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return
    path = copy / (options.get("in") or options["end"])
    before = path.read_text()
    if "end" in options:
        path.write_text(before + text)
        return
    how = next(k for k in ("after", "replace", "without") if k in options)
    old = options[how] if how == "replace" else options[how] + "\n"
    assert before.count(old) == 1, f"{path.name} has {before.count(old)} of: {old}"
    new = {"after": old + text, "replace": text.rstrip("\n"), "without": ""}[how]
    path.write_text(before.replace(old, new))


def options_of(given: str) -> dict[str, str]:
    """Return what stands behind a block's language: file=…, in=… after="…" and their like."""
    return {
        k: v[1:-1].replace('\\"', '"') if v.startswith('"') else v for k, v in OPTION.findall(given)
    }


def follow(page: Path, copy: Path, database: str) -> None:
    """Do what a page says, block by block."""
    blocks = BLOCK.findall(page.read_text())
    commands = 0
    for language, given, text in blocks:
        if language == "sh":
            run(f"export DOORSTEP_DEMO=1\n{text}", copy, database)
            commands += 1
        else:
            change(options_of(given), text, copy)
    assert commands and len(blocks) > commands


PAGES = ("service", "connector", "question", "step")


def test_what_is_made_by_the_pages_works_and_passes_the_checks(copy: Path, database: str) -> None:
    """A service, a connector, two kinds of question, a step and a page at the desk, made to the letter one after the
    other in one checkout, as somebody would who stays; then `make check` as a person runs it, or its rules."""
    for page in (*(f"docs/how-to/{name}.md" for name in PAGES), "CONTRIBUTING.md"):
        follow(ROOT / page, copy, database)
    # What set-up installs is here already. Types, and to play every example again, are longest.
    run(f"make -o setup-dev {'check' if LONG else 'rules'}", copy, database)
