"""What a step is to a definition: all that a validator needs, and what the spine must know of a guest it cannot name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from doorstep.catalogue import fixed
from doorstep.catalogue.problem import Place, Problem
from doorstep.forms.rules.parse import parse
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import Type

# A mistake in words, or the code of its kind and the words.
Said = str | tuple[str, str]
# Says what is wrong with one use of a step: its rules, its plain words, the service's files by name.
Check = Callable[[Mapping[str, Rule], Mapping[str, object], Mapping[str, str]], Iterable[Said]]


@dataclass(frozen=True)
class Using:
    """Which service is about to be used in this council, and its settings as they are in force there."""

    slug: str
    settings: Mapping[str, object]
    # What a service says of each of its steps, somewhere: the names of its options, by the step's.
    options: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def fixed(self, rule: Rule) -> object:
        """Return what a rule gives whatever is answered, or nothing where it rests on more than settings."""
        return fixed.value(parse(rule.text), self.settings)


# Says what is wrong with one use of a step in this council: its rules, its plain words, who uses it.
CheckHere = Callable[[Mapping[str, Rule], Mapping[str, object], Using], Iterable[Said]]


# Says which outcomes one use of a step may have: its rules, its plain words.
Outcomes = Callable[[Mapping[str, Rule], Mapping[str, object]], Iterable[str]]


def nothing_wrong(
    rules: Mapping[str, Rule], words: Mapping[str, object], files: Mapping[str, str]
) -> Iterable[Said]:
    """Find nothing wrong."""
    return ()


def nothing_wrong_here(
    rules: Mapping[str, Rule], words: Mapping[str, object], using: Using
) -> Iterable[Said]:
    """Find nothing wrong in this council."""
    return ()


def none_of_its_own(rules: Mapping[str, Rule], words: Mapping[str, object]) -> Iterable[str]:
    """Name no outcome."""
    return ()


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
    # What may come of it, as `<name>.<outcome>` after `on:`, each with a sentence for whoever writes services.
    outcomes: Mapping[str, str] = field(default_factory=dict)
    # Whether the service names further outcomes itself, such as those a crew may choose.
    own_outcomes: bool = False
    # Whether an outcome may be put right by another one later: which may come, and to which they may be put right.
    correctable: bool = False
    may_come: Outcomes = none_of_its_own
    put_right_to: Outcomes = none_of_its_own
    # Of another kind of step, in other cases: its word `outcome` comes there as an outcome of that.
    carries_to: str = ""
    # Plain words that name questions: one, a list of them, or names that each has one.
    questions: frozenset[str] = frozenset()
    # Plain words that it cannot do without.
    needs: frozenset[str] = frozenset()
    # Outcomes that come as soon as it is run, whenever it is run alike: a way back by them would never end.
    at_once: frozenset[str] = frozenset()
    # Of its plain words, those that can be one of a few alone.
    values: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    # Whether it speaks to the person: its option `message` names what is said.
    speaks: bool = False
    # What ends what it has set in motion and unwinding does not end: a step's name and its words.
    ended_by: tuple[str, Mapping[str, object]] | None = None
    # Whether what it does is beyond recall, so that a stage with it cannot be undone.
    final: bool = False
    # The flag of a case that it takes off the worklist, because the work is done on another one.
    sets_aside: str = ""
    # What it is given where a choice or a decision asks by it first, as rules; nothing: it cannot be asked by.
    # `asked_as` is the kind of question that is then drawn.
    asks: Mapping[str, Type] = field(default_factory=dict)
    asked_as: str = ""
    # What is wrong with a use of it, whatever the council; and in this council, before a folder is used anew.
    check: Check = nothing_wrong
    check_here: CheckHere = nothing_wrong_here


def said(where: Place, mistakes: Iterable[Said]) -> Iterator[Problem]:
    """Go through what a step says is wrong, as mistakes that stand somewhere."""
    for mistake in mistakes:
        code, words = ("step", mistake) if isinstance(mistake, str) else mistake
        yield where.wrong(code, words)


_offered: dict[str, StepKind] = {}


def offer(kind: StepKind) -> None:
    """Make a kind of step known to validators."""
    _offered[kind.name] = kind


def offered() -> dict[str, StepKind]:
    """Return every kind of step, by name."""
    return dict(_offered)


def kind(name: str) -> StepKind:
    """Return a kind of step by its name; raises KeyError."""
    return _offered[name]


def given() -> dict[str, object]:
    """Return what rules find of steps that nothing has come of yet."""
    return {n: value for kind in _offered.values() for n, (_, value) in kind.gives.items()}


def speaker() -> StepKind:
    """Return the kind of step by which a case speaks to its person; raises LookupError where there is none."""
    step_kind = next((kind for kind in _offered.values() if kind.speaks), None)
    if step_kind is None:
        raise LookupError("no step speaks to the person")
    return step_kind


def aside() -> list[str]:
    """Return the flags of cases that are not worked on themselves."""
    return [kind.sets_aside for kind in _offered.values() if kind.sets_aside]
