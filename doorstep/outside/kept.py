"""Query sets that are put together once: `@kept`.

Django puts each statement together anew from its query set, and that costs more than all else about it: more than the
driver, and than the server that has it prepared. A kept query is a function of a few plain values that returns a query set:

    @kept
    def _of_visitor(key: str, since: datetime) -> QuerySet[Draft]:
        return Draft.objects.filter(owner_key=key, updated_at__gte=since).order_by("-updated_at")

    drafts = _of_visitor(visitor.key, yesterday)  # a list of drafts, by one statement

Its body runs at the first call only, and there not with values but with a mark in the place of each. Django gives the
statement and its parameters; where a mark stands among them, each later call puts its value. So the body may put a value
where a parameter stands and do nothing else with it: not branch on it, not compute with it, not ask whether it is None (which
is another query). Nor may it read what changes from call to call, such as the clock or the language spoken. What
can be seen of this is refused at the first call: the body runs twice, with other marks, and all that differs must be a mark.
What cannot, a test sees, which compares each kept query with its query set for many values (tests/house/test_kept.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import update_wrapper
from inspect import Parameter, signature
from operator import itemgetter
from typing import Any, Generic, ParamSpec, TypeVar, get_args
from uuid import UUID

from django.core.exceptions import EmptyResultSet, ObjectDoesNotExist
from django.db import connections
from django.db.models import QuerySet, query
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int8

P = ParamSpec("P")
Row = TypeVar("Row")
Value = str | int | UUID | date | datetime
# What PostgreSQL can hold in a whole number.
INT8 = range(-(2**63), 2**63)


class CannotBeKept(TypeError):
    """A query that `@kept` does not take, or a value that it does not; the sentence says why."""


def _str(number: int) -> str:
    return f" mArk {number} "  # another text in capitals, in small letters, and without its spaces


def _date(number: int) -> date:
    return date(2001, 1, 1) + timedelta(days=number)


def _datetime(number: int) -> datetime:
    return datetime.combine(_date(number), time(3, 5, 7, number), UTC)


MARKS: dict[type, Callable[[int], Value]] = {
    str: _str,
    int: int,
    UUID: lambda number: UUID(int=number),
    date: _date,
    datetime: _datetime,
}
# The numbers of marks: where a query is put together first, and again. No two are equally far from
# each other in both, so that none is another and a little; all fit into two bytes.
FIRST, AGAIN = range(1000, 2000, 7), range(2000, 4000, 11)


@dataclass(frozen=True)
class _Place:
    """Where a value stands among a statement's parameters, and as which of Django's numbers it is sent; "" for no number."""

    at: int
    argument: int
    number: str


@dataclass(frozen=True)
class _Statement(Generic[Row]):
    """What is kept of a query set: its statement, and how Django makes of each row what the query set gives."""

    sql: str
    params: tuple[object, ...]
    places: tuple[_Place, ...]
    locks: bool
    missing: type[ObjectDoesNotExist]
    alias: str
    # By column: what Django does to what the driver gives, such as reading JSON.
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]
    build: Callable[[Any], Row]

    def with_values(self, values: Sequence[Any], connection: Any) -> list[Any]:
        """Return the statement's parameters with these values in their places."""
        params = list(self.params)
        for place in self.places:
            value = values[place.argument]
            if place.number:  # no number in fewer bytes than it has (outside.postgres)
                value = connection.ops.adapt_integerfield_value(value, place.number)
            params[place.at] = value
        return params

    def run(self, values: Sequence[Any]) -> list[Row]:
        """Return what the query set would give for these values."""
        connection = connections[self.alias]
        # In Django's own words; it looks only when it puts a statement together.
        if self.locks and connection.get_autocommit():
            raise TransactionManagementError(
                "select_for_update cannot be used outside of a transaction."
            )
        # Django's own cursor: its errors, its look at a broken transaction, whoever counts statements.
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.with_values(values, connection))
            rows = cursor.fetchall()
        if self.converters:
            rows = [list(row) for row in rows]
            for at, converters, expression in self.converters:
                for row in rows:
                    for convert in converters:
                        row[at] = convert(row[at], expression, connection)
        return [self.build(row) for row in rows]


class Kept(Generic[P, Row]):
    """A query that is put together at its first call and only filled in at each later one."""

    def __init__(self, query_set: Callable[P, QuerySet[Any, Row]]) -> None:
        self.query_set, self.name = query_set, f"{query_set.__module__}.{query_set.__qualname__}"
        self.signature = signature(query_set, eval_str=True)
        for of in self.signature.parameters.values():
            if of.annotation not in MARKS:
                known = ", ".join(kind.__name__ for kind in get_args(Value))
                raise self._cannot(f"`{of.name}` is not annotated as one of {known}")
            if of.kind is not Parameter.POSITIONAL_OR_KEYWORD or of.default is not Parameter.empty:
                raise self._cannot(f"`{of.name}` is not a plain parameter without a default")
        self.types = tuple(of.annotation for of in self.signature.parameters.values())
        # Threads that call first at the same time each put it together, alike; the last one's stays.
        self._statement: _Statement[Row] | None = None
        update_wrapper(self, query_set)
        EVERY.append(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """Return the rows for these values; raises CannotBeKept for a value of another type, and for None."""
        values = self.signature.bind(*args, **kwargs).args if kwargs else args
        self._check(values)
        if any(type(value) is int and value not in INT8 for value in values):
            return list(self.query_set(*args, **kwargs))  # Django knows what that comes to
        return self.statement().run(values)

    def first(self, *args: P.args, **kwargs: P.kwargs) -> Row | None:
        """Return the first of the rows, or nothing; the query itself should ask for no more."""
        return next(iter(self(*args, **kwargs)), None)

    def get(self, *args: P.args, **kwargs: P.kwargs) -> Row:
        """Return the first of the rows; raises its model's DoesNotExist where there is none."""
        rows = self(*args, **kwargs)
        if not rows:
            raise self.statement().missing
        return rows[0]

    def statement(self) -> _Statement[Row]:
        """Return what is kept, put together now if nobody did before; raises CannotBeKept."""
        if self._statement is None:
            self._statement = self._put_together()
        return self._statement

    def _check(self, values: Sequence[object]) -> None:
        if len(values) != len(self.types):
            raise self._cannot(f"takes {len(self.types)} values, not {len(values)}")
        for value, kind in zip(values, self.types, strict=True):
            # Exactly: a moment is a day for Python, and true is one. A text may be one that is marked as safe.
            if type(value) is not kind and not (kind is str and isinstance(value, str)):
                raise self._cannot(f"{type(value).__name__} is given for {kind.__name__}")
            if isinstance(value, datetime) and value.tzinfo is None:
                raise self._cannot("a datetime is given without its zone")

    def _put_together(self) -> _Statement[Row]:
        queryset, compiler, sql, params = self._compiled(FIRST)
        _, _, again, params_again = self._compiled(AGAIN)
        if sql != again or len(params) != len(params_again):
            raise self._cannot("a value makes another statement")
        places = [
            self._place(at, pair)
            for at, pair in enumerate(zip(params, params_again, strict=True))
            if not _same(*pair)
        ]
        for argument, name in enumerate(self.signature.parameters):
            if argument not in {place.argument for place in places}:
                raise self._cannot(f"`{name}` does not stand among the statement's parameters")
        converters = compiler.get_converters([s[0] for s in compiler.select])
        return _Statement(
            sql,
            params,
            tuple(places),
            queryset.query.select_for_update,
            queryset.model.DoesNotExist,
            queryset.db,
            tuple((at, convs, expression) for at, (convs, expression) in converters.items()),
            self._builder(queryset, compiler),
        )

    def _compiled(
        self, numbers: range
    ) -> tuple[QuerySet[Any, Row], SQLCompiler, str, tuple[object, ...]]:
        body: Callable[..., Any] = self.query_set
        queryset = body(*self._marks(numbers))
        if not isinstance(queryset, QuerySet) or vars(queryset)["_result_cache"] is not None:
            raise self._cannot("returns no query set, or one that was read already")
        if vars(queryset)["_prefetch_related_lookups"]:
            raise self._cannot("prefetches, which is more than one statement")
        if vars(queryset)["_known_related_objects"]:
            raise self._cannot("belongs to one object")
        compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet as exc:
            raise self._cannot("never finds anything") from exc
        return queryset, compiler, sql, tuple(params)

    def _marks(self, numbers: range) -> list[Value]:
        return [MARKS[kind](number) for kind, number in zip(self.types, numbers, strict=False)]

    def _place(self, at: int, params: tuple[object, object]) -> _Place:
        """Return which argument's value stands at a place, by what stands there in both; raises CannotBeKept."""
        marks = zip(self._marks(FIRST), self._marks(AGAIN), strict=True)
        for argument, pair in enumerate(marks):
            kind = self.types[argument]
            if params == pair and all(isinstance(param, kind) for param in params):
                number = "BigIntegerField" if isinstance(params[0], Int8) else "IntegerField"
                return _Place(at, argument, number if kind is int else "")
        raise self._cannot("is computed from a value, has it inside another, or reads what changes")

    def _builder(self, queryset: QuerySet[Any, Row], compiler: SQLCompiler) -> Callable[[Any], Any]:
        """Return what makes of a row what this query set gives."""
        shape: Any = queryset._iterable_class
        width = len(compiler.select)  # a row may be longer, by what it is ordered by
        if compiler.has_composite_fields([column[0] for column in compiler.select]):
            shape = None  # Django makes a tuple of each
        if shape is query.ModelIterable:
            return _model_builder(queryset, compiler)
        if shape is query.FlatValuesListIterable:
            return itemgetter(0)
        if shape is query.ValuesListIterable:
            return lambda row: tuple(row[:width])
        if shape is query.ValuesIterable:
            of = queryset.query
            names = list(of.selected or (*of.values_select, *of.annotation_select))
            return lambda row: dict(zip(names, row, strict=False))
        raise self._cannot("gives rows of another shape")

    def _cannot(self, why: str) -> CannotBeKept:
        return CannotBeKept(f"{self.name}: {why}")


# Every kept query of the process, for the test that looks at each.
EVERY: list[Kept[..., Any]] = []


def kept(query_set: Callable[P, QuerySet[Any, Row]]) -> Kept[P, Row]:
    """Keep the query of a function: see the head of this module; raises CannotBeKept for parameters that it does not take."""
    return Kept(query_set)


def _same(one: object, other: object) -> bool:
    """Say whether two parameters are the same; JSON is wrapped for the driver, and a wrapper equals nothing."""
    if isinstance(one, Jsonb) and isinstance(other, Jsonb):
        return bool(one.obj == other.obj)
    return type(one) is type(other) and one == other


def _model_builder(queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> Callable[[Any], Any]:
    """Return what makes a model's instance of a row: what Django's ModelIterable works out for each reading."""
    model, alias, of = queryset.model, queryset.db, compiler.klass_info
    assert of is not None
    first, end = of["select_fields"][0], of["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:end]]
    populators = query.get_related_populators(of, compiler.select, alias)  # type: ignore[call-arg]
    annotations = tuple((compiler.annotation_col_map or {}).items())

    def build(row: Any) -> Any:
        instance = model.from_db(alias, names, row[first:end])
        for populator in populators:
            populator.populate(row, instance)
        for name, at in annotations:
            setattr(instance, name, row[at])
        return instance

    return build
