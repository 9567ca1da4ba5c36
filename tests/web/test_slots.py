"""The calendar of days: months as weeks from Monday, each day open, closed for a reason, or nothing."""

from datetime import date, timedelta

from doorstep.web.form.months import day_words, months_of

DAYS = [("-2026-11-30", "No room left"), ("N/2026-12-01", "Tuesday"), ("N/2026-12-03", "Thursday")]


def test_days_stand_in_their_months_and_weeks() -> None:
    november, december = months_of(DAYS)
    assert (november.name, december.name) == ("November 2026", "December 2026")
    assert november.weekdays[0] == "Mon" and len(november.weekdays) == 7
    assert all(len(week) == 7 for week in december.weeks)
    numbers = [cell.number for week in december.weeks for cell in week if cell.number]
    assert numbers == list(range(1, 32))
    assert december.weeks[0][0].number == 0  # 30 November belongs to the month before


def test_open_days_know_their_place_in_the_list_and_closed_ones_why() -> None:
    november, december = months_of(DAYS)
    (closed,) = [c for week in november.weeks for c in week if c.why]
    assert (closed.number, closed.why, closed.open) == (30, "No room left", False)
    opened = [c for week in december.weeks for c in week if c.open]
    assert [(c.number, c.value, c.number_in_list) for c in opened] == [
        (1, "N/2026-12-01", 1),
        (3, "N/2026-12-03", 2),
    ]


def test_a_year_of_days_keeps_its_order() -> None:
    days = [(f"N/{date(2026, 12, 1) + timedelta(days=n)}", "") for n in range(60)]
    assert [m.name for m in months_of(days)] == ["December 2026", "January 2027"]
    assert months_of([]) == [] and day_words("-2026-12-24").startswith("Thursday 24 December")
