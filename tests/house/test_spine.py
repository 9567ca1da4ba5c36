"""The spine knows no guest by name: what it must know of a step, the step's kind says."""

import ast
from collections.abc import Iterator

from doorstep.catalogue import steps
from doorstep.cli.embedded import ROOT

SPINE = ("cases", "catalogue")


def named(text: str) -> Iterator[str]:
    """Yield each string of a module that is a step's name; docstrings may say what they like."""
    names = steps.offered()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and node.value in names:
            yield str(node.value)


def test_no_step_is_named_in_the_spine() -> None:
    found = {
        str(path.relative_to(ROOT)): list(named(path.read_text()))
        for room in SPINE
        for path in (ROOT / "doorstep" / room).rglob("*.py")
        # Its own step is no guest.
        if "migrations" not in path.parts and path.parts[-2:] != ("cases", "steps.py")
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_a_step_that_is_named_is_seen() -> None:
    assert list(named("def f(step):\n    return step == 'tell'\n")) == ["tell"]
