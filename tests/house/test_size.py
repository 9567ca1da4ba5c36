"""Few combinations in the short run: any two values of two axes meet, and nothing is made up."""

from itertools import combinations, product

import pytest

from tests import size

AXES = [("a", "b", "c", "d", "e"), (1, 2, 3), (True, False), ("x", "y", "z")]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "LONG", False)


def test_any_two_values_meet(short: None) -> None:
    chosen = size.pairwise(*AXES)
    for (i, one), (j, other) in combinations(enumerate(AXES), 2):
        assert {(c[i], c[j]) for c in chosen} == set(product(one, other))
    assert set(chosen) < set(product(*AXES)) and len(chosen) == len(set(chosen))
    assert len(chosen) < 25 < 90 == len(list(product(*AXES)))
    assert size.pairwise(*AXES) == chosen


def test_one_or_two_axes_are_gone_through_whole(short: None) -> None:
    assert size.pairwise("ab") == [("a",), ("b",)]
    assert sorted(size.pairwise("ab", "xy")) == list(product("ab", "xy"))
    assert size.pairwise() == [()]


def test_each_value_stands_once(short: None) -> None:
    chosen = size.each_once(*AXES)
    assert len(chosen) == 5 and set(chosen) < set(product(*AXES))
    assert [set(column) for column in zip(*chosen, strict=True)] == [set(axis) for axis in AXES]
    assert size.each_once() == [()]


def test_a_test_has_its_turn_by_its_name_and_every_way_has_tests() -> None:
    chosen = [size.in_turn(f"test_{n}", "xyz") for n in range(40)]
    assert set(chosen) == set("xyz")
    assert chosen == [size.in_turn(f"test_{n}", "xyz") for n in range(40)]


def test_the_long_run_goes_through_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "LONG", True)
    assert size.each_once(*AXES) == list(product(*AXES))
    assert size.pairwise(*AXES) == list(product(*AXES))
