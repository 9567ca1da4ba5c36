"""Rooms import of each other only what a room names as public, in the docstring of its `__init__.py`."""

import ast
import re
from collections.abc import Iterator

from doorstep.cli.embedded import ROOT

PRODUCT = ROOT / "doorstep"
PUBLIC = re.compile(r"^Public: (.+?)\.$", re.M | re.S)


def rooms() -> list[str]:
    """Return the rooms; `web` and `connectors` are edges, of which nobody imports."""
    return sorted(p.parent.name for p in PRODUCT.glob("*/__init__.py"))


def public(room: str) -> set[str]:
    """Return the modules that a room names as public."""
    text = ast.get_docstring(ast.parse((PRODUCT / room / "__init__.py").read_text())) or ""
    named = PUBLIC.search(text)
    return {name.strip() for name in re.split(r"[,\s]+", named[1])} if named else set()


def imports(text: str, here: str) -> Iterator[tuple[str, str]]:
    """Yield the room and the module of each import from another room."""
    for node in ast.walk(ast.parse(text)):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "doorstep" and len(parts) > 2 and parts[1] != here:
                yield parts[1], module_in(parts[1], parts[2:])


def module_in(room: str, parts: list[str]) -> str:
    """Return the longest part of a dotted name that is a module of the room."""
    for n in range(len(parts), 0, -1):
        path = PRODUCT.joinpath(room, *parts[:n])
        if path.with_suffix(".py").exists() or (path / "__init__.py").exists():
            return ".".join(parts[:n])
    return parts[0]


def wrong(room: str, text: str) -> list[str]:
    """Return the imports of a module's text that are of what another room does not name as public."""
    known = set(rooms())
    return sorted(
        f"{other}.{module}"
        for other, module in imports(text, room)
        if other in known and module not in public(other)
    )


def test_rooms_import_what_is_public() -> None:
    files = [p for p in PRODUCT.rglob("*.py") if "migrations" not in p.parts]
    found = {
        str(p.relative_to(ROOT)): w
        for p in files
        if len(p.relative_to(PRODUCT).parts) > 1
        and (w := wrong(p.relative_to(PRODUCT).parts[0], p.read_text()))
    }
    assert found == {}


def test_what_is_named_as_public_is_there_and_wanted() -> None:
    wanted: dict[str, set[str]] = {room: set() for room in rooms()}
    for path in PRODUCT.rglob("*.py"):
        parts = path.relative_to(PRODUCT).parts
        if "migrations" not in parts:
            for other, module in imports(path.read_text(), parts[0] if len(parts) > 1 else ""):
                wanted.get(other, set()).add(module)
    assert {r: p - wanted[r] for r in rooms() if (p := public(r)) - wanted[r]} == {}


def test_an_import_of_something_private_is_seen() -> None:
    text = "from doorstep.payments import outcomes\nfrom doorstep.cases.locking import locked\n"
    assert wrong("demo", text) == ["payments.outcomes"]
    assert wrong("demo", "from doorstep.reports.texts import moved\n") == ["reports.texts"]
