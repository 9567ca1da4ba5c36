"""The table of small wrong definitions: each is refused with its code, its line and what to write instead."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.catalogue.build_service import build
from doorstep.catalogue.codes import CODES
from doorstep.catalogue.problem import Place, Problem
from tests.wrong_definitions import ELSEWHERE, ROWS, Row

RIGHT = Path(__file__).parent / "lost-key"
# Words of libraries and of Python, which whoever writes services has never met.
THEIRS = re.compile(
    r"Input should|validation error|valid string|valid dictionary|Field required|Extra inputs|mapping values|"
    r"block mapping|expected <|found character|did not find expected|Traceback|NoneType|KeyError|\bdict\b|\bint\b|\bstr\b|None|"
    r"<class|object at 0x|pydantic|regex|\[type="
)


# Mistakes that are made together, by code and by what is put.
SEVERAL = {
    ("wrong_type", "team: 7"),
    ("unknown_name", "typ: number, default: 3,"),
    ("retention", "retention_days: -1"),
    ("no_such_kind", "kind: essay"),
    ("rule", "settings.penc * load"),
    ("stop_unsaid", "stop: onely}"),
    ("placeholder", "Ask {who}."),
    ("no_such_step", "      - publsh: {}"),
    ("option", "first: today, until: now, last:"),
    ("no_such_decision", "bulk: [shut]"),
    ("placeholder", "We come by {when}."),
    ("message", "Subject: "),
    ("example_decision", "{decision: shut}"),
    ("wrong_form", "now: tomorrow"),
}
# Rooms whose steps and facts say what is wrong.
GIVING = [
    ("authorities", "steps"),
    ("bookings", "calendars"),
    ("fieldwork", "steps"),
    ("fieldwork", "facts"),
    ("messages", "steps"),
    ("payments", "steps"),
]


@pytest.fixture
def folder(home: Path) -> Path:
    """The right service, in a library that a test may change."""
    return Path(shutil.copytree(RIGHT, home / "services" / "lost-key"))


def found(folder: Path) -> list[Problem]:
    return catalogue.examine(folder).problems


def change(folder: Path, row: Row) -> str:
    """Change a file as a row says; return its text."""
    path = folder / row.file
    text = path.read_text() if row.was or path.exists() else ""
    assert row.was in text, row
    text = text.replace(row.was, row.put, 1) if row.was else row.put
    if row.put == "GONE":
        path.unlink()
        return ""
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return text


def put_back(folder: Path, row: Row) -> None:
    """Have a file as it is in the right service, where it has it."""
    if (RIGHT / row.file).exists():
        shutil.copyfile(RIGHT / row.file, folder / row.file)
    else:
        (folder / row.file).unlink()


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


def test_one_mistake_hides_no_other_and_brings_none_along(folder: Path) -> None:
    """Of each file several, of other kinds: each is said, once, and nothing that only follows from them."""
    several = [row for row in ROWS if (row.code, row.put) in SEVERAL]
    assert len(several) == len(SEVERAL)
    for row in several:
        change(folder, row)
    problems = found(folder)
    for row in several:
        assert [p.code for p in problems if row.says in p.words] == [row.code], row
    assert len(problems) == len(several), [str(p) for p in problems]


def test_a_file_that_is_no_yaml_hides_no_mistake_of_another(folder: Path) -> None:
    change(folder, Row("", "form.yaml", "pages:", "pages: [", ""))
    change(folder, Row("", "service.yaml", "lgsl: 577", "lgsl: many", ""))
    change(folder, Row("", "workflow.yaml", "      - publish: {}", "      - publsh: {}", ""))
    change(folder, Row("", "messages/brought.cy.md", "subject: ", "Subject: ", ""))
    codes = [(p.file, p.code) for p in found(folder)]
    assert sorted(codes) == [
        ("form.yaml", "yaml"),
        ("messages/brought.cy.md", "message"),
        ("service.yaml", "wrong_type"),
        ("workflow.yaml", "no_such_step"),
    ]


def test_what_was_published_before_still_builds_with_what_is_refused_now(folder: Path) -> None:
    new = {"dead_end", "not_reached", "reserved", "twice", "retention", "no_options", "no_reply"}
    for row in ROWS:
        if row.code in new and row.file.endswith(".yaml") and row.put:
            change(folder, row)
            if all(p.code in (row.code, *row.beside) for p in found(folder)):
                assert build(catalogue.read_folder(folder)), row
            put_back(folder, row)
    doubt = next(row for row in ROWS if "is none of its options" in row.says)
    change(folder, doubt)
    assert [p.code for p in found(folder)] == ["rule"]
    assert build(catalogue.read_folder(folder))


def test_what_a_step_says_without_a_code_has_one() -> None:
    (problem,) = steps.said(Place("workflow.yaml", ("stages",), 3), ["no such thing"])
    assert (problem.code, str(problem)) == ("step", "workflow.yaml:3: no such thing")


def test_each_wrong_definition_is_refused_with_its_line_and_what_to_write(folder: Path) -> None:
    assert len(ROWS) >= 200
    failed = []
    for row in ROWS:
        failed += [f"{row}\n    {problem}" for problem in wrong(folder, row)]
        put_back(folder, row)
    assert not failed, "\n".join(failed)


def codes_in(path: Path) -> Iterator[str]:
    """Go through the codes that a file of ours gives: `….wrong("code", …)`, or `yield "code", words` of a step."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = node.args[:2] if node.func.attr in ("wrong", "doubtful") else []
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            given = node.value.elts[:1]
        else:
            continue
        texts = (str(arg.value) for arg in given[:2] if isinstance(arg, ast.Constant))
        yield from (text for text in texts if text.isidentifier())


def test_every_code_is_listed_and_has_a_row() -> None:
    ours = Path(catalogue.__file__).parent
    others = [ours.parent / room / f"{name}.py" for room, name in GIVING]
    given = {code for path in (*ours.glob("*.py"), *others) for code in codes_in(path)}
    assert given - set(CODES) == set(), "a kind of mistake is not among the codes"
    assert {row.code for row in ROWS} | ELSEWHERE == set(CODES)
