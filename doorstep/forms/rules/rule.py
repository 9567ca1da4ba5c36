"""A rule, ready to use."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from doorstep.forms.rules.check import NONE, check
from doorstep.forms.rules.errors import RuleError
from doorstep.forms.rules.evaluate import Compiled, compile_
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import parse, paths_of
from doorstep.forms.rules.types import BOOL, Maybe, Type, describe, fits, may_fit


@dataclass(frozen=True)
class Rule:
    """A rule that was parsed, checked and compiled; evaluating it cannot fail on a name or a type."""

    text: str
    type: Type
    uses: frozenset[str]
    when_true: frozenset[str]
    when_false: frozenset[str]
    _run: Compiled
    # What is refused of a rule that is written anew; one that was published before runs with it.
    doubts: tuple[RuleError, ...] = field(default=(), compare=False)

    @classmethod
    def read(
        cls,
        text: str,
        names: Mapping[str, Type],
        *,
        known: frozenset[str] = NONE,
        where: str = "",
        wants: Type | None = BOOL,
        may_be_nothing: bool = False,
    ) -> "Rule":
        """Return the rule of a text; raises RuleError."""
        tree, doubts = parse(text, where), list[RuleError]()
        checked = check(tree, names, known, text, where, doubts)
        shape = checked.type
        if isinstance(shape, Maybe) and not may_be_nothing:
            raise RuleError(
                "this may be nothing; ask `has(…)` first, or say `otherwise(…, what then)`",
                text,
                0,
                where,
            )
        if wants is not None and not fits(shape, wants):
            message = f"this is {describe(shape)}, but {describe(wants)} is wanted"
            wrong = RuleError(message, text, 0, where)
            if not may_fit(shape, wants):
                raise wrong
            doubts.append(wrong)
        return cls(
            text,
            checked.type,
            paths_of(tree),
            checked.when_true,
            checked.when_false,
            compile_(tree),
            tuple(doubts),
        )

    def evaluate(self, values: Mapping[str, object], clock: Clock) -> object:
        """Return the rule's value over answers, facts and settings."""
        value = self._run(values, clock)
        if (seen := _seen.get()) is not None:
            seen.add((self.text, value is True))
        return value


_seen: ContextVar[set[tuple[str, bool]] | None] = ContextVar("seen", default=None)


@contextmanager
def watched() -> Iterator[set[tuple[str, bool]]]:
    """Give the texts of the rules that are judged inside the block, each with whether it held: for examples."""
    seen: set[tuple[str, bool]] = set()
    mark = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(mark)
