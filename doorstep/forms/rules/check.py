"""Checks a rule's types, and that nothing which may be missing is used before it is known.

What would break a rule is raised. What runs and cannot be meant, such as a comparison with a value that is no
option, is a *doubt*: refused of a rule that is written anew, so that what was published before still runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorstep.forms.rules.errors import RuleError, suggest
from doorstep.forms.rules.functions import FUNCTIONS, Function, is_time
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
from doorstep.forms.rules.special import SPECIAL, THROUGH_A_LIST
from doorstep.forms.rules.types import (
    BOOL,
    DAY,
    INT,
    MOMENT,
    MONEY,
    NOTHING,
    TEXT,
    TIME,
    ListOf,
    Maybe,
    Plain,
    Record,
    Type,
    describe,
    fits,
    may_fit,
    together,
)

Paths = frozenset[str]
NONE: Paths = frozenset()
ALWAYS: Mapping[str, Type] = {"now": MOMENT, "today": DAY}
# Functions whose result is money where what they are given is.
_OF_MONEY = ("min", "max", "divide", "divide_up", "divide_down")


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
    def __init__(
        self, names: Mapping[str, Type], text: str, where: str, doubts: list[RuleError]
    ) -> None:
        self.names, self.text, self.where = {**names, **ALWAYS}, text, where
        self.doubts = doubts

    def fail(self, message: str, expr: Expr) -> RuleError:
        return RuleError(message, self.text, expr.at, self.where)

    def doubt(self, message: str, expr: Expr) -> None:
        self.doubts.append(self.fail(message, expr))

    def sure(self, expr: Expr, known: Paths) -> Type:
        """Return the type of something that must not be nothing here."""
        shape = self.look(expr, known).type
        if isinstance(shape, Maybe):
            path = path_of(expr)
            if path is None:
                raise self.fail("this may be nothing; say `otherwise(…, what then)`", expr)
            raise self.fail(f"`{path}` may be nothing here; ask `has({path})` first", expr)
        return shape

    def want(self, expr: Expr, known: Paths, wanted: Type) -> None:
        shape = self.sure(expr, known)
        if fits(shape, wanted):
            return
        message = f"this is {describe(shape)}, but {describe(wanted)} is wanted"
        if wanted == TIME and shape == TEXT and isinstance(expr, Literal):
            if not is_time(str(expr.value)):
                self.doubt("write a time of day as '18:00'", expr)
        elif wanted == MONEY and isinstance(expr, Literal) and shape == INT:
            return
        elif may_fit(shape, wanted):
            self.doubt(message, expr)
        else:
            raise self.fail(message, expr)

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
        of = self.look(expr.of, known).type
        # What has no name cannot be asked for by `has`: a field of nothing is nothing.
        found = isinstance(of, Maybe) and path_of(expr.of) is None
        of = of.inner if found and isinstance(of, Maybe) else self.sure(expr.of, known)
        if not isinstance(of, Record):
            raise self.fail(f"{describe(of)} has no fields", expr)
        if expr.name not in of.fields:
            near = suggest(expr.name, of.fields)
            there = ", ".join(of.fields)
            raise self.fail(f"`{of.name}` has no field `{expr.name}`{near}; it has: {there}", expr)
        shape = self._known(of.fields[expr.name], expr, known)
        return Maybe(shape) if found and not isinstance(shape, Maybe) else shape

    def _items(self, expr: Items, known: Paths) -> Type:
        types = [self.sure(item, known) for item in expr.items]
        shape: Type | None = types[0] if types else None
        for other in types[1:]:
            shape = together(shape, other) if shape else None
        if shape is None:
            raise self.fail("a list needs items, all of one type", expr)
        if isinstance(shape, ListOf):
            self.doubt("a list cannot stand in a list", expr)
        return ListOf(shape)

    def _every(self, expr: Every, known: Paths) -> Checked:
        items = self.sure(expr.items, known)
        if not isinstance(items, ListOf):
            raise self.fail(f"`{expr.how}` wants a list, this is {describe(items)}", expr)
        if expr.var in self.names:
            raise self.fail(f"`{expr.var}` is taken; call the item something else", expr)
        names = {**self.names, expr.var: items.item}
        inner = _Checker(names, self.text, self.where, self.doubts)
        if expr.how == "sum":
            shape = inner.sure(expr.rule, known)
            if not fits(shape, INT):
                raise self.fail(f"`sum` adds numbers, this is {describe(shape)}", expr.rule)
            return Checked(MONEY if shape == MONEY else INT)
        inner.want(expr.rule, known, BOOL)
        gives: dict[str, Type] = {"count": INT, "filter": items, "find": Maybe(items.item)}
        return Checked(gives.get(expr.how, BOOL))

    def _has(self, expr: Call, known: Paths) -> Checked:
        path = path_of(expr.args[0]) if len(expr.args) == 1 else None
        if path is None:
            if len(expr.args) == 1 and isinstance(self.look(expr.args[0], known).type, Maybe):
                return Checked(BOOL)
            raise self.fail("`has` wants a name or a field, such as `has(last.date)`", expr)
        self.look(expr.args[0], _prefixes(path))
        return Checked(BOOL, when_true=_prefixes(path))

    def _size(self, expr: Call, known: Paths) -> Checked:
        of = self.sure(expr.args[0], known)
        if not fits(of, TEXT) and not isinstance(of, ListOf):
            raise self.fail(f"`size` wants a text or a list, this is {describe(of)}", expr)
        return Checked(INT)

    def _otherwise(self, expr: Call, known: Paths) -> Checked:
        """Check what stands for something that may be nothing."""
        shape = self.look(expr.args[0], known).type
        inner = shape.inner if isinstance(shape, Maybe) else shape
        other = self.sure(expr.args[1], known)
        both = together(inner, other)
        if both is None:
            message = f"this is {describe(other)}, but {describe(inner)} is wanted"
            raise self.fail(message, expr.args[1])
        return Checked(both)

    def _call(self, expr: Call, known: Paths) -> Checked:
        if expr.name in SPECIAL:
            wanted = SPECIAL[expr.name].takes
            if len(expr.args) != wanted:
                raise self._count(expr, wanted)
            looks = {"has": self._has, "size": self._size, "otherwise": self._otherwise}
            return looks[expr.name](expr, known)
        function = FUNCTIONS.get(expr.name)
        if function is None:
            names = [*FUNCTIONS, *SPECIAL, *THROUGH_A_LIST]
            near, there = suggest(expr.name, names), ", ".join(sorted(names))
            raise self.fail(f"there is no function `{expr.name}`{near}; there are: {there}", expr)
        if len(function.params) != len(expr.args):
            raise self._count(expr, len(function.params))
        for arg, (_, want) in zip(expr.args, function.params, strict=True):
            self.want(arg, known, want)
        self._written(expr, function)
        of_money = expr.name in _OF_MONEY and any(
            self.sure(arg, known) == MONEY for arg in expr.args
        )
        return Checked(MONEY if of_money else function.gives)

    def _count(self, expr: Call, wanted: int) -> RuleError:
        many = "1 value" if wanted == 1 else f"{wanted} values"
        return self.fail(f"`{expr.name}` takes {many}, here are {len(expr.args)}", expr)

    def _written(self, expr: Call, function: Function) -> None:
        """See that what must stand written down does, and can be used."""
        if function.written is None:
            return
        name, problem = function.written
        at = [param for param, _ in function.params].index(name)
        arg = expr.args[at]
        if not isinstance(arg, Literal):
            raise self.fail(f"the {name} of `{expr.name}` stands written down, in quotes", arg)
        if wrong := problem(str(arg.value)):
            raise self.fail(wrong, arg)

    def _operation(self, expr: Operation, known: Paths) -> Checked:
        if expr.op == "!":
            inner = self._bool(expr.args[0], known)
            return Checked(BOOL, inner.when_false, inner.when_true)
        if expr.op in ("&&", "||"):
            return self._both(expr, known)
        if expr.op == "?:":
            return self._choice(expr, known)
        if expr.op in ("==", "!="):
            return self._equal(expr, known)
        return self._compare(expr, known)

    def _choice(self, expr: Operation, known: Paths) -> Checked:
        test = self._bool(expr.args[0], known)
        yes = self.sure(expr.args[1], known | test.when_true)
        no = self.sure(expr.args[2], known | test.when_false)
        both = together(yes, no)
        if both is None:
            raise self.fail(f"this is {describe(no)}, but {describe(yes)} is wanted", expr.args[2])
        return Checked(both)

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
        self._alike(left, right, known)
        return Checked(BOOL)

    def _alike(self, left: Expr, right: Expr, known: Paths) -> None:
        """See that two things can be the same: of one type, and of a choice one of its options."""
        one, other = self.sure(left, known), self.sure(right, known)
        if together(one, other) is None:
            raise self.fail(f"this is {describe(other)}, but {describe(one)} is wanted", right)
        self._among(one, right)
        self._among(other, left)

    def _among(self, shape: Type, expr: Expr) -> None:
        """Doubt a text written down that a choice can never be."""
        values = shape.values if isinstance(shape, Plain) else ()
        for item in expr.items if isinstance(expr, Items) else (expr,):
            if values and isinstance(item, Literal) and item.value not in values:
                near, there = suggest(str(item.value), values), ", ".join(values)
                self.doubt(f"`{item.value}` is none of its options{near}; there are: {there}", item)

    def _in(self, left: Expr, right: Expr, known: Paths) -> Checked:
        of, shape = self.sure(left, known), self.sure(right, known)
        if not isinstance(shape, ListOf) or together(shape.item, of) is None:
            message = f"`in` wants a list of {describe(of)}, this is {describe(shape)}"
            raise self.fail(message, right)
        self._among(of, right)
        self._among(shape.item, left)
        return Checked(BOOL)

    def _compare(self, expr: Operation, known: Paths) -> Checked:
        left, right = expr.args if len(expr.args) == 2 else (Literal(0, expr.at), expr.args[0])
        if expr.op == "in":
            return self._in(left, right, known)
        of, other = self.sure(left, known), self.sure(right, known)
        allowed: tuple[Plain, ...] = {"+": (INT, TEXT), "-": (INT,), "*": (INT,)}.get(
            expr.op, (INT, TEXT, DAY, MOMENT)
        )
        of_type = next((plain for plain in allowed if fits(of, plain)), None)
        if of_type is None:
            raise self.fail(self._unfit(expr.op, of), expr)
        if not fits(other, of_type):
            raise self.fail(f"this is {describe(other)}, but {describe(of_type)} is wanted", right)
        money = MONEY in (of, other)
        if expr.op == "*" and of == other == MONEY:
            self.doubt("a sum of money cannot be multiplied by another", expr)
        if expr.op not in "+-*":
            return Checked(BOOL)
        return Checked(MONEY if money else of_type)

    def _unfit(self, op: str, of: Type) -> str:
        message = f"`{op}` cannot be used on {describe(of)}"
        if of == DAY:
            return f"{message}; `plus_days(day, 3)` gives a later day, `days_between(one, other)` counts"
        if of == MOMENT:
            return f"{message}; `plus_minutes(moment, 30)` gives a later moment"
        return message


def check(
    expr: Expr,
    names: Mapping[str, Type],
    known: Paths = NONE,
    text: str = "",
    where: str = "",
    doubts: list[RuleError] | None = None,
) -> Checked:
    """Return a rule's type and what it proves; raises RuleError. `doubts` takes in what is refused of a new rule."""
    return _Checker(names, text, where, [] if doubts is None else doubts).look(expr, known)


def check_call(
    call: FactCall,
    params: Sequence[tuple[str, Type]],
    names: Mapping[str, Type],
    where: str = "",
    doubts: list[RuleError] | None = None,
) -> None:
    """Check a fact's arguments against its parameters; one may be nothing. Raises RuleError."""
    if len(call.args) != len(params):
        wanted = ", ".join(name for name, _ in params) or "nothing"
        message = f"`{call.name}` takes {len(params)} values: {wanted}"
        raise RuleError(message, call.name, 0, where)
    for arg, (name, wants) in zip(call.args, params, strict=True):
        path = path_of(arg)
        known = _prefixes(path) if path else NONE
        shape = check(arg, names, known, call.name, where, doubts).type
        if fits(shape, wants):
            continue
        message = f"`{name}` of `{call.name}` is {describe(wants)}, not {describe(shape)}"
        wrong = RuleError(message, call.name, 0, where)
        if not may_fit(shape, wants):
            raise wrong
        if doubts is not None:
            doubts.append(wrong)
