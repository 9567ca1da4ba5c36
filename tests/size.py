"""How large a test is: small in `make test`, whole in `make test-long` (DOORSTEP_LONG=1)."""

import os
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any
from zlib import crc32

LONG = os.environ.get("DOORSTEP_LONG") == "1"


def size(short: int, long: int) -> int:
    """Return how large a load is here."""
    return long if LONG else short


def pairwise(*axes: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return combinations of one value of each axis in which any two values of two axes meet.

    Most faults need two things to come together, not five: pairs are far fewer than all
    combinations, which `make test-long` goes through. The same axes give the same combinations.
    """
    if LONG or len(axes) < 2:
        return list(product(*axes))
    every = list(product(*(range(len(axis)) for axis in axes)))
    left, chosen = set().union(*map(_pairs, every)), []
    while left:
        best = max(every, key=lambda one: len(left & _pairs(one)))
        left -= _pairs(best)
        chosen.append(tuple(axis[n] for axis, n in zip(axes, best, strict=True)))
    return chosen


def each_once(*axes: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return combinations in which each value of each axis stands: as many as the longest has values; else all."""
    if LONG or not axes:
        return list(product(*axes))
    return [tuple(axis[n % len(axis)] for axis in axes) for n in range(max(map(len, axes)))]


def in_turn(name: str, ways: Sequence[Any]) -> Any:
    """Return the one of its ways that a test of this name goes in `make test`: tests differ in it, runs do not."""
    return ways[crc32(name.encode()) % len(ways)]


def _pairs(one: tuple[int, ...]) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    """Return every two of a combination's values, each with its axis."""
    return set(combinations(tuple(enumerate(one)), 2))  # type: ignore[arg-type]
