"""A booking is changed: another day and more to pay, less and money back, too late, left as it was; by phone too."""

import re
from typing import Any

import pytest
from django.utils import timezone

from doorstep.bookings.models import Booking
from doorstep.cases.models import Case, Draft
from doorstep.catalogue.words import say
from doorstep.fieldwork.models import Job
from doorstep.payments.models import Charge, Movement
from tests.browser import looks_right, sign_in
from tests.bulky import at_bulky_waste, to_payment, told
from tests.paying import Pay
from tests.queue import run_queue

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
CHANGE = "button:has-text('Change the day, the items or the place')"


@pytest.fixture
def base(open_district: Any, pay: Pay, live_server: Any, settings: Any) -> str:
    pay.control(refunds="success")
    return at_bulky_waste(open_district, live_server, settings)


def paid(chromium: Any, base: str, scripts: bool = True, day: int = 9) -> tuple[Any, str]:
    """Return a telephone that has booked and paid a collection, at the case's page, and the reference."""
    page = chromium.new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    look: Any = looks_right if scripts else lambda page: None
    reference = to_payment(page, base, day=day, look=look)
    page.click("button:has-text('Pay now')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    page.goto(f"{base}/case/{reference}")
    page.look = lambda: look(page)
    return page, reference


def choose(page: Any, what: str, number: int) -> None:
    """Say how many of a thing there are, from the page of changes on; a day is asked for again."""
    page.click("a:has-text('Change'):has-text('items')")
    page.fill(f"#things-{what}", str(number))
    page.click("text=Continue")
    page.wait_for_selector("h1:has-text('Which day')")


def balanced(pay: Pay) -> int:
    """Hold that our ledger has what the provider has, and return it in pence."""
    run_queue()
    ours = sum(Movement.objects.values_list("pence", flat=True))
    assert ours == pay.taken
    return ours


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_another_day_and_more_to_take_and_to_pay(
    chromium: Any, base: str, pay: Pay, scripts: bool
) -> None:
    page, reference = paid(chromium, base, scripts)
    before = Booking.objects.get(state="booked").day
    page.look()
    page.click(CHANGE)
    page.wait_for_selector("h1:has-text('Change what you need to')")
    page.look()
    assert "Nothing is changed yet" in page.inner_text("main")
    assert not page.locator("a:has-text('Change'):has-text('address')").count()
    choose(page, "sofa", 1)
    page.look()
    page.locator("input[name=slot]").nth(3).check()
    page.click("text=Continue")
    page.wait_for_selector("main:has-text('You pay £')")
    page.look()
    case = Case.objects.get()
    assert case.stage == "booked" and Booking.objects.get(state="booked").day == before
    page.click("button:has-text('Go to payment')")
    page.wait_for_selector("button:has-text('Pay now')")
    page.look()
    # Until it is paid, everything is as it was, and the new day is kept.
    case.refresh_from_db()
    assert case.stage == "change_asked" and "sofa" not in str(case.answers)
    assert {b.state for b in Booking.objects.exclude(state="released")} == {"booked", "held"}
    page.click("button:has-text('Pay now')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    case.refresh_from_db()
    (booking,) = Booking.objects.exclude(state="released")
    assert case.stage == "booked" and "sofa" in str(case.answers)
    assert (booking.state, booking.case) == ("booked", case) and booking.day != before
    (job,) = Job.objects.filter(state="open")
    assert job.day == booking.day.day and any("ofa" in task["label"] for task in job.tasks)
    assert balanced(pay) == case.facts["price"]["pence"] > 3500
    # No more was asked for than was missing, and nothing had to go back.
    assert Charge.objects.latest("id").pence == case.facts["price"]["pence"] - 3500
    assert told() == ["booked", "change_pay", "booked"]
    page.goto(f"{base}/case/{reference}")
    page.wait_for_selector(f"main h1:has-text('{say(booking.day.day)}')")
    page.look()
    officer = chromium.new_context(viewport={"width": 1300, "height": 900}).new_page()
    officer.set_default_timeout(15000)
    sign_in(officer, base, "officer")
    officer.goto(f"{base}/desk/cases/{reference}")
    officer.wait_for_selector(".kit-timeline:has-text('→')")
    looks_right(officer)
    assert not Draft.objects.filter(changes=case).exclude(answers={}).exists()


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_less_to_take_gives_money_back_and_keeps_the_day(
    chromium: Any, base: str, pay: Pay
) -> None:
    page, reference = paid(chromium, base)
    before = Booking.objects.get(state="booked").day
    page.click(CHANGE)
    choose(page, "fridge", 0)
    page.check(f"label:has-text('{say(before.day)}')")
    page.click("text=Continue")
    page.wait_for_selector("main:has-text('You get £20.00 back')")
    page.look()
    page.click("button:has-text('Send the change')")
    page.wait_for_url("**/sent")
    page.look()
    case = Case.objects.get()
    assert case.stage == "booked" and Booking.objects.get(state="booked").day == before
    assert balanced(pay) == 1500 == case.facts["price"]["pence"]


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_left_as_it_was_and_what_is_paid_all_the_same_goes_back(
    chromium: Any, base: str, pay: Pay
) -> None:
    page, reference = paid(chromium, base)
    before = Booking.objects.get(state="booked").day
    page.click(CHANGE)
    choose(page, "sofa", 1)
    page.locator("input[name=slot]").nth(3).check()
    page.click("text=Continue")
    page.click("button:has-text('Go to payment')")
    page.click("button:has-text('Pay now')")
    page.wait_for_selector("text=This is a stand-in")
    other = page.context.new_page()
    other.set_default_timeout(15000)
    other.goto(f"{base}/case/{reference}")
    other.click("text=Leave the booking as it was")
    looks_right(other)
    other.click("main button:has-text('Leave the booking as it was')")
    other.wait_for_selector(f"main h1:has-text('{say(before.day)}')")
    looks_right(other)
    page.click("button.m")
    page.wait_for_load_state()
    run_queue()
    case = Case.objects.get()
    (booking,) = Booking.objects.exclude(state="released")
    assert case.stage == "booked" and booking.day == before and "sofa" not in str(case.answers)
    assert balanced(pay) == 3500


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_after_the_deadline_it_says_which_passed_and_how_to_reach_a_person(
    chromium: Any, base: str, monkeypatch: Any
) -> None:
    page, reference = paid(chromium, base)
    page.click(CHANGE)
    page.wait_for_selector("h1:has-text('Change what you need to')")
    page.click("a:has-text('Change'):has-text('where')")
    page.fill("#where", "By the gate")
    page.click("text=Continue")
    day = Booking.objects.get(state="booked").day.day
    late = timezone.now().replace(year=day.year, month=day.month, day=day.day, hour=0, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: late)
    Draft.objects.filter(changes__isnull=False).update(
        updated_at=late
    )  # the form itself is not over
    page.click("button:has-text('Send the change')")
    page.wait_for_selector("h1:has-text('This can no longer be changed')")
    looks_right(page)
    page.goto(f"{base}/case/{reference}")
    page.wait_for_selector("main:has-text('This could be changed or cancelled until')")
    assert re.search(r"call us on 01632", page.inner_text("main"))
    assert not page.locator(CHANGE).count()
    looks_right(page)


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_an_adviser_changes_it_for_who_rings(chromium: Any, base: str, pay: Pay) -> None:
    _page, reference = paid(chromium, base)
    adviser = chromium.new_context(viewport={"width": 1300, "height": 900}).new_page()
    adviser.set_default_timeout(15000)
    sign_in(adviser, base, "adviser")
    adviser.goto(f"{base}/desk/cases/{reference}")
    adviser.click(CHANGE)
    adviser.wait_for_selector("h1:has-text('Change what you need to')")
    looks_right(adviser)
    adviser.click("a:has-text('Change'):has-text('where')")
    adviser.fill("#where", "By the gate")
    adviser.click("text=Continue")
    adviser.wait_for_selector("main:has-text('The price stays the same')")
    adviser.click("button:has-text('Send the change')")
    adviser.wait_for_selector("main:has-text('By the gate')")
    looks_right(adviser)
    case = Case.objects.get()
    assert case.answers["where"] == "By the gate" and case.stage == "booked"
    assert balanced(pay) == 3500
