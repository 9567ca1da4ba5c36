"""A rule, ready to use."""

from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.forms.rules.check import NONE, check
from doorstep.forms.rules.errors import RuleError
from doorstep.forms.rules.evaluate import Compiled, compile_
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import (
    Call,
    Every,
    Expr,
    Field,
    Items,
    Literal,
    Name,
    Operation,
    parse,
    path_of,
)
from doorstep.forms.rules.types import BOOL, Maybe, Type, describe


def _paths(expr: Expr, inner: frozenset[str] = NONE) -> frozenset[str]:
    path = path_of(expr)
    if path:
        return NONE if path.split(".")[0] in inner else frozenset({path})
    if isinstance(expr, Every):
        return _paths(expr.items, inner) | _paths(expr.rule, inner | {expr.var})
    if isinstance(expr, Field):
        return _paths(expr.of, inner)
    if isinstance(expr, Items):
        return frozenset().union(*(_paths(item, inner) for item in expr.items))
    if isinstance(expr, Operation | Call):
        return frozenset().union(*(_paths(arg, inner) for arg in expr.args))
    assert isinstance(expr, Literal | Name)
    return NONE


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
            text, checked.type, _paths(tree), checked.when_true, checked.when_false, compile_(tree)
        )

    def evaluate(self, values: Mapping[str, object], clock: Clock) -> object:
        """Return the rule's value over answers, facts and settings."""
        return self._run(values, clock)
