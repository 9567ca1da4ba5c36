"""Rules: read, typed, judged."""

import contextlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.forms.rules.errors import RuleError
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import parse
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import BOOL, DAY, INT, MOMENT, TEXT, ListOf, Maybe, Record, Type

LONDON = ZoneInfo("Europe/London")
NAMES: dict[str, Type] = {
    "last": Record("last", {"date": Maybe(DAY), "round": Maybe(TEXT)}),
    "logs": ListOf(Record("log", {"reason": TEXT})),
    "n": INT,
    "settings": Record("settings", {"reasons": ListOf(TEXT), "until": TEXT}),
}


def clock(text: str) -> Clock:
    moment = datetime.fromisoformat(text).replace(tzinfo=LONDON)
    return Clock(moment, LONDON, lambda day: day.weekday() < 5)


def judge(
    text: str, now: str = "2026-11-24T10:00", wants: Type | None = BOOL, **values: object
) -> object:
    return Rule.read(text, NAMES, wants=wants).evaluate(values, clock(now))


def test_a_rule_reads_answers_facts_and_settings() -> None:
    held = judge(
        "logs.exists(l, l.reason in settings.reasons)",
        logs=[{"reason": "not_out"}],
        settings={"reasons": ["not_out"]},
    )
    assert held is True


def test_an_unknown_name_is_an_error_with_place_and_suggestion() -> None:
    with pytest.raises(
        RuleError, match=r"form.yaml:7: nothing is called `lats`; did you mean `last`"
    ):
        Rule.read("has(lats.date)", NAMES, where="form.yaml:7")


def test_what_may_be_nothing_cannot_be_used_before_it_is_known() -> None:
    with pytest.raises(RuleError, match="may be nothing here"):
        Rule.read("last.date == today", NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "has(last.date) && last.date == today",
        "!has(last.date) || last.date == today",
        "last.date != null && last.date < today",
        "has(last.date) ? last.date == today : n > 1",
    ],
)
def test_what_is_known_may_be_used(text: str) -> None:
    assert Rule.read(text, NAMES).evaluate(
        {"last": {"date": None}, "n": 2}, clock("2026-11-24T10:00")
    ) in (
        True,
        False,
    )


def test_an_earlier_rule_that_stopped_makes_it_known() -> None:
    first = Rule.read("!has(last.date)", NAMES)
    assert Rule.read("last.date == today", NAMES, known=first.when_false)


@pytest.mark.parametrize(
    "text", ["n == 'one'", "n && n", "size(n) > 1", "n.x == 1", "n in [n] == 3", "nope(n)"]
)
def test_a_wrong_type_is_an_error(text: str) -> None:
    with pytest.raises(RuleError):
        Rule.read(text, NAMES)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plus_workdays(today, 1)", date(2026, 11, 30)),
        ("plus_days(today, 1)", date(2026, 11, 28)),
        ("plus_minutes(now, 20)", datetime(2026, 11, 27, 10, 20, tzinfo=LONDON)),
        ("n + 2 * 3", 7),
    ],
)
def test_arithmetic_of_days_and_numbers(text: str, wanted: object) -> None:
    assert judge(text, now="2026-11-27T10:00", wants=None, n=1) == wanted


ITEMS: dict[str, Type] = {
    "things": ListOf(Record("thing", {"count": INT, "day": DAY})),
    "n": INT,
    "day": DAY,
}


def work_out(text: str, **values: object) -> object:
    return Rule.read(text, ITEMS, wants=None).evaluate(values, clock("2026-11-24T10:00"))


def test_a_sum_goes_through_a_list() -> None:
    things = [{"count": 2, "day": date(2026, 1, 1)}, {"count": 3, "day": date(2026, 11, 1)}]
    assert work_out("things.sum(t, t.count)", things=things) == 5
    assert (
        work_out("things.sum(t, t.day > plus_months(today, -6) ? t.count * 2 : 0)", things=things)
        == 6
    )
    assert work_out("things.sum(t, t.count)", things=[]) == 0


@pytest.mark.parametrize(
    "text",
    ["n.sum(t, 1)", "things.sum(t, t.count > 1)", "things.sum(n, n)", "things.sum(t, things.sum(u, 1))", "min(1)"],
)  # fmt: skip
def test_what_is_no_sum_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(RuleError):
        Rule.read(text, ITEMS, wants=None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("min(n, 3)", 3),
        ("max(0, n - 9)", 0),
        ("divide(n, 2)", 3),  # 2.5, away from nothing
        ("divide(-n, 2)", -3),
        ("divide(n, -2)", -3),
        ("divide(n * 33, 100)", 2),
        ("divide(n, 0)", 0),
        ("divide(n, n - 5)", 0),
    ],
)
def test_the_smaller_the_greater_and_a_part(text: str, wanted: int) -> None:
    assert work_out(text, n=5) == wanted


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), -12, date(2027, 2, 28)),
        (date(2026, 11, 24), -12, date(2025, 11, 24)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date.max, 1, date.max),
        (date.min, -1, date.min),
    ],
)
def test_months_later_and_earlier(day: date, months: int, wanted: date) -> None:
    assert work_out(f"plus_months(day, {months})", day=day) == wanted


@given(st.dates(), st.integers(), st.integers())
def test_no_day_and_no_number_makes_them_raise(day: date, n: int, m: int) -> None:
    for text in (f"plus_months(day, {n})", f"divide({n}, {m})", f"min({n}, {m}) + max({n}, n)"):
        with contextlib.suppress(RuleError):  # more digits than a rule may write down
            work_out(text, day=day, n=m)


@pytest.mark.parametrize(
    ("day", "utc"), [("2026-03-28", 18), ("2026-03-29", 17), ("2026-10-25", 18)]
)
def test_a_wall_clock_time_is_londons_through_both_changes(day: str, utc: int) -> None:
    moment = judge("at(today, '18:00')", now=f"{day}T10:00", wants=MOMENT)
    assert isinstance(moment, datetime) and moment.astimezone(ZoneInfo("UTC")).hour == utc


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with contextlib.suppress(RuleError):
        parse(text)
