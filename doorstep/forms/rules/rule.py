"""A rule, ready to use."""

from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.forms.rules.check import NONE, check
from doorstep.forms.rules.errors import RuleError
from doorstep.forms.rules.evaluate import Compiled, compile_
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import parse, paths_of
from doorstep.forms.rules.types import BOOL, Maybe, Type, describe


@dataclass(frozen=True)
class Rule:
    """A rule that was parsed, checked and compiled; evaluating it cannot fail on a name or a type."""

    text: str
    type: Type
    uses: frozenset[str]
    when_true: frozenset[str]
    when_false: frozenset[str]
    _run: Compiled

    @classmethod
    def read(
        cls,
        text: str,
        names: Mapping[str, Type],
        *,
        known: frozenset[str] = NONE,
        where: str = "",
        wants: Type | None = BOOL,
    ) -> "Rule":
        """Return the rule of a text; raises RuleError."""
        tree = parse(text, where)
        checked = check(tree, names, known, text, where)
        if isinstance(checked.type, Maybe):
            raise RuleError("this may be nothing; ask `has(…)` first", text, 0, where)
        if wants is not None and checked.type != wants:
            message = f"this is {describe(checked.type)}, but {describe(wants)} is wanted"
            raise RuleError(message, text, 0, where)
        return cls(
            text,
            checked.type,
            paths_of(tree),
            checked.when_true,
            checked.when_false,
            compile_(tree),
        )

    def evaluate(self, values: Mapping[str, object], clock: Clock) -> object:
        """Return the rule's value over answers, facts and settings."""
        return self._run(values, clock)
