"""What a step is to a definition: all that a validator needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.forms.rules.types import Type


@dataclass(frozen=True)
class StepKind:
    """A step's name, its options as rules (with the type each must give), and as plain words.

    `optional` names rules that may be left out; `says` what sentences of a service may name once
    the step has run, such as `{charge.pounds}`.
    """

    name: str
    rules: Mapping[str, Type] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    says: Mapping[str, Type] = field(default_factory=dict)
    # What its outcomes tell rules, by name, with the value before anything has come of it.
    gives: Mapping[str, tuple[Type, object]] = field(default_factory=dict)


_offered: dict[str, StepKind] = {}


def offer(kind: StepKind) -> None:
    """Make a kind of step known to validators."""
    _offered[kind.name] = kind


def offered() -> dict[str, StepKind]:
    """Return every kind of step, by name."""
    return dict(_offered)


def given() -> dict[str, object]:
    """Return what rules find of steps that nothing has come of yet."""
    return {n: value for kind in _offered.values() for n, (_, value) in kind.gives.items()}
