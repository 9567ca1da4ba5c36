"""Migrations only expand: the version before must run on the tables of the version after."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.cli.embedded import ROOT

# Made before the first release; nothing older ran on their tables.
BEFORE = {
    "cases": 6, "catalogue": 2, "customers": 1, "fieldwork": 2, "messages": 3, "outside": 3,
    "places": 1, "rehearsal": 1, "staff": 2, "waste": 4, "web": 2,
}  # fmt: skip
SAFE = {
    "CreateModel", "AddIndex", "AddConstraint", "RunSQL", "RunPython", "SeparateDatabaseAndState",
    "RemoveConstraint",  # who kept a rule lives without it
}  # fmt: skip
CONTRACT = "CONTRACT"


def wrong(text: str) -> list[str]:
    """Return what of a migration's text the code before it could not live with.

    A migration that contracts says in a constant CONTRACT since which version nothing needs what it takes away.
    """
    tree = ast.parse(text)
    named = [t.id for n in ast.walk(tree) if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]  # fmt: skip
    if CONTRACT in named:
        return []
    found = []
    for node in _on_tables(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "migrations"):
            continue
        name = node.func.attr
        if name == "AddField" and not _may_be_left_out(node):
            found.append("AddField that is neither null nor has a db_default")
        elif name not in SAFE | {"AddField"}:
            found.append(name)
    return found


def _on_tables(tree: ast.AST) -> Iterator[ast.AST]:
    """Go through what is done to tables; a model that only moves from one room to another does nothing to them."""
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.keyword) and child.arg == "state_operations"):
            yield child
            yield from _on_tables(child)


def _may_be_left_out(node: ast.Call) -> bool:
    field = next(k.value for k in node.keywords if k.arg == "field")
    assert isinstance(field, ast.Call)
    given = {k.arg: k.value for k in field.keywords}
    null = given.get("null")
    many = isinstance(field.func, ast.Attribute) and field.func.attr == "ManyToManyField"
    return many or "db_default" in given or (isinstance(null, ast.Constant) and null.value is True)


def later() -> list[Path]:
    """Return the migrations made after the first release."""
    found = (ROOT / "doorstep").glob("*/migrations/[0-9]*.py")
    return sorted(p for p in found if int(p.name[:4]) > BEFORE.get(p.parts[-3], 0))


def test_migrations_only_expand() -> None:
    assert {str(p): w for p in later() if (w := wrong(p.read_text()))} == {}


@pytest.mark.parametrize(
    ("operation", "is_wrong"),
    [
        ("migrations.RemoveField('case', 'slug')", True),
        ("migrations.RenameField('case', 'a', 'b')", True),
        ("migrations.AlterField('case', 'a', field=models.TextField())", True),
        ("migrations.AddField('case', 'a', field=models.TextField(default=''))", True),
        ("migrations.AddField('case', 'a', field=models.TextField(null=False))", True),
        ("migrations.AddField('case', 'a', field=models.TextField(null=True))", False),
        ("migrations.AddField('case', 'a', field=models.TextField(db_default=''))", False),
        ("migrations.CreateModel('x', fields=[])", False),
        (
            "migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('x')])",
            False,
        ),
        ("migrations.SeparateDatabaseAndState([migrations.DeleteModel('x')])", True),
    ],
)
def test_what_contracts_is_seen(operation: str, is_wrong: bool) -> None:
    assert bool(wrong(operation)) == is_wrong
    assert wrong(f"CONTRACT = 'nothing reads it since 1.4'\n{operation}") == []
