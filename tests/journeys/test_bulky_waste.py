"""Bulky waste in one sitting: choose, pay, have a day; the crew ticks; and what may go wrong on the way."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from doorstep.bookings.models import Booking, Calendar
from doorstep.cases.models import Case, Draft
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.staff.actor import SYSTEM
from tests import whitespace
from tests.browser import looks_right, sign_in
from tests.bulky import (
    an_hour_goes_by,
    at_bulky_waste,
    by_hand,
    somebody_else_holds,
    to_days,
    to_payment,
    told,
)
from tests.paying import Pay
from tests.queue import run_queue

# Each is gone through twice: with the book of rounds kept here, and by a waste system that the council has already.
pytestmark = [pytest.mark.browser, pytest.mark.by_turns]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def base(open_district: Any, pay: Pay, waste: Any, live_server: Any, settings: Any) -> str:
    return at_bulky_waste(open_district, live_server, settings)


@pytest.mark.parametrize("scripts", [True, False])
def test_declined_then_paid_then_the_crew_takes_a_part(
    chromium: Any, base: str, pay: Pay, scripts: bool
) -> None:
    pay.control(refunds="success")
    page = chromium.new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    look: Any = looks_right if scripts else lambda page: None
    reference = by_hand(page, base, look=look)
    page.click("button:has-text('Pay now')")
    page.check("text=4000…0002 is declined")
    page.click("button.m")
    page.click("text=Go back to the council")
    page.wait_for_selector("text=Your card was declined")
    page.click("button:has-text('Try to pay again')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    look(page)
    case = Case.objects.get()
    assert (case.stage, Booking.objects.get().state) == ("booked", "booked")
    assert told() == ["booked"]

    # The day has come.
    today = timezone.now().astimezone(council.ZONE).date()
    Job.objects.update(day=today)
    crew = chromium.new_context(viewport={"width": 768, "height": 1024}).new_page()
    crew.set_default_timeout(15000)
    sign_in(crew, base, "crew")
    crew.goto(f"{base}/crew/BULKY")
    looks_right(crew)
    crew.click("button:has-text('Collected')")
    crew.wait_for_selector(".govuk-error-summary:has-text('Tick what you took')")
    crew.check("label:has-text('Mattress')")
    crew.click("button:has-text('Collected')")
    crew.wait_for_selector(".crew-job--done")
    case.refresh_from_db()
    assert case.stage == "partial" and told() == ["booked", "partial"]
    run_queue()
    page.goto(f"{base}/case/{reference}")
    page.wait_for_selector("main:has-text('Our crew took a part, and left: ')")
    look(page)
    assert pay.taken == 1500  # the fridge's £20 went back
    officer = chromium.new_context().new_page()
    officer.set_default_timeout(15000)
    sign_in(officer, base, "officer")
    officer.goto(f"{base}/desk/cases/{reference}")
    for words in ("£35.00", "£20.00", "Partly collected", "BULKY", "Left there: "):
        officer.wait_for_selector(f"main:has-text('{words}')")
    looks_right(officer)
    # What the household had: the day, what became of it, what was paid and went back.
    officer.goto(f"{base}/desk/homes/{case.place_id}")
    for words in ("Booked here", "Partly collected", "£35.00 paid", "£20.00 "):
        officer.wait_for_selector(f"main:has-text('{words}')")
    looks_right(officer)
    for context in (page, crew, officer):
        context.context.close()


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_walked_away_then_resumed(chromium: Any, base: str, pay: Pay) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    reference = to_payment(page, base)
    page.click("button:has-text('Pay now')")
    page.wait_for_selector("text=This is a stand-in")
    an_hour_goes_by()
    run_queue()
    run_queue()
    assert Case.objects.get().stage == "unpaid" and told() == ["unpaid"]
    assert [p["status"] for p in pay.payments] == ["cancelled"]
    page.goto(f"{base}/case/{reference}")
    page.wait_for_selector("main:has-text('You did not pay in time')")
    looks_right(page)
    page.click("text=Keep the day again and pay")
    looks_right(page)
    page.click("main button:has-text('Keep the day again and pay')")
    page.click("text=Pay now")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    assert Case.objects.get().stage == "booked"
    page.context.close()


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_paid_late_when_the_day_is_gone(chromium: Any, base: str, pay: Pay) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    reference = to_payment(page, base)
    page.click("button:has-text('Pay now')")
    page.wait_for_selector("text=This is a stand-in")
    an_hour_goes_by(sweep=False)
    first = Booking.objects.get().day
    for _ in range(2):
        somebody_else_holds(first.slot)
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    case = Case.objects.get()
    assert case.stage == "late" and told() == ["late"]
    page.goto(f"{base}/case/{reference}")
    page.wait_for_selector("main:has-text('Your payment came after')")
    looks_right(page)
    page.click("text=Take this day")
    page.click("main button:has-text('Take this day')")
    page.wait_for_selector("main:has-text('We will come on')")
    case.refresh_from_db()
    booked = Booking.objects.get(case=case, state="booked")
    assert case.stage == "booked" and booked.day.day > first.day and pay.taken == 3500
    page.context.close()


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_the_day_is_closed_while_they_pay_they_are_told_and_choose_another(
    chromium: Any, base: str, pay: Pay
) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    reference = to_payment(page, base, day=3)
    page.click("button:has-text('Pay now')")
    page.wait_for_selector("text=This is a stand-in")
    officer = chromium.new_context().new_page()
    officer.set_default_timeout(15000)
    sign_in(officer, base, "officer")
    closed = Booking.objects.get().day
    officer.goto(f"{base}/desk/bookings/{closed.slot}")
    officer.fill("#why", "Snow")
    officer.click("button:has-text('Close this day')")
    officer.wait_for_selector(f"main:has-text('{reference}')")
    looks_right(officer)
    officer.click("button:has-text('Close the day all the same')")
    officer.wait_for_selector("main:has-text('Closed: Snow')")
    run_queue()
    run_queue()
    assert Case.objects.get().stage == "day_gone" and told() == ["day_gone"]
    assert [p["status"] for p in pay.payments] == ["cancelled"]

    page.goto(f"{base}/case/{reference}")
    page.wait_for_selector(f"main:has-text('We cannot come on {say(closed.day)} after all')")
    looks_right(page)
    page.click("a:has-text('Choose another day')")
    page.wait_for_selector("main:has-text('The price stays £35.00')")
    looks_right(page)
    page.click("main button:has-text('Choose another day')")
    page.wait_for_selector(".govuk-error-summary:has-text('Choose a day')")
    looks_right(page)
    page.locator("input[name=chosen]").nth(4).check()
    other = page.locator("input[name=chosen]:checked").input_value()
    page.click("main button:has-text('Choose another day')")
    page.click("button:has-text('Pay now')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    booked = Booking.objects.get(state="booked")
    assert booked.day.slot == other != closed.slot and pay.taken == 3500

    # The crew could not get to it; an officer sends it again, on a day of its own.
    Job.objects.update(day=timezone.now().astimezone(council.ZONE).date())
    job = Job.objects.get(state="open")
    about: Any = {"note": "", "photo": "", "by": SYSTEM, "now": timezone.now()}
    fieldwork.finish_job(event_id=uuid4(), job_id=job.pk, code="no_access", done=(), **about)
    officer.goto(f"{base}/desk/cases/{reference}")
    officer.check("label:has-text('Send the crew again')")
    officer.fill("#reason", "The gate is open now")
    officer.click("button:has-text('Decide')")
    officer.wait_for_selector(".govuk-error-summary:has-text('Choose a day')")
    looks_right(officer)
    officer.select_option("select[name=chosen-again]", index=6)
    again = officer.locator("select[name=chosen-again]").input_value()
    officer.click("button:has-text('Decide')")
    officer.wait_for_selector("main:has-text('Booked')")
    looks_right(officer)
    assert Booking.objects.get(state="booked").day.slot == again
    officer.wait_for_selector("main:has-text('(first chosen: ')")
    assert Job.objects.get(state="open").day == Booking.objects.get(state="booked").day.day
    for context in (page, officer):
        context.context.close()


def test_a_day_is_kept_longer_on_request_and_its_end_is_said(chromium: Any, base: str) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    to_days(page, base)
    page.locator("input[name=slot]").first.check()
    page.click("text=Continue")
    page.wait_for_selector("text=We are keeping your day for you until")
    page.fill("#where", "Behind the shed")
    soon = timezone.now() + timedelta(minutes=4)
    Booking.objects.update(until=soon)
    Draft.objects.update(held_until=soon)
    page.reload()
    page.wait_for_selector("[role=alert]:has-text('Your day is kept only until')")
    looks_right(page)
    page.fill("#where", "Behind the shed")
    page.click("#longer")
    page.wait_for_selector("main:has-text('It is kept longer')")
    assert page.input_value("#where") == "Behind the shed"
    looks_right(page)
    until = Booking.objects.get().until
    assert until and until > soon + timedelta(minutes=10)
    Booking.objects.update(made_at=timezone.now() - timedelta(hours=4))
    page.click("#longer")
    page.wait_for_selector("main:has-text('It cannot be kept longer than that')")
    page.context.close()


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_cancelled_in_time_the_money_goes_back(chromium: Any, base: str, pay: Pay) -> None:
    pay.control(refunds="success")
    page = chromium.new_context(viewport=PHONE).new_page()
    reference = to_payment(page, base, day=9)
    page.click("button:has-text('Pay now')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    page.goto(f"{base}/case/{reference}")
    page.click("text=Cancel this collection")
    page.wait_for_selector("main:has-text('of it goes back the way you paid')")
    looks_right(page)
    page.click("main button:has-text('Cancel this collection')")
    page.wait_for_selector("main:has-text('This collection is cancelled')")
    assert told() == ["booked", "cancelled"]
    run_queue()
    assert pay.taken == 0
    assert Booking.objects.get().state == "released" and not Job.objects.filter(state="open")
    page.context.close()


@pytest.mark.long  # tests/web/test_bookings.py has the same without a browser
def test_the_last_place_goes_to_one_and_the_other_keeps_the_answers(
    chromium: Any, base: str, waste: Any
) -> None:
    Calendar.objects.update(capacity=1)
    if waste is not None:
        whitespace.give_days(waste, timezone.now().date(), free=1)
    two = [chromium.new_context(viewport=PHONE).new_page() for _ in range(2)]
    for home, page in enumerate(two, 1):
        to_days(page, base, home)
    for page in two:
        page.locator("input[name=slot]").first.check()
        page.click("text=Continue")
    two[0].wait_for_selector("#where")
    two[1].wait_for_selector(".govuk-error-summary:has-text('That day can no longer be chosen')")
    looks_right(two[1])
    two[1].locator("input[name=slot]").first.check()
    two[1].click("text=Continue")
    two[1].wait_for_selector("#where")
    assert Booking.objects.filter(state="held").values("day").distinct().count() == 2
    for page in two:
        page.context.close()
