"""Turns a checked rule into a function of values and clock."""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from doorstep.forms.rules.functions import FUNCTIONS, Clock
from doorstep.forms.rules.parse import (
    Call,
    Every,
    Expr,
    FactCall,
    Field,
    Items,
    Literal,
    Name,
    Operation,
)

Values = Mapping[str, object]
# However values rest on each other, none outgrows this: a number of so many digits, a text of so many letters.
MOST_NUMBER, MOST_LETTERS = 10**18, 10_000


def bounded(value: Any) -> Any:
    """Return a number or a text, or the largest, and the beginning, that a rule may come to."""
    if isinstance(value, str):
        return value[:MOST_LETTERS]
    return max(-MOST_NUMBER, min(MOST_NUMBER, value))


Compiled = Callable[[Values, Clock], Any]
_OPS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": lambda one, two: bounded(one + two),
    "-": lambda one, two: bounded(one - two),
    "*": lambda one, two: bounded(one * two),
    "in": lambda item, items: item in items,
}


# What comes of a list's items, each with what its rule says of it.
_GATHER: dict[str, Callable[[Iterable[tuple[Any, Any]]], Any]] = {
    "exists": lambda pairs: any(held for _, held in pairs),
    "all": lambda pairs: all(held for _, held in pairs),
    "count": lambda pairs: sum(1 for _, held in pairs if held),
    "filter": lambda pairs: [item for item, held in pairs if held],
    "find": lambda pairs: next((item for item, held in pairs if held), None),
    "sum": lambda pairs: bounded(sum(number for _, number in pairs)),
}


def _read(of: object, name: str) -> object:
    return of.get(name) if isinstance(of, Mapping) else None


def compile_(expr: Expr) -> Compiled:
    """Return the function of a checked tree; nothing is looked up by text again."""
    if isinstance(expr, Literal):
        value = expr.value
        return lambda v, c: value
    if isinstance(expr, Name):
        return _name(expr.name)
    if isinstance(expr, Field):
        of, field = compile_(expr.of), expr.name
        return lambda v, c: _read(of(v, c), field)
    if isinstance(expr, Items):
        items = [compile_(item) for item in expr.items]
        return lambda v, c: [item(v, c) for item in items]
    if isinstance(expr, Every):
        return _every(expr)
    return _call(expr) if isinstance(expr, Call) else _operation(expr)


def _name(name: str) -> Compiled:
    if name == "now":
        return lambda v, c: c.now
    if name == "today":
        return lambda v, c: c.today
    return lambda v, c: v.get(name)


def _every(expr: Every) -> Compiled:
    items, rule, var = compile_(expr.items), compile_(expr.rule), expr.var
    gather = _GATHER[expr.how]
    return lambda v, c: gather((item, rule({**v, var: item}, c)) for item in items(v, c))


def _call(expr: Call) -> Compiled:
    args = [compile_(arg) for arg in expr.args]
    if expr.name == "has":
        return lambda v, c: args[0](v, c) is not None
    if expr.name == "size":
        return lambda v, c: len(args[0](v, c))
    if expr.name == "otherwise":
        return lambda v, c: args[1](v, c) if (value := args[0](v, c)) is None else value
    function = FUNCTIONS[expr.name].run
    return lambda v, c: function(c, *(arg(v, c) for arg in args))


def _operation(expr: Operation) -> Compiled:
    args = [compile_(arg) for arg in expr.args]
    one = args[0]
    if expr.op == "!":
        return lambda v, c: not one(v, c)
    if len(args) == 1:
        return lambda v, c: -one(v, c)
    two = args[1]
    if expr.op == "&&":
        return lambda v, c: one(v, c) and two(v, c)
    if expr.op == "||":
        return lambda v, c: one(v, c) or two(v, c)
    if expr.op == "?:":
        return lambda v, c: two(v, c) if one(v, c) else args[2](v, c)
    apply = _OPS[expr.op]
    return lambda v, c: apply(one(v, c), two(v, c))


def arguments(call: FactCall, values: Values, clock: Clock) -> tuple[object, ...]:
    """Return the values of a fact's arguments; a field of nothing is nothing."""
    return tuple(compile_(arg)(values, clock) for arg in call.args)
