"""Tests about tests: none rests on another, and none waits for a time instead of for what it waits for."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
# Where waiting is at home: it looks again and again until something holds, and fails when it does not.
POLLS = {"until"}


def sources() -> list[Path]:
    return sorted(TESTS.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Return every module and name that a source imports, with dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rests(source: str) -> list[str]:
    """Return what a source takes out of modules of tests."""
    return [
        name
        for name in imported(ast.parse(source))
        if any(part.startswith("test_") for part in name.split("."))
    ]


def waits(source: str) -> list[int]:
    """Return the lines that wait for a time: outside a function that polls."""
    tree = ast.parse(source)
    polling = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name in POLLS]
    allowed = {inner for poll in polling for inner in ast.walk(poll)}
    return sorted(
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node not in allowed
        and getattr(node.func, "attr", getattr(node.func, "id", ""))
        in ("sleep", "wait_for_timeout")
    )


def test_no_test_rests_on_another_test_module() -> None:
    found = {str(p.relative_to(TESTS)): rests(p.read_text()) for p in sources()}
    assert {name: taken for name, taken in found.items() if taken} == {}


def test_no_test_waits_for_a_time() -> None:
    found = {str(p.relative_to(TESTS)): waits(p.read_text()) for p in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_they_would_be_seen() -> None:
    assert rests("from tests.web.test_api import System") == ["tests.web.test_api.System"]
    assert rests("def f():\n    import tests.web.test_api") == ["tests.web.test_api"]
    assert rests("from tests import test_api") == ["tests.test_api"]
    assert rests("from tests.system import System") == []
    assert waits("import time\ntime.sleep(1)\npage.wait_for_timeout(5)") == [2, 3]
    assert waits("from time import sleep\ndef test():\n    sleep(1)") == [3]
    assert waits("def until():\n    while True:\n        time.sleep(0.1)") == []
