"""The calendar of days: months as weeks from Monday, each day open, closed for a reason, or nothing."""

from datetime import date, timedelta

from doorstep.web.form.months import day_words, months_of

DAYS = [
    ("-2026-11-30", "Too soon"),
    ("N/2026-12-01", "Tuesday"),
    ("-2026-12-02", "No room left"),
    ("N/2026-12-09", "Wednesday"),
    ("N/2027-01-01", "Friday"),
]


def test_days_stand_in_their_months_and_weeks_and_only_where_one_is_open() -> None:
    december, january = months_of(DAYS)
    assert (december.name, january.name) == ("December 2026", "January 2027")
    assert december.weekdays[0] == "Mon" and len(december.weekdays) == 7
    assert all(len(week) == 7 for week in december.weeks)
    numbers = [cell.number for week in december.weeks for cell in week if cell.number]
    assert numbers == list(range(1, 32))
    assert december.weeks[0][0].number == 0  # 30 November belongs to the month before
    # The weeks after the last day are nobody's to look at.
    assert [cell.number for week in january.weeks for cell in week] == [0, 0, 0, 0, 1, 2, 3]


def test_open_days_know_their_place_in_the_list_and_closed_ones_why() -> None:
    december = months_of(DAYS)[0]
    (closed,) = [c for week in december.weeks for c in week if c.why]
    assert (closed.number, closed.why, closed.open) == (2, "No room left", False)
    opened = [c for week in december.weeks for c in week if c.open]
    assert [(c.number, c.value, c.number_in_list) for c in opened] == [
        (1, "N/2026-12-01", 1),
        (9, "N/2026-12-09", 2),
    ]


def test_a_year_of_days_keeps_its_order() -> None:
    days = [(f"N/{date(2026, 12, 1) + timedelta(days=n)}", "") for n in range(60)]
    assert [m.name for m in months_of(days)] == ["December 2026", "January 2027"]
    assert months_of([]) == [] and day_words("-2026-12-24").startswith("Thursday 24 December")
