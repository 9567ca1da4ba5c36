"""A kept query gives what its query set gives, and what it cannot keep it refuses at once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.db.transaction import TransactionManagementError

from doorstep.cases.models import Case, Draft, Event
from doorstep.catalogue.models import Version
from doorstep.outside import kept as keeping
from doorstep.outside.kept import CannotBeKept, kept
from doorstep.places.models import Property, Street
from doorstep.waste.models import Container, MovedDay, Round

FAR = 990_000_007_587


@pytest.fixture(autouse=True)
def none_of_these_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "EVERY", [])


def whole(row: Any, above: tuple[Any, ...] = ()) -> Any:
    """Return all that is in a row: of an instance every value with its type, what came with it, and how it stands."""
    if not hasattr(row, "_meta"):
        return type(row), row
    if any(row is one for one in above):
        return "the one above"  # a case has its draft, and the draft its case
    own = {k: (type(v), v) for k, v in vars(row).items() if k != "_state"}
    state = dict(vars(row._state))
    cache = state.pop("fields_cache", {})
    return type(row), own, state, {k: whole(v, (*above, row)) for k, v in cache.items()}


# The kinds of query that are taken.


def by_text(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line=line)


def by_number(uprn: int) -> QuerySet[Property]:
    return Property.objects.select_related("street", "ward", "parent").filter(uprn=uprn)


def by_id(pk: UUID) -> QuerySet[Draft]:
    return Draft.objects.filter(pk=pk)


def by_day(day: date) -> QuerySet[Round]:
    return Round.objects.filter(anchor=day)


def by_moment(at: datetime, slug: str) -> QuerySet[Case]:
    cases = Case.objects.filter(opened_at__gte=at, slug=slug)
    return cases.select_related("place__street", "draft", "customer").order_by("-opened_at", "id")


def many_times(line: str, postcode: str) -> QuerySet[Property]:
    same = Q(postcode=postcode) & Q(line=line) | Q(line=line) & ~Q(postcode=line)
    return Property.objects.filter(same).order_by("sort")


def slice_of(postcode: str) -> QuerySet[Property]:
    return Property.objects.filter(postcode=postcode).order_by("sort")[2:5]


def in_a_list(one: int, other: int) -> QuerySet[Property]:
    building = Property.objects.filter(uprn=other).values("parent_id")[:1]
    return Property.objects.filter(uprn__in=[one, other, Subquery(building)]).order_by("uprn")


def as_rows(postcode: str) -> QuerySet[Property, dict[str, Any]]:
    homes = Property.objects.filter(postcode=postcode).order_by("sort")
    return homes.annotate(far=F("sort") + 1).values("far", "uprn", "street__name")


def as_tuples(postcode: str) -> QuerySet[Property, tuple[Any, ...]]:
    homes = Property.objects.filter(postcode=postcode).order_by("sort")
    return homes.values_list("street__name", "uprn", "blpu_class")


def flat(slug: str) -> QuerySet[Version, str]:
    running = Version.objects.filter(slug=slug, current=True)
    return running.values_list("digest", flat=True)


def json_alone(slug: str) -> QuerySet[Version, dict[str, str]]:
    return Version.objects.filter(slug=slug).values_list("files", flat=True)


def counted(postcode: str) -> QuerySet[Property, tuple[Any, ...]]:
    homes = Property.objects.filter(postcode=postcode).values_list("street__name")
    return homes.annotate(n=Count("uprn"), last=Max("sort"))


def with_annotations(uprn: int, first: date) -> QuerySet[Container]:
    moves = MovedDay.objects.filter(day__gte=first).order_by("day")
    named = Street.objects.filter(usrn=OuterRef("place__street"), name="Mill Lane")
    return (
        Container.objects.select_related("round", "was_round")
        .annotate(moves=ArraySubquery(moves.values(json=JSONObject(day="day", to="to"))))
        .annotate(there=Exists(named), said=Value("so"))
        .filter(place=uprn)
        .order_by("kind", "id")
    )


def with_part_of_it(slug: str) -> QuerySet[Case]:
    return Case.objects.defer("answers", "words").filter(slug=slug, flags=[])


def distinct_by_another(slug: str) -> QuerySet[Case]:
    cases = Case.objects.filter(slug=slug, flags__contains=[])
    return cases.order_by("place__street__name", "id").distinct()


def longer_rows(slug: str) -> QuerySet[Case, tuple[Any, ...]]:
    cases = Case.objects.filter(slug=slug).values_list("stage", "slug")
    return cases.order_by("opened_at").distinct()


def longer_rows_by_name(slug: str) -> QuerySet[Case, dict[str, Any]]:
    return Case.objects.filter(slug=slug).values("stage").order_by("opened_at").distinct()


def with_what_hangs_on_it(pk: UUID) -> QuerySet[Event]:
    return Event.objects.filter(case__draft=pk).select_related("personal", "case")


def locked(pk: UUID) -> QuerySet[Draft]:
    return Draft.objects.select_for_update().filter(pk=pk)


def all_rounds() -> QuerySet[Round]:
    return Round.objects.order_by("code")


def test_it_gives_what_the_query_set_gives_by_one_statement(
    district: Any, django_assert_num_queries: Any
) -> None:
    case, draft = district.case(0), district.draft(1)
    MovedDay.objects.create(day=district.today, to=district.today + timedelta(days=1))
    london = district.now.astimezone(keeping.UTC) - timedelta(days=1)
    asked: list[tuple[Callable[..., QuerySet[Any, Any]], tuple[Any, ...], int]] = [
        (by_text, ("3 Mill Lane",), 1),
        (by_text, ("nowhere",), 0),
        (by_number, (1003,), 1),
        (by_number, (FAR,), 0),
        (by_id, (draft.pk,), 1),
        (by_day, (district.due,), 1),
        (by_moment, (london, "missed-bin"), 1),
        (by_moment, (london, ""), 0),
        (many_times, ("3 Mill Lane", "LE67 3FJ"), 1),
        (slice_of, ("LE67 3FJ",), 3),
        (in_a_list, (1001, 1002), 2),
        (in_a_list, (1001, 1001), 1),
        (as_rows, ("LE67 3FJ",), 8),
        (as_tuples, ("LE67 3FJ",), 8),
        (flat, ("missed-bin",), 1),
        (json_alone, ("missed-bin",), 1),
        (counted, ("LE67 3FJ",), 1),
        (with_annotations, (1003, district.today), 1),
        (with_part_of_it, ("missed-bin",), 1),
        (distinct_by_another, ("missed-bin",), 1),
        (longer_rows, ("missed-bin",), 1),
        (longer_rows_by_name, ("missed-bin",), 1),
        (with_what_hangs_on_it, (case.draft_id,), 3),
        (locked, (draft.pk,), 1),
        (all_rounds, (), 1),
        (two_together, ("3 Mill Lane",), 2),
    ]
    for query, values, count in asked:
        query_of, plain = kept(query), query(*values)
        expected = [whole(row) for row in plain]
        for _ in range(4):  # put together, kept, prepared
            with django_assert_num_queries(1):
                rows = query_of(*values)
            assert isinstance(rows, list) and [whole(row) for row in rows] == expected, query
            assert all(row._state.db == "default" for row in rows if hasattr(row, "_state"))
        assert len(rows) == count, query
        assert query_of.first(*values) == next(iter(plain), None)


def test_one_that_must_be_there_is_had_or_said_to_be_missing(district: Any) -> None:
    query_of = kept(by_number)
    assert query_of.get(1003).line == "3 Mill Lane"
    with pytest.raises(Property.DoesNotExist):
        query_of.get(uprn=FAR)


def test_what_came_with_a_row_is_not_read_again(
    district: Any, django_assert_num_queries: Any
) -> None:
    district.case(0)
    (case,) = kept(by_moment)(slug="missed-bin", at=district.now - timedelta(days=1))
    with django_assert_num_queries(0):
        assert (case.place.street.name, case.draft.slug) == ("Mill Lane", "missed-bin")
    case.due_on = district.today
    case.save(update_fields=["due_on"])  # an instance like any other
    assert Case.objects.get().due_on == district.today


def test_its_body_is_gone_through_at_the_first_call_only(district: Any) -> None:
    gone_through = []

    def query(line: str) -> QuerySet[Property]:
        gone_through.append(line)
        return Property.objects.filter(line=line)

    query_of = kept(query)
    assert gone_through == []
    assert [query_of(f"{n} Mill Lane")[0].sort for n in (1, 2, 3)] == [1, 2, 3]
    assert len(gone_through) == 2 and "3 Mill Lane" not in gone_through


def test_a_number_of_any_size_is_the_same_number_there(district: Any) -> None:
    like = Property.objects.get(uprn=1001)
    like.pk = FAR
    like.save(force_insert=True)
    query_of, pair, by_sort = kept(by_number), kept(in_a_list), kept(_of_sort)
    for _ in range(3):
        for uprn in (1001, FAR, 1002):
            assert [home.uprn for home in query_of(uprn)] == [uprn]
            assert [home.uprn for home in pair(uprn, FAR + 1)] == [uprn]
        # As columns are: of four bytes, of eight, and what no column holds.
        for far in (2**31, FAR, 2**63 - 1, -(2**63), 2**63, 10**30):
            assert by_sort(far) == pair(far, 10**30) == [] and (far == FAR or not query_of(far))


def _of_sort(sort: int) -> QuerySet[Property]:
    return Property.objects.filter(sort=sort)


def test_a_moment_is_the_same_in_whatever_zone_it_is_said(district: Any) -> None:
    from doorstep.council.queries import ZONE

    case, query_of = district.case(0), kept(by_moment)
    for zone in (UTC, ZONE):
        at = case.opened_at.astimezone(zone)
        assert query_of(at, "missed-bin") == [case]
        assert query_of(at + timedelta(microseconds=1), "missed-bin") == []


# What cannot be kept: said when the function is defined.


def test_a_parameter_is_one_of_five_plain_types() -> None:
    def a_list(keys: list[str]) -> QuerySet[Property]:
        return Property.objects.all()

    def maybe(key: str | None) -> QuerySet[Property]:
        return Property.objects.all()

    def any_number(*keys: str) -> QuerySet[Property]:
        return Property.objects.all()

    def with_default(key: str = "") -> QuerySet[Property]:
        return Property.objects.all()

    def by_name_only(*, key: str) -> QuerySet[Property]:
        return Property.objects.all()

    def unsaid(key):  # type: ignore[no-untyped-def]
        return Property.objects.all()

    for query in (a_list, maybe, unsaid):
        with pytest.raises(CannotBeKept, match="is not annotated as one of str, int, UUID, date"):
            kept(query)
    for query in (any_number, with_default, by_name_only):
        with pytest.raises(CannotBeKept, match="is not a plain parameter without a default"):
            kept(query)


# At the first call.


def looks_inside(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line__startswith=line)


def looks_in_json(key: str) -> QuerySet[Draft]:
    return Draft.objects.filter(left_by__contains=[key])


def computes(uprn: int) -> QuerySet[Property]:
    return Property.objects.filter(uprn__in=[uprn, uprn + 1])


def computes_the_other(one: int, other: int) -> QuerySet[Property]:
    return Property.objects.filter(uprn=one, sort=one + 7, easting=other)


def counts_back(day: date) -> QuerySet[Round]:
    return Round.objects.filter(anchor=day, since=day - timedelta(days=7))


def turns_to_text(uprn: int) -> QuerySet[Property]:
    return Property.objects.filter(uprn=uprn, line=str(uprn))


def small_letters(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line=line.lower())


def without_spaces(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line=line.strip())


def a_day_as_moment(at: datetime) -> QuerySet[Round]:
    return Round.objects.filter(anchor=at)


def reads_the_clock(line: str) -> QuerySet[Case]:
    return Case.objects.filter(opened_at__lt=datetime.now(UTC), where=line)


def so_many(most: int) -> QuerySet[Property]:
    return Property.objects.all()[:most]


def branches(uprn: int) -> QuerySet[Property]:
    homes = Property.objects.filter(uprn=uprn)
    return homes.filter(sort=1) if uprn < 1500 else homes.filter(sort=1, line="x")


def forgets(uprn: int) -> QuerySet[Property]:
    return Property.objects.filter(sort=1)


def at_most(uprn: int) -> QuerySet[Property]:
    return Property.objects.filter(uprn=min(uprn, 500))


def fetches_more(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line=line).prefetch_related("containers")


def finds_nothing(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line=line).none()


def no_list(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line=line, uprn__in=[])


def is_read(line: str) -> QuerySet[Property]:
    homes = Property.objects.filter(line=line)
    return homes if len(homes) > 5 else homes


def gives_one(line: str) -> Any:
    return Property.objects.filter(line=line).first()


def named_tuples(line: str) -> QuerySet[Property, Any]:
    return Property.objects.filter(line=line).values_list("uprn", named=True)


def two_together(line: str) -> QuerySet[Property]:
    return Property.objects.filter(line=line).union(Property.objects.filter(sort=1))


def of_one(line: str) -> QuerySet[Property]:
    return Street.objects.get(usrn=1).property_set.filter(line=line)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "value", "why"),
    [
        (looks_inside, "3", "has it inside another"),
        (looks_in_json, "3", "has it inside another"),
        (computes, 3, "is computed from a value"),
        (counts_back, date(2026, 1, 1), "is computed from a value"),
        (turns_to_text, 3, "is computed from a value"),
        (small_letters, "x", "is computed from a value"),
        (without_spaces, "x", "is computed from a value"),
        (a_day_as_moment, datetime(2026, 1, 1, tzinfo=UTC), "is computed from a value"),
        (reads_the_clock, "x", "reads what changes"),
        (so_many, 3, "makes another statement"),
        (branches, 3, "makes another statement"),
        (forgets, 3, "`uprn` does not stand among"),
        (at_most, 3, "`uprn` does not stand among"),
        (fetches_more, "x", "prefetches"),
        (finds_nothing, "x", "never finds anything"),
        (no_list, "x", "never finds anything"),
        (is_read, "x", "was read already"),
        (gives_one, "x", "returns no query set"),
        (named_tuples, "x", "rows of another shape"),
        (of_one, "x", "belongs to one object"),
    ],
)
def test_what_it_does_not_take_is_refused_at_the_first_call(
    query: Any, value: Any, why: str, district: Any
) -> None:
    query_of = kept(query)
    for _ in range(2):
        with pytest.raises(CannotBeKept, match=why) as refused:
            query_of(value)
    assert query.__qualname__ in str(refused.value)


def test_a_value_and_a_little_is_not_another_value(district: Any) -> None:
    with pytest.raises(CannotBeKept, match="is computed from a value"):
        kept(computes_the_other)(1, 8)


# At each call.


@pytest.mark.parametrize(
    ("query", "values", "why"),
    [
        (by_text, (None,), "NoneType is given for str"),
        (by_number, (None,), "NoneType is given for int"),
        (by_number, ("1001",), "str is given for int"),
        (by_number, (True,), "bool is given for int"),
        (by_number, (1.0,), "float is given for int"),
        (by_id, (str(uuid4()),), "str is given for UUID"),
        (by_day, (datetime(2026, 1, 1, tzinfo=UTC),), "datetime is given for date"),
        (by_moment, (date(2026, 1, 1), "x"), "date is given for datetime"),
        (by_moment, (datetime(2026, 1, 1), "x"), "without its zone"),
        (by_text, (["x"],), "list is given for str"),
        (by_text, (), "takes 1 values, not 0"),
        (by_text, ("x", "y"), "takes 1 values, not 2"),
    ],
)
def test_another_value_is_refused_before_anything_is_sent(
    query: Any, values: Any, why: str
) -> None:
    with pytest.raises(CannotBeKept, match=why):
        kept(query)(*values)
    with pytest.raises(TypeError):
        kept(query)(*values, other="x")


@pytest.mark.django_db(transaction=True)
def test_what_locks_needs_a_transaction_each_time() -> None:
    query_of, pk = kept(locked), uuid4()
    for _ in range(2):
        with pytest.raises(TransactionManagementError, match="outside of a transaction"):
            query_of(pk)
        with transaction.atomic():
            assert query_of(pk) == []


@pytest.mark.django_db(transaction=True)
def test_it_is_not_sent_into_a_broken_transaction() -> None:
    query_of = kept(by_text)
    assert query_of("x") == []
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError, match="until the end of the 'atomic' block"):
            query_of("x")
    assert query_of("x") == []


def test_django_sees_its_statement_and_its_error(district: Any) -> None:
    query_of, seen = kept(by_number), []
    query_of(1001)

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, list(params)))
        return execute("select no_such_thing()", (), many, context)

    with (
        pytest.raises(DatabaseError, match="no_such_thing"),
        transaction.atomic(),
        connection.execute_wrapper(look),
    ):
        query_of(FAR)
    ((sql, params),) = seen
    assert params == [FAR] and 'WHERE "places_property"."uprn" = %s' in sql


def test_threads_that_call_first_at_once_each_have_their_own_rows(open_district: Any) -> None:
    query_of, gate = kept(by_number), Barrier(8)
    rows: dict[int, list[Property]] = {}

    def ask(uprn: int) -> None:
        gate.wait()
        try:
            rows[uprn] = [home for _ in range(20) for home in query_of(uprn)]
        finally:
            connection.close()

    threads = [Thread(target=ask, args=[1000 + n]) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {uprn: {home.uprn for home in homes} for uprn, homes in rows.items()} == {
        uprn: {uprn} for uprn in range(1001, 1009)
    }
    assert all(len(homes) == 20 for homes in rows.values())
