"""Bulky waste in a browser: a home, two things, a day, as far as the payment."""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from doorstep.bookings import actions as bookings
from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import drafts
from doorstep.cases.models import Draft
from doorstep.catalogue import queries as catalogue
from doorstep.forms.questions.kind import Typed
from doorstep.intake.filling import Filling
from doorstep.intake.orders import fields_of
from doorstep.messages.models import Message
from doorstep.outside import later
from doorstep.payments.models import Charge
from doorstep.staff.actor import RESIDENT
from tests.browser import looks_right
from tests.district import FIRST_UPRN
from tests.filling import made
from tests.publishing import publish_library
from tests.queue import run_queue


def at_bulky_waste(district: Any, server: Any, settings: Any) -> str:
    """Publish the service, with a calendar of every day, and return the server's address."""
    settings.BASE_ADDRESS = server.url
    publish_library("bulky-waste", now=district.now)
    Calendar.objects.create(
        code="ALL", name="Everywhere", kind="bulky", wards=[], weekdays=list(range(7)), capacity=2, unit="jobs"
    )  # fmt: skip
    return str(server.url)


def to_days(page: Any, base: str, home: int = 1, look: Any = looks_right) -> None:
    """Choose a home and two things, as far as the page of days."""
    page.set_default_timeout(15000)
    page.goto(f"{base}/services/bulky-waste")
    page.click("text=Start now")
    page.fill("#postcode", "le673fj")
    page.click("text=Find address")
    page.check(f"text={home} Mill Lane")
    page.click("text=Continue")
    page.wait_for_selector("h1:has-text('What do you want us to take')")
    look(page)
    page.fill("#things-mattress", "1")
    page.fill("#things-fridge", "1")
    page.click("text=Continue")
    page.wait_for_selector("h1:has-text('Which day')")
    look(page)


def by_hand(page: Any, base: str, home: int = 1, day: int = 0, look: Any = looks_right) -> str:
    """Fill in the whole form page by page and send it; return the reference."""
    to_days(page, base, home, look)
    page.locator("input[name=slot]").nth(day).check()
    page.click("text=Continue")
    page.wait_for_selector("text=We are keeping your day for you until")
    page.fill("#where", "On the drive")
    page.click("text=Continue")
    page.fill("#name", "Ann Example")
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
    return _sent(page, look)


def to_payment(page: Any, base: str, home: int = 1, day: int = 0, look: Any = looks_right) -> str:
    """Begin the form and send it; what lies between is filled in as by hand, without a page each. Return the reference."""
    page.set_default_timeout(15000)
    page.goto(f"{base}/services/bulky-waste")
    page.click("text=Start now")
    page.wait_for_selector("#postcode")
    draft = Draft.objects.latest("created_at")
    who = {"where": "On the drive", "name": "Ann Example", "email": "ann@resident.example"}
    fill_in(draft, home, day, {"mattress": 1, "fridge": 1}, **who)
    page.goto(f"{base}/services/bulky-waste/{draft.pk}/check")
    return _sent(page, look)


def fill_in(draft: Draft, home: int, day: int, things: dict[str, int], **more: str) -> None:
    """Answer a form that was begun, as far as the answers go; of the days that are offered the nth."""
    filling = Filling(draft, by=RESIDENT, now=timezone.now())
    listed = [{"id": thing, "count": count} for thing, count in things.items()]
    given = {"property": str(FIRST_UPRN + home), "things": listed, "slot": "", **more}

    def fields(question: Any) -> Any:
        if question.id == "slot":
            return Typed({"slot": [filling.options(question, Typed({}))[day][0]]})
        return fields_of(question, given.get(question.id))

    while (page := filling.next_open()) is not None:
        if any(q.id not in given and not q.optional for q in page.questions):
            break
        entries = filling.read(page, fields)
        assert not entries.wrong, entries.wrong
        filling.answer(page, entries)


def _sent(page: Any, look: Any) -> str:
    """Send the form from the page of answers, as far as the payment; return the reference."""
    page.wait_for_selector("main:has-text('You can cancel before')")
    assert "£35.00" in page.inner_text("main")
    look(page)
    page.click("text=Go to payment")
    page.wait_for_selector("button:has-text('Pay now')")
    look(page)
    return re.search(r"BW-\w{4}-\w{4}", page.url)[0]  # type: ignore[index]


def told() -> list[str]:
    """Return the messages that were sent, in order."""
    run_queue()
    return list(Message.objects.exclude(sent_at=None).order_by("id").values_list("name", flat=True))


def somebody_else_holds(slot: str) -> None:
    """Have another form hold a place on a day."""
    now = timezone.now()
    service = catalogue.current("bulky-waste")
    assert service
    draft = drafts.begin(service=service, owner=made(), channel="online", by=RESIDENT, now=now)
    bookings.hold(draft=draft, kind="bulky", slot=slot, load=1, minutes=20, now=now)


def an_hour_goes_by(sweep: bool = True) -> None:
    """Let the time to pay and the hold run out; with `sweep` our jobs notice it before the payer does."""
    past = timezone.now() - timedelta(minutes=5)
    Charge.objects.update(until=past)
    Booking.objects.filter(state="held").update(until=past)
    if sweep:
        later.reconcile()
