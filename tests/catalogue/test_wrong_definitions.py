"""The table of small wrong definitions: each is refused with its code, its line and what to write instead."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.codes import CODES
from doorstep.catalogue.problem import Problem
from tests.wrong_definitions import ELSEWHERE, ROWS, Row

RIGHT = Path(__file__).parent / "lost-key"
# Words of libraries and of Python, which whoever writes services has never met.
THEIRS = re.compile(
    r"Input should|validation error|valid string|valid dictionary|Field required|Extra inputs|mapping values|"
    r"block mapping|expected <|found character|did not find expected|Traceback|NoneType|KeyError|\bdict\b|\bint\b|\bstr\b|None|"
    r"<class|object at 0x|pydantic|regex|\[type="
)


@pytest.fixture
def folder(home: Path) -> Path:
    """The right service, in a library that a test may change."""
    return Path(shutil.copytree(RIGHT, home / "services" / "lost-key"))


def found(folder: Path) -> list[Problem]:
    return catalogue.examine(folder).problems


def change(folder: Path, row: Row) -> str:
    """Change a file as a row says; return its text."""
    path = folder / row.file
    text = path.read_text()
    assert row.was in text, row
    text = text.replace(row.was, row.put, 1) if row.was else row.put
    if row.put == "GONE":
        path.unlink()
        return ""
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return text


def line_of(text: str, row: Row) -> int:
    """Return the line that a row names: where its own words stand, or what was put."""
    at = row.at or row.put.strip("\n").split("\n")[0]
    return 1 if row.at == "-" else text[: text.index(at)].count("\n") + 1


def wrong(folder: Path, row: Row) -> Iterator[str]:
    """Go through what is not as a row says."""
    text = change(folder, row)
    problems = found(folder)
    of_code = [p for p in problems if p.code == row.code]
    if not any(row.says in p.words for p in of_code):
        yield f"says {[(p.code, str(p)) for p in problems]}"
    elif row.at != "-" and line_of(text, row) not in [
        p.line for p in of_code if row.says in p.words
    ]:
        yield f"line {line_of(text, row)}: {[str(p) for p in of_code]}"
    others = [str(p) for p in problems if p.code not in (row.code, *row.beside)]
    if others:
        yield f"beside it: {others}"
    yield from (f"their words: {p}" for p in problems if THEIRS.search(p.words))


def test_the_right_one_is_right(folder: Path) -> None:
    assert found(folder) == []


def test_each_wrong_definition_is_refused_with_its_line_and_what_to_write(folder: Path) -> None:
    assert len(ROWS) >= 200
    failed = []
    for row in ROWS:
        failed += [f"{row}\n    {problem}" for problem in wrong(folder, row)]
        shutil.copyfile(RIGHT / row.file, folder / row.file)
    assert not failed, "\n".join(failed)


def test_every_code_has_a_row() -> None:
    assert {row.code for row in ROWS} | ELSEWHERE == set(CODES)
