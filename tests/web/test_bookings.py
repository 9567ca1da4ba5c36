"""The desk's board of days: read, closed, resized, opened; lists that leave the desk."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from doorstep.bookings import actions, queries
from doorstep.bookings.models import Calendar, Day, Move
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.staff.actor import RESIDENT
from doorstep.text.safe import for_csv
from tests.bookings.conftest import Desk
from tests.form_client import FormClient
from tests.people import signed_in


@pytest.fixture
def desk(district: Any) -> Desk:
    """The desk of today: a day next week, so that officers may change it."""
    made = Desk(district)
    made.now = district.now
    made.day = district.today + timedelta(days=7)
    Calendar.objects.update(weekdays=list(range(7)))
    # Days on which nobody collects at all are another test's.
    while queries.holiday_test()(made.day):
        made.day += timedelta(days=1)
    return made


@pytest.fixture
def officer(desk: Desk) -> FormClient:
    return signed_in("officer")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def page(desk: Desk) -> str:
    return f"/desk/bookings/{desk.slot}"


def test_the_board_says_room_booked_held_and_free_in_a_table(
    officer: FormClient, desk: Desk
) -> None:
    desk.draft(0)
    case = desk.case(1)
    actions.confirm(case=case, kind="bulky", slot=desk.slot, load=2, by=RESIDENT, now=desk.now)
    shown = text(officer.get(f"/desk/bookings?week={desk.day.isoformat()}"))
    row = shown[shown.index(desk.slot) :]
    cells = [c.split("<")[0] for c in row.split('numeric">')[1:5]]
    assert cells == ["10", "2", "2", "6"]
    assert 'aria-hidden="true" max="10" value="4"' in row
    assert "Week before" in shown and '<caption class="govuk-table__caption' in shown


@pytest.mark.parametrize("week", ["", "x", "9999-12-31", "0001-01-01"])
def test_any_week_can_be_asked_for(officer: FormClient, week: str) -> None:
    assert officer.get(f"/desk/bookings?week={week}").status_code == 200


@pytest.mark.parametrize("path", ["NO/2026-12-01", "NORTH/x", "NORTH/2026-13-01"])
def test_a_day_that_is_not_there_is_not_found(officer: FormClient, path: str) -> None:
    for end in ("", "/list.csv", "/list.pdf"):
        assert officer.get(f"/desk/bookings/{path}{end}").status_code == 404
    assert officer.post(f"/desk/bookings/{path}/change").status_code == 404


def test_closing_a_day_shows_first_whom_it_concerns(officer: FormClient, desk: Desk) -> None:
    case = desk.case(0)
    said = {"do": "close", "why": "Snow <b>"}
    shown = text(officer.post(f"{page(desk)}/change", said))
    assert "Whom this concerns" in shown and case.reference in shown and "1 Mill Lane" in shown
    assert not Day.objects.exclude(closed_why="").exists()
    shown = text(officer.post(f"{page(desk)}/change", {**said, "sure": "1"}, follow=True))
    assert "Closed: Snow &lt;b&gt;" in shown and "officer" in shown
    found = queries.days(
        kind="bulky", uprn=1002, load=1, first=desk.day, last=desk.day, now=desk.now
    )
    assert found[0].why == "Closed: Snow <b>"
    shown = text(officer.post(f"{page(desk)}/change", {"do": "open"}, follow=True))
    assert "Close this day" in shown and not Day.objects.exclude(closed_why="").exists()


def test_a_day_that_concerns_nobody_is_changed_at_once(officer: FormClient, desk: Desk) -> None:
    there = f"{page(desk)}/change"
    assert officer.post(there, {"do": "resize", "capacity": "3"}).status_code == 302
    assert Day.objects.get().capacity == 3
    desk.case(0)
    assert "room for 1 items" in text(officer.post(there, {"do": "resize", "capacity": "1"}))
    assert Day.objects.get().capacity == 3
    officer.post(there, {"do": "resize", "capacity": "1", "sure": "1"})
    assert "1 too many" in text(officer.get(page(desk)))
    officer.post(there, {"do": "close", "why": "Snow", "sure": "1"})
    assert 'value="1"' in text(officer.get(page(desk)))  # closed, and small once it opens
    officer.post(there, {"do": "resize", "capacity": "", "sure": "1"})
    assert Day.objects.get().capacity is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"do": "close", "why": " "}, "Say why the day is closed"),
        ({"do": "close", "why": "x" * 121}, "at most 120"),
        ({"do": "resize", "capacity": "many"}, "Enter a number from 0"),
        ({"do": "resize", "capacity": "999999"}, "Enter a number from 0"),
        ({"do": "resize", "capacity": "9" * 5000}, "Enter a number from 0"),
    ],
)
def test_what_is_wrong_is_said(
    officer: FormClient, desk: Desk, given: dict[str, str], says: str
) -> None:
    shown = text(officer.post(f"{page(desk)}/change", given))
    assert says in shown and "Error:" in shown


def test_a_day_that_is_over_cannot_be_changed(officer: FormClient, desk: Desk) -> None:
    gone = f"/desk/bookings/NORTH/{(desk.district.today - timedelta(days=3)).isoformat()}"
    assert "Change this day" not in text(officer.get(gone))
    assert "That day is over" in text(officer.post(f"{gone}/change", {"do": "close", "why": "x"}))


def test_advisers_see_and_do_not_change(desk: Desk) -> None:
    adviser = signed_in("adviser")
    assert "Change this day" not in text(adviser.get(page(desk)))
    assert adviser.post(f"{page(desk)}/change", {"do": "open"}).status_code == 403


def test_the_day_list_as_csv_holds_no_formula(officer: FormClient, desk: Desk) -> None:
    case = desk.case(0)
    Case.objects.filter(pk=case.pk).update(reference="=1+1")
    answer = officer.get(f"{page(desk)}/list.csv")
    (head, line) = csv.reader(io.StringIO(text(answer)))
    assert head == ["Reference", "Address", "What", "How much", "State"]
    assert line[:2] == ["'=1+1", "1 Mill Lane, Coalville, LE67 3FJ"] and line[3:] == [
        "2 items",
        "held",
    ]


@pytest.mark.parametrize("words", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_would_be_run_is_text(words: str) -> None:
    assert for_csv(words) == f"'{words}" and for_csv("1 Mill") == "1 Mill"


def test_the_day_list_on_paper_takes_any_letter(officer: FormClient, desk: Desk) -> None:
    case = desk.case(0)
    assert case.place is not None
    type(case.place).objects.filter(pk=case.place_id).update(line="1 Caffè Łódź’s")
    answer = officer.get(f"{page(desk)}/list.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert len(answer.content) > 1000


def test_a_cases_page_says_its_day(officer: FormClient, desk: Desk) -> None:
    case = desk.case(0)
    assert "held until" in text(officer.get(f"/desk/cases/{case.reference}"))
    actions.confirm(case=case, kind="bulky", slot=desk.slot, load=2, by=RESIDENT, now=desk.now)
    assert "booked</strong>" in text(officer.get(f"/desk/cases/{case.reference}"))
    actions.release(case=case, by=RESIDENT, now=desk.now)
    assert "given back" in text(officer.get(f"/desk/cases/{case.reference}"))


def test_a_resident_sees_days_and_the_loser_sees_others_with_all_answers_kept(desk: Desk) -> None:
    Calendar.objects.update(capacity=2)
    resident, base = FormClient(), "/services/collect"
    resident.post(f"{base}/begin")
    resident.post(f"{base}/address", {"property": "1001"})
    shown = text(resident.get(f"{base}/day"))
    assert f'value="{desk.slot}"' in shown
    rival = FormClient()
    rival.post(f"{base}/begin")
    rival.post(f"{base}/address", {"property": "1002"})
    assert rival.post(f"{base}/day", {"slot": desk.slot})["Location"] == f"{base}/contact"
    answer = resident.post(f"{base}/day", {"slot": desk.slot})
    assert answer.status_code in (200, 302)
    shown = text(resident.get(f"{base}/day"))
    assert f'value="{desk.slot}"' not in shown and 'value="NORTH/' in shown
    assert "No room left" in shown
    with pytest.raises(Refused):
        actions.hold(
            draft=desk.blank(), kind="bulky", slot=desk.slot, load=2, minutes=5,
            now=desk.now,
        )  # fmt: skip


def test_a_move_with_a_made_up_day_is_refused_and_moves_nobody(
    officer: FormClient, desk: Desk
) -> None:
    case = desk.case(1)
    there = f"{page(desk)}/move"
    fields = {"keep": "0", "why": "Snow", "way": "rebook", "do": "move"}
    for slot in ("<script>", "FOO/2026-13-45", "NORTH/2020-01-01", "x" * 10_000):
        shown = text(officer.post(there, {**fields, f"to-{case.pk}": slot}))
        assert "has no room any more" in shown and "<script>" not in shown.split("<main")[1]
    assert not Move.objects.exists()
    shown = text(officer.post(there, {**fields, "way": "", "do": "see"}))
    assert "Choose what is done" in shown and 'value="Snow"' in shown
