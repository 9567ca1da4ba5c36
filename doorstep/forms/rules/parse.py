"""Reads a rule's text into a tree: CEL's syntax, less loops, regular expressions and maps."""

import re
from dataclasses import dataclass
from typing import NoReturn

from doorstep.forms.rules.errors import RuleError
from doorstep.forms.rules.special import THROUGH_A_LIST

MOST_TEXT, MOST_DEPTH = 2000, 30
# What goes through a list, a name for its item and a rule for each.
EVERY = tuple(THROUGH_A_LIST)
# What people write who know other languages, and what is written here.
WRITE_INSTEAD = {
    "=": "`==` compares",
    "/": "`divide(one, other)` divides",
    "%": "there is no `%`; `divide_down(one, other)` divides",
    "&": "`&&` is and",
    "|": "`||` is or",
    "and": "`&&` is and",
    "or": "`||` is or",
    "not": "`!` is not",
    "’": "a text stands in straight quotes: 'like this'",
    "‘": "a text stands in straight quotes: 'like this'",
    "“": "a text stands in straight quotes: 'like this'",
    "”": "a text stands in straight quotes: 'like this'",
    "'": "a text that begins with a quote ends with one",
    '"': "a text that begins with a quote ends with one",
    "{": "a name stands without braces in a rule",
}


@dataclass(frozen=True)
class Literal:
    """A value written down."""

    value: str | int | bool | None
    at: int


@dataclass(frozen=True)
class Items:
    """A list written down."""

    items: tuple["Expr", ...]
    at: int


@dataclass(frozen=True)
class Name:
    """A name."""

    name: str
    at: int


@dataclass(frozen=True)
class Field:
    """A field of something."""

    of: "Expr"
    name: str
    at: int


@dataclass(frozen=True)
class Operation:
    """An operator with its operands: `!`, `-`, `&&`, `<`, `?:` and so on."""

    op: str
    args: tuple["Expr", ...]
    at: int


@dataclass(frozen=True)
class Call:
    """A function with its arguments; for `a.f(b)`, `a` is the first."""

    name: str
    args: tuple["Expr", ...]
    at: int


@dataclass(frozen=True)
class Every:
    """`list.exists(v, rule)` and the others of EVERY: what goes through a list, with a name for its item."""

    how: str
    items: "Expr"
    var: str
    rule: "Expr"
    at: int


Expr = Literal | Items | Name | Field | Operation | Call | Every


@dataclass(frozen=True)
class FactCall:
    """A fact asked for: its dotted name and its arguments."""

    name: str
    args: tuple[Expr, ...]

    @property
    def uses(self) -> frozenset[str]:
        """Return the names, and fields of names, that its arguments read."""
        return frozenset().union(*(paths_of(arg) for arg in self.args))


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,15})(?![\w])|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<op>\|\||&&|==|!=|<=|>=|[-!<>+*?:.,()\[\]]))"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("==", "!=", "<=", ">=", "<", ">", "in"),
    ("+", "-"),
    ("*",),
)
_WORDS = {"true": True, "false": False, "null": None}


class _Parser:
    def __init__(self, text: str, where: str) -> None:
        self.text, self.where, self.i, self.depth, self.inside = text, where, 0, 0, False
        self.tokens: list[tuple[str, str, int]] = []
        if len(text) > MOST_TEXT:
            self.fail(f"a rule has at most {MOST_TEXT} characters", 0)
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if not match or match.lastgroup is None:
                self.not_read(position)
            self.tokens.append(
                (match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
            )
            position = match.end()
        self.tokens.append(("end", "", len(text)))

    def fail(self, message: str, at: int) -> NoReturn:
        raise RuleError(self._meant() or message, self.text, at, self.where)

    def not_read(self, position: int) -> NoReturn:
        at = position + len(self.text[position:]) - len(self.text[position:].lstrip())
        instead = WRITE_INSTEAD.get(self.text[at])
        message = f"`{self.text[at]}` cannot be read here" + (f"; {instead}" if instead else "")
        raise RuleError(message, self.text, at, self.where)

    def _meant(self) -> str:
        """Return what is written for a word of other languages, where one stands between two values."""
        words = [word for kind, word, _ in self.tokens if kind == "name"]
        meant = next((word for word in words if word in ("and", "or", "not")), "")
        return f"`{meant}` is no word here; {WRITE_INSTEAD[meant]}" if meant else ""

    @property
    def now(self) -> tuple[str, str, int]:
        return self.tokens[self.i]

    def take(self, *wanted: str) -> bool:
        if self.now[0] in ("op", "name") and self.now[1] in wanted:
            self.i += 1
            return True
        return False

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            self.fail(f"`{wanted}` is missing", self.now[2])

    def whole(self) -> Expr:
        expr = self.expression()
        if self.now[0] != "end":
            self.fail("the rule should end here", self.now[2])
        return expr

    def expression(self) -> Expr:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail("the rule is nested too deeply", self.now[2])
        expr = self.level(0)
        at = self.now[2]
        if self.take("?"):
            yes = self.expression()
            self.need(":")
            expr = Operation("?:", (expr, yes, self.expression()), at)
        self.depth -= 1
        return expr

    def level(self, n: int) -> Expr:
        if n == len(_LEVELS):
            return self.unary()
        expr = self.level(n + 1)
        while self.now[0] in ("op", "name") and self.now[1] in _LEVELS[n]:
            op, at = self.now[1], self.now[2]
            self.i += 1
            expr = Operation(op, (expr, self.level(n + 1)), at)
        return expr

    def unary(self) -> Expr:
        op, at = self.now[1], self.now[2]
        if self.now[0] == "op" and self.take("!", "-"):
            self.depth += 1
            if self.depth > MOST_DEPTH:
                self.fail("the rule is nested too deeply", at)
            expr = Operation(op, (self.unary(),), at)
            self.depth -= 1
            return expr
        return self.after(self.value())

    def value(self) -> Expr:
        kind, word, at = self.now
        self.i += 1
        if kind == "number":
            return Literal(int(word), at)
        if kind == "text":
            return Literal(re.sub(r"\\(.)", r"\1", word[1:-1]), at)
        if kind == "name" and word in _WORDS:
            return Literal(_WORDS[word], at)
        if kind == "name" and word != "in":
            return Call(word, self.rest(")"), at) if self.take("(") else Name(word, at)
        if word == "(" and kind == "op":
            expr = self.expression()
            self.need(")")
            return expr
        if word == "[" and kind == "op":
            return Items(self.rest("]"), at)
        self.i -= 1
        self.fail("a value is missing", at)

    def after(self, expr: Expr) -> Expr:
        while self.take("."):
            kind, word, at = self.now
            if kind != "name":
                self.fail("a field's name is missing", at)
            self.i += 1
            if not self.take("("):
                expr = Field(expr, word, at)
            elif word in EVERY:
                expr = self.every(word, expr, at)
            else:
                expr = Call(word, (expr, *self.rest(")")), at)
        return expr

    def every(self, how: str, items: Expr, at: int) -> Expr:
        if self.inside:
            self.fail(
                f"`{how}` cannot stand inside another {', '.join(EVERY[:-1])} or {EVERY[-1]}", at
            )
        kind, var, var_at = self.now
        if kind != "name":
            self.fail("a name for each item is missing", var_at)
        self.i += 1
        self.need(",")
        self.inside = True
        rule = self.expression()
        self.inside = False
        self.need(")")
        return Every(how, items, var, rule, at)

    def rest(self, end: str) -> tuple[Expr, ...]:
        exprs: list[Expr] = []
        if self.take(end):
            return ()
        while True:
            exprs.append(self.expression())
            if self.take(end):
                return tuple(exprs)
            self.need(",")


def parse(text: str, where: str = "") -> Expr:
    """Return the tree of a rule; raises RuleError."""
    return _Parser(text, where).whole()


def path_of(expr: object) -> str | None:
    """Return `a.b` for a name or a field of a name, nothing for anything else."""
    if isinstance(expr, Name):
        return expr.name
    if isinstance(expr, Field):
        before = path_of(expr.of)
        return f"{before}.{expr.name}" if before else None
    return None


def paths_of(expr: Expr, inner: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names, and fields of names, that an expression reads; not those it makes itself."""
    path = path_of(expr)
    if path:
        return frozenset() if path.split(".")[0] in inner else frozenset({path})
    if isinstance(expr, Every):
        return paths_of(expr.items, inner) | paths_of(expr.rule, inner | {expr.var})
    if isinstance(expr, Field):
        return paths_of(expr.of, inner)
    if isinstance(expr, Items):
        return frozenset().union(*(paths_of(item, inner) for item in expr.items))
    if isinstance(expr, Operation | Call):
        return frozenset().union(*(paths_of(arg, inner) for arg in expr.args))
    assert isinstance(expr, Literal | Name)
    return frozenset()


def parse_call(text: str, where: str = "") -> FactCall:
    """Return a fact's call such as `waste.last_due(property, container)`; raises RuleError."""
    call = parse(text, where)
    if isinstance(call, Call) and call.args:
        room = path_of(call.args[0])
        if room and "(" in text and text.strip().startswith(f"{room}.{call.name}("):
            return FactCall(f"{room}.{call.name}", call.args[1:])
    raise RuleError("a fact is asked for as `room.fact(rule, rule)`", text, 0, where)
