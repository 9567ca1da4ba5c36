"""Each guard that `make guards` takes out stands where it is said to, once, and its test is there."""

from tools.guards import GUARDS, ROOT, Guard


def wrong(guard: Guard) -> list[str]:
    """Return what of a guard is no more."""
    edits = ((guard.path, guard.text), (guard.path, guard.also[0]), guard.elsewhere[:2])
    said = [
        f"{path} has {count} of: {text}"
        for path, text in edits
        if text and (count := (ROOT / path).read_text().count(text)) != 1
    ]
    path, _, name = guard.test.partition("::")
    function = f"def {name.partition('[')[0]}("
    if name and function not in (ROOT / path).read_text():
        said.append(f"{path} has no {function}")
    return said


def test_every_guard_stands_where_it_is_taken_out() -> None:
    assert {g.what: said for g in GUARDS if (said := wrong(g))} == {}


def test_one_that_moved_is_noticed() -> None:
    moved = Guard("moved", "doorstep/urls.py", "no such line", "", "tests/house/test_guards.py::no")
    assert len(wrong(moved)) == 2
