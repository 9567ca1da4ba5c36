"""An officer finds the week, closes a day that someone has booked, after seeing whom it concerns, and opens it."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.bookings import queries
from doorstep.bookings.models import Calendar, Day
from tests.bookings.conftest import Desk
from tests.browser import looks_right, sign_in

pytestmark = pytest.mark.browser


def test_a_day_is_closed_and_opened_on_the_board(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    base, desk = live_server.url, Desk(open_district)
    Calendar.objects.update(weekdays=list(range(7)))
    desk.now, desk.day = desk.district.now, desk.district.today + timedelta(days=7)
    while queries.holiday_test()(desk.day):
        desk.day += timedelta(days=1)
    case = desk.case(0)
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.set_default_timeout(15000)
    sign_in(page, base, "officer")
    page.click("button:has-text('Menu')")  # at this width the links are behind it
    page.click("a:has-text('Bookings')")
    looks_right(page)
    page.click("text=Week after")
    page.goto(f"{base}/desk/bookings?week={desk.day.isoformat()}")
    looks_right(page)
    page.click(f"a[href$='{desk.slot}']")
    looks_right(page)
    page.click("text=Close this day")
    page.wait_for_selector(".govuk-error-summary:has-text('Say why the day is closed')")
    looks_right(page)
    page.fill("#why", "Training day")
    page.click("text=Close this day")
    page.wait_for_selector(f"#concerned:has-text('{case.reference}')")
    looks_right(page)
    page.click("text=Close the day all the same")
    page.wait_for_selector("main:has-text('Closed: Training day')")
    looks_right(page)
    assert Day.objects.get().closed_why == "Training day"
    page.set_viewport_size({"width": 1100, "height": 900})
    page.goto(f"{base}/desk/bookings?week={desk.day.isoformat()}")
    looks_right(page)
    page.click(f"a[href$='{desk.slot}']")
    page.click("text=Open this day again")
    page.wait_for_selector("text=Close this day")
    page.click(f"a:has-text('{case.reference}')")
    page.wait_for_selector("h2:has-text('Booking')")
    looks_right(page)
