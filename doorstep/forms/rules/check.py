"""Checks a rule's types, and that nothing which may be missing is used before it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorstep.forms.rules.errors import RuleError, suggest
from doorstep.forms.rules.functions import FUNCTIONS
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
    path_of,
)
from doorstep.forms.rules.types import (
    BOOL,
    DAY,
    INT,
    MOMENT,
    NOTHING,
    TEXT,
    ListOf,
    Maybe,
    Record,
    Type,
    describe,
)

Paths = frozenset[str]
NONE: Paths = frozenset()
ALWAYS: Mapping[str, Type] = {"now": MOMENT, "today": DAY}


@dataclass(frozen=True)
class Checked:
    """A rule's type, and which paths are something when it is true or false."""

    type: Type
    when_true: Paths = NONE
    when_false: Paths = NONE


def _prefixes(path: str) -> Paths:
    parts = path.split(".")
    return frozenset(".".join(parts[: n + 1]) for n in range(len(parts)))


class _Checker:
    def __init__(self, names: Mapping[str, Type], text: str, where: str) -> None:
        self.names, self.text, self.where = {**names, **ALWAYS}, text, where

    def fail(self, message: str, expr: Expr) -> RuleError:
        return RuleError(message, self.text, expr.at, self.where)

    def sure(self, expr: Expr, known: Paths) -> Type:
        """Return the type of something that must not be nothing here."""
        shape = self.look(expr, known).type
        if isinstance(shape, Maybe):
            path = path_of(expr) or "this"
            raise self.fail(f"`{path}` may be nothing here; ask `has({path})` first", expr)
        return shape

    def want(self, expr: Expr, known: Paths, wanted: Type) -> None:
        shape = self.sure(expr, known)
        if shape != wanted:
            raise self.fail(f"this is {describe(shape)}, but {describe(wanted)} is wanted", expr)

    def look(self, expr: Expr, known: Paths) -> Checked:
        if isinstance(expr, Literal):
            kinds: dict[type, Type] = {bool: BOOL, int: INT, str: TEXT, type(None): NOTHING}
            return Checked(kinds[type(expr.value)])
        if isinstance(expr, Name):
            if expr.name not in self.names:
                hint = suggest(expr.name, self.names)
                problem = self.fail(f"nothing is called `{expr.name}`{hint}", expr)
                problem.unknown = expr.name
                raise problem
            return Checked(self._known(self.names[expr.name], expr, known))
        if isinstance(expr, Field):
            return Checked(self._field(expr, known))
        if isinstance(expr, Items):
            return Checked(self._items(expr, known))
        if isinstance(expr, Every):
            return self._every(expr, known)
        return self._call(expr, known) if isinstance(expr, Call) else self._operation(expr, known)

    def _known(self, shape: Type, expr: Expr, known: Paths) -> Type:
        return shape.inner if isinstance(shape, Maybe) and path_of(expr) in known else shape

    def _field(self, expr: Field, known: Paths) -> Type:
        of = self.sure(expr.of, known)
        if not isinstance(of, Record):
            raise self.fail(f"{describe(of)} has no fields", expr)
        if expr.name not in of.fields:
            near = suggest(expr.name, of.fields)
            raise self.fail(f"`{of.name}` has no field `{expr.name}`{near}", expr)
        return self._known(of.fields[expr.name], expr, known)

    def _items(self, expr: Items, known: Paths) -> Type:
        types = {self.sure(item, known) for item in expr.items}
        if len(types) != 1:
            raise self.fail("a list needs items, all of one type", expr)
        return ListOf(types.pop())

    def _every(self, expr: Every, known: Paths) -> Checked:
        items = self.sure(expr.items, known)
        if not isinstance(items, ListOf):
            raise self.fail(f"`{expr.how}` wants a list, this is {describe(items)}", expr)
        if expr.var in self.names:
            raise self.fail(f"`{expr.var}` is taken; call the item something else", expr)
        inner = _Checker({**self.names, expr.var: items.item}, self.text, self.where)
        gives = INT if expr.how == "sum" else BOOL
        inner.want(expr.rule, known, gives)
        return Checked(gives)

    def _has(self, expr: Call) -> Checked:
        path = path_of(expr.args[0]) if len(expr.args) == 1 else None
        if path is None:
            raise self.fail("`has` wants a name or a field, such as `has(last.date)`", expr)
        self.look(expr.args[0], _prefixes(path))
        return Checked(BOOL, when_true=_prefixes(path))

    def _call(self, expr: Call, known: Paths) -> Checked:
        if expr.name == "has":
            return self._has(expr)
        if expr.name == "size" and len(expr.args) == 1:
            of = self.sure(expr.args[0], known)
            if of != TEXT and not isinstance(of, ListOf):
                raise self.fail(f"`size` wants a text or a list, this is {describe(of)}", expr)
            return Checked(INT)
        if expr.name not in FUNCTIONS:
            near = suggest(expr.name, [*FUNCTIONS, "has", "size"])
            raise self.fail(f"there is no function `{expr.name}`{near}", expr)
        wants, gives, _ = FUNCTIONS[expr.name]
        if len(wants) != len(expr.args):
            raise self.fail(
                f"`{expr.name}` takes {len(wants)} values, here are {len(expr.args)}", expr
            )
        for arg, want in zip(expr.args, wants, strict=True):
            self.want(arg, known, want)
        return Checked(gives)

    def _operation(self, expr: Operation, known: Paths) -> Checked:
        if expr.op == "!":
            inner = self._bool(expr.args[0], known)
            return Checked(BOOL, inner.when_false, inner.when_true)
        if expr.op in ("&&", "||"):
            return self._both(expr, known)
        if expr.op == "?:":
            test = self._bool(expr.args[0], known)
            yes = self.sure(expr.args[1], known | test.when_true)
            self.want(expr.args[2], known | test.when_false, yes)
            return Checked(yes)
        if expr.op in ("==", "!="):
            return self._equal(expr, known)
        return self._compare(expr, known)

    def _bool(self, expr: Expr, known: Paths) -> Checked:
        checked = self.look(expr, known)
        if checked.type != BOOL:
            self.want(expr, known, BOOL)
        return checked

    def _both(self, expr: Operation, known: Paths) -> Checked:
        left = self._bool(expr.args[0], known)
        if expr.op == "&&":
            right = self._bool(expr.args[1], known | left.when_true)
            return Checked(
                BOOL, left.when_true | right.when_true, left.when_false & right.when_false
            )
        right = self._bool(expr.args[1], known | left.when_false)
        return Checked(BOOL, left.when_true & right.when_true, left.when_false | right.when_false)

    def _equal(self, expr: Operation, known: Paths) -> Checked:
        left, right = expr.args
        for one, other in ((left, right), (right, left)):
            path = path_of(one)
            if isinstance(other, Literal) and other.value is None and path:
                self.look(one, known)
                proved = _prefixes(path)
                return Checked(BOOL, *((NONE, proved) if expr.op == "==" else (proved, NONE)))
        self.want(right, known, self.sure(left, known))
        return Checked(BOOL)

    def _compare(self, expr: Operation, known: Paths) -> Checked:
        left, right = expr.args if len(expr.args) == 2 else (Literal(0, expr.at), expr.args[0])
        of = self.sure(left, known)
        if expr.op == "in":
            shape = self.sure(right, known)
            if not isinstance(shape, ListOf) or shape.item != of:
                raise self.fail(
                    f"`in` wants a list of {describe(of)}, this is {describe(shape)}", right
                )
            return Checked(BOOL)
        allowed = {"+": (INT, TEXT), "-": (INT,), "*": (INT,)}.get(
            expr.op, (INT, TEXT, DAY, MOMENT)
        )
        if of not in allowed:
            raise self.fail(f"`{expr.op}` cannot be used on {describe(of)}", expr)
        self.want(right, known, of)
        return Checked(of if expr.op in "+-*" else BOOL)


def check(
    expr: Expr, names: Mapping[str, Type], known: Paths = NONE, text: str = "", where: str = ""
) -> Checked:
    """Return a rule's type and what it proves; raises RuleError."""
    return _Checker(names, text, where).look(expr, known)


def check_call(
    call: FactCall, params: Sequence[tuple[str, Type]], names: Mapping[str, Type], where: str = ""
) -> None:
    """Check a fact's arguments against its parameters; one may be nothing. Raises RuleError."""
    if len(call.args) != len(params):
        raise RuleError(f"`{call.name}` takes {len(params)} values", call.name, 0, where)
    for arg, (name, wanted) in zip(call.args, params, strict=True):
        path = path_of(arg)
        known = _prefixes(path) if path else NONE
        shape = check(arg, names, known, call.name, where).type
        if shape != wanted:
            message = f"`{name}` of `{call.name}` is {describe(wanted)}, not {describe(shape)}"
            raise RuleError(message, call.name, 0, where)
