"""Bulky waste in a browser: a home, two things, a day, as far as the payment."""

import re
from typing import Any

from doorstep.bookings.models import Calendar
from doorstep.messages.models import Message
from tests.browser import looks_right
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


def to_payment(page: Any, base: str, home: int = 1, day: int = 0, look: Any = looks_right) -> str:
    """Fill in the whole form and send it; return the reference."""
    to_days(page, base, home, look)
    page.locator("input[name=slot]").nth(day).check()
    page.click("text=Continue")
    page.wait_for_selector("text=We are keeping your day for you until")
    page.fill("#where", "On the drive")
    page.click("text=Continue")
    page.fill("#name", "Ann Example")
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
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
