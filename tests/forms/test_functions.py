"""The functions of rules: each shows itself, is total, and is refused where it cannot be meant."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.forms.rules.errors import RuleError
from doorstep.forms.rules.functions import FUNCTIONS, Clock
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.special import SPECIAL, THINGS, THROUGH_A_LIST
from doorstep.forms.rules.types import (
    BOOL,
    DAY,
    INT,
    MOMENT,
    MONEY,
    PROPERTY,
    TEXT,
    TIME,
    ListOf,
    Maybe,
    Plain,
    Record,
    Type,
    one_of,
)

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 10, tzinfo=LONDON)
CLOCK = Clock(NOW, LONDON, lambda day: day.weekday() < 5)
NAMES: dict[str, Type] = {
    "things": ListOf(Record("thing", {"id": TEXT, "count": INT})),
    "n": INT,
    "m": INT,
    "text": TEXT,
    "day": DAY,
    "moment": MOMENT,
    "price": MONEY,
    "home": PROPERTY,
    "opens": TIME,
    "size_of": one_of(("bag", "lorry")),
    "sizes": ListOf(one_of(("bag", "lorry"))),
    "maybe": Maybe(INT),
}


def work_out(text: str, /, **values: object) -> object:
    return Rule.read(text, NAMES, wants=None, may_be_nothing=True).evaluate(values, CLOCK)


SHOWN = [
    (name, rule, comes)
    for table in (FUNCTIONS, SPECIAL, THROUGH_A_LIST)
    for name, function in table.items()
    for rule, comes in function.shows
]


@pytest.mark.parametrize(("name", "rule", "comes"), SHOWN)
def test_each_does_what_its_example_says(name: str, rule: str, comes: object) -> None:
    assert f"{name}(" in rule
    assert work_out(rule, things=list(THINGS)) == comes


def test_each_has_an_example() -> None:
    tables = {**FUNCTIONS, **SPECIAL, **THROUGH_A_LIST}
    assert set(tables) == {name for name, _, _ in SHOWN}


_SAMPLES: dict[Plain, st.SearchStrategy[object]] = {
    INT: st.integers(),
    TEXT: st.text(max_size=80),
    TIME: st.text(max_size=8),
    DAY: st.dates(),
    MOMENT: st.datetimes(timezones=st.just(LONDON)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
def test_none_raises_whatever_it_is_given(name: str, data: st.DataObject) -> None:
    function = FUNCTIONS[name]
    given_values = [data.draw(_SAMPLES[want]) for _, want in function.params]  # type: ignore[index]
    function.run(CLOCK, *given_values)


@pytest.mark.parametrize(
    ("rule", "comes"),
    [
        ("plus_days(day, 365)", date.max),
        ("plus_workdays(day, 1000)", date.max),
        ("plus_years(day, 1)", date.max),
        ("years_between(day, today)", -7973),
        ("at(day, text)", datetime(9999, 12, 31, tzinfo=LONDON)),
    ],
)
def test_the_last_day_of_the_calendar_raises_nothing(rule: str, comes: object) -> None:
    assert work_out(rule, day=date.max, text="when it is dark") == comes


@pytest.mark.parametrize(
    ("born", "age"),
    [("2008-11-24", 18), ("2008-11-25", 17), ("2008-11-23", 18), ("2008-02-29", 18)],
)
def test_an_age_is_in_whole_years(born: str, age: int) -> None:
    assert work_out("years_between(day, today)", day=date.fromisoformat(born)) == age


def test_what_is_found_and_has_nothing_is_nothing_and_says_what_then() -> None:
    rule = "things.find(t, t.id == text).count"
    assert work_out(rule, things=list(THINGS), text="sofa") == 2
    assert work_out(rule, things=list(THINGS), text="lamp") is None
    with pytest.raises(RuleError, match=r"otherwise"):
        Rule.read(f"{rule} > 1", NAMES)
    assert work_out(f"otherwise({rule}, 0) > 1 ? 'many' : 'few'", things=[], text="sofa") == "few"


def _refused(text: str, wants: Type | None = None) -> str:
    with pytest.raises(RuleError) as caught:
        Rule.read(text, NAMES, wants=wants)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("n = 1", "`==` compares"),
        ("n > 1 and m > 1", "`&&` is and"),
        ("n > 1 or m > 1", "`||` is or"),
        ("not n > 1", "`!` is not"),
        ("n / 2 > 1", "divide(one, other)"),
        ("n > 1 & m > 1", "`&&` is and"),
        ("text == “bag”", "straight quotes"),
        ("text == 'bag", "ends with one"),
        ("{n} > 1", "without braces"),
        ("total(n)", "there are: all, at"),
        ("day + 3 > today", "plus_days(day, 3)"),
        ("day - today", "days_between(one, other)"),
        ("text.matches(text)", "written down"),
        ("text.matches('[A-')", "cannot be read"),
        ("text.matches('" + "a" * 201 + "')", "at most 200"),
        ("maybe > 1", "may be nothing"),
        ("things.sum(t, t.id)", "adds numbers"),
        ("things.count(t, t.count)", "yes or no is wanted"),
        ("things.find(t, things.exists(u, u.count > 1))", "cannot stand inside"),
    ],
)
def test_a_mistake_says_what_to_write_instead(text: str, says: str) -> None:
    message = _refused(text)
    assert says in message
    assert "re2" not in message and "missing ]" not in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("size_of == 'lory'", "did you mean `lorry`"),
        ("'van' != size_of", "there are: bag, lorry"),
        ("size_of in ['bag', 'van']", "`van` is none of its options"),
        ("sizes.exists(s, s == 'van')", "`van` is none of its options"),
        ("'van' in sizes", "`van` is none of its options"),
        ("now < at(today, '25:00')", "write a time of day as '18:00'"),
        ("now < at(today, text)", "time of day is wanted"),
        ("price * price > 1", "multiplied by another"),
    ],
)
def test_what_runs_and_cannot_be_meant_is_a_doubt(text: str, says: str) -> None:
    (doubt,) = Rule.read(text, NAMES).doubts
    assert says in doubt.message


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("price * n", MONEY),
        ("price + 250", MONEY),
        ("divide(price * n, 2)", MONEY),
        ("n > 1 ? price : 0", INT),
        ("[size_of, text]", ListOf(TEXT)),
        ("things.filter(t, t.count > 1).sum(t, t.count)", INT),
        ("text + size_of", TEXT),
    ],
)
def test_narrower_types_are_used_where_the_broader_is_wanted(text: str, type_: Type) -> None:
    rule = Rule.read(text, NAMES, wants=None)
    assert (rule.type, rule.doubts) == (type_, ())


def test_a_text_for_a_home_is_a_doubt_and_a_number_is_refused() -> None:
    assert not Rule.read("home == text", NAMES).doubts
    assert Rule.read("text", NAMES, wants=PROPERTY).doubts
    assert "property is wanted" in _refused("n", PROPERTY)


def test_a_pattern_takes_its_time_by_the_text_alone() -> None:
    rule = Rule.read("text.matches('(a*)*b')", NAMES)
    assert rule.evaluate({"text": "a" * 50_000}, CLOCK) is False
    assert rule.type == BOOL


def test_values_that_rest_on_each_other_do_not_outgrow_what_can_be_kept() -> None:
    number: object = 10**17
    letters: object = "a" * 1000
    for _ in range(60):
        number = work_out("n * n + n", n=number)
        letters = work_out("text + text", text=letters)
    assert number == 10**18 and letters == "a" * 10_000
    assert work_out("things.sum(t, t.count)", things=[{"id": "a", "count": 10**18}] * 9) == 10**18
    (doubt,) = Rule.read("size([things, things]) > 1", NAMES).doubts
    assert "a list cannot stand in a list" in doubt.message


@pytest.mark.parametrize("minutes", [-(10**15), 10**15, 4_300_000_000, -1_100_000_000])
def test_a_moment_stays_within_what_every_zone_has(minutes: int) -> None:
    later = work_out("plus_minutes(now, n)", n=minutes)
    assert isinstance(later, datetime)
    later.astimezone(LONDON).isoformat()
    later.astimezone(ZoneInfo("Pacific/Kiritimati"))
