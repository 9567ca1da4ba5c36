"""Every way to pay: by telephone without an e-mail address, at the counter with a printed receipt, a link by text, a failure."""

from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.utils import timezone

from doorstep.bookings.models import Booking
from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.messages import queries as outbox
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.payments import jobs, taking
from doorstep.payments.models import Charge, Movement
from doorstep.staff.actor import Actor
from doorstep.tasks.models import Task
from tests.browser import keep_signed_in, looks_right, sign_in
from tests.bulky import at_bulky_waste, to_payment
from tests.paying import Pay, fee_case, fee_service
from tests.queue import run_queue

pytestmark = pytest.mark.browser


@pytest.fixture
def base(open_district: Any, pay: Pay, live_server: Any, settings: Any) -> str:
    return at_bulky_waste(open_district, live_server, settings)


def desk(chromium: Any, base: str, who: str, scripts: bool = True) -> Any:
    page = chromium.new_context(java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    if scripts:
        sign_in(page, base, who)
    else:
        keep_signed_in(page, base, who)
        page.goto(f"{base}/desk")
    page.wait_for_url("**/desk")
    return page


def as_it_stands(page: Any) -> None:
    """Have the form judged as it stands: by going on to the next field, or without scripts by the button for it."""
    button = page.locator("button:has-text('See what will happen')")
    if button.is_visible():
        button.click()
    else:
        page.keyboard.press("Tab")


def booked_by_telephone(page: Any, base: str, phone: str, look: Any = looks_right) -> str:
    """Fill in the form for a caller without an e-mail address, and send it."""
    page.select_option("select[name=service]", "bulky-waste")
    page.click("button:has-text('Start')")
    page.fill("#property-typed", "1 mill lane")
    page.click("button:has-text('Find')")
    page.wait_for_selector(".at-once__home:has-text('1 Mill Lane')")
    page.fill("#things-mattress", "1")
    as_it_stands(page)
    page.locator("input[name=slot]").nth(0).check()
    page.fill("#where", "On the drive")
    assert page.locator("label:has-text('Email address (optional)')").is_visible()
    look(page)
    page.fill("#name", "Ann Example")
    page.fill("#phone", phone)
    as_it_stands(page)
    page.click("button:has-text('Go to payment')")
    page.wait_for_selector("h1:has-text('Take a payment of £15.00')")
    look(page)
    return Case.objects.get().reference


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_by_telephone_with_a_card_and_without_an_email_address(
    chromium: Any, base: str, pay: Pay, scripts: bool
) -> None:
    look: Any = looks_right if scripts else lambda page: None
    page = desk(chromium, base, "adviser", scripts)
    reference = booked_by_telephone(page, base, "07700 900123", look)
    page.check("label:has-text('Take a card by telephone now')")
    page.click("button:has-text('Continue')")
    page.wait_for_selector("text=Telephone payment")
    page.check("text=4000…0002 is declined")
    page.click("button.m")
    page.click("text=Go back to the council")
    page.wait_for_selector("text=The card was declined")
    look(page)
    page.check("label:has-text('Take a card by telephone now')")
    page.click("button:has-text('Continue')")
    page.click("button.m")
    page.wait_for_url(f"**/desk/cases/{reference}#money")
    page.wait_for_selector("main:has-text('card by telephone, Adviser')")
    look(page)
    assert Case.objects.get().stage == "booked" and pay.taken == 1500
    assert [
        (m.name, m.channel) for m in Message.objects.exclude(name="reminder").order_by("id")
    ] == [
        ("pay", "text"),
        ("booked", "text"),
    ]
    page.context.close()


def test_at_the_counter_with_a_printed_receipt_and_nobody_to_write_to(
    chromium: Any, base: str, tmp_path: Path
) -> None:
    """By keys alone where it counts: the ways are radios, the record one form."""
    page = desk(chromium, base, "adviser")
    reference = booked_by_telephone(page, base, "")
    page.focus("#way")
    page.check("label:has-text('Cash at the counter')")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Take £15.00 in cash')")
    looks_right(page)
    page.keyboard.press("Tab")
    page.focus("#slip")
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-error-summary:has-text('Enter the number')")
    looks_right(page)
    page.fill("#slip", "R 77")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Receipt')")
    looks_right(page)
    sheet = tmp_path / "receipt.pdf"
    page.pdf(path=sheet, format="A4")
    (printed,) = pypdf.PdfReader(sheet).pages
    words = " ".join(printed.extract_text().split())
    for said in (reference, "£15.00", "Cash", "R 77", "Customer Centre, Coalville"):
        assert said in words, said
    assert "Sign out" not in words and "Print this page" not in words
    moved = Movement.objects.get()
    assert (moved.way, moved.by) == ("cash", "adviser")
    assert Case.objects.get().stage == "booked" and not Message.objects.exists()
    assert Task.objects.get().kind == "write"
    page.context.close()


def test_a_link_by_text_is_opened_and_paid(chromium: Any, base: str, pay: Pay) -> None:
    page = desk(chromium, base, "adviser")
    booked_by_telephone(page, base, "07700 900123")
    page.check("label:has-text('Send a link by text message')")
    page.click("button:has-text('Continue')")
    page.wait_for_selector("main:has-text('Text message')")
    looks_right(page)
    message = Message.objects.get(name="pay_link")
    assert message.channel == "text" and "£15.00" in message.body
    page.context.close()
    noon = timezone.now().astimezone(council.ZONE).replace(hour=12)
    sending.send(message_id=message.pk, now=noon)
    ((_, sent),) = [row for row in outbox.outbox("") if row[0].pk == message.pk]
    assert sent
    phone = chromium.new_context(viewport={"width": 360, "height": 740}).new_page()
    phone.set_default_timeout(15000)
    phone.goto(next(word for word in sent.body.split() if word.startswith("http")))
    looks_right(phone)
    phone.click("main a.govuk-button:has-text('Pay')")
    phone.click("button:has-text('Pay now')")
    phone.click("button.m")
    phone.wait_for_selector("text=Payment received")
    assert Movement.objects.get().way == "card" and pay.taken == 1500
    phone.context.close()


@pytest.mark.long  # test_bulky_pages.py goes the same way without a browser
def test_a_failed_payment_frees_the_day_unless_it_is_tried_again(
    chromium: Any, base: str, pay: Pay
) -> None:
    page = chromium.new_context(viewport={"width": 360, "height": 740}).new_page()
    to_payment(page, base)
    page.click("button:has-text('Pay now')")
    page.check("text=4000…0002 is declined")
    page.click("button.m")
    page.click("text=Go back to the council")
    page.wait_for_selector("text=if you try again")
    looks_right(page)
    assert Booking.objects.get().state == "held"
    charge = Charge.objects.get()
    assert charge.again_until and charge.until and charge.again_until < charge.until
    Charge.objects.update(again_until=charge.made_at)
    jobs.settle()
    run_queue()
    assert Case.objects.get().stage == "unpaid" and Booking.objects.get().state == "released"
    page.reload()
    page.wait_for_selector("text=You can no longer pay this")
    looks_right(page)
    page.context.close()


def test_the_page_of_a_paid_case_is_read_in_the_dark(
    chromium: Any, open_district: Any, pay: Pay, live_server: Any
) -> None:
    now = timezone.now()
    case, by = fee_case(fee_service(now), now), Actor("staff", "adviser")
    counter = council.current().counters[0]
    charge = Charge.objects.get().pk
    taking.take(charge_id=charge, way="cash", counter=counter, slip="R 1", by=by, now=now)
    size: Any = {"width": 1366, "height": 768}
    page = chromium.new_context(viewport=size, color_scheme="dark").new_page()
    sign_in(page, live_server.url, "officer")
    page.goto(f"{live_server.url}/desk/cases/{case.reference}")
    page.wait_for_selector(".govuk-summary-card")
    looks_right(page)
    grounds = """() => ["title-wrapper", "prefix"].map(name => getComputedStyle(document.querySelector(
        `.govuk-summary-card__${name}, .govuk-input__${name}`)).backgroundColor)"""
    assert set(page.evaluate(grounds)) == {"rgb(23, 29, 26)"}
    lines = """() => { const words = document.createRange();
        words.selectNodeContents(document.querySelector("td.govuk-table__cell--numeric"));
        return words.getClientRects().length; }"""
    assert page.evaluate(lines) == 1  # a sum breaks nowhere
    page.context.close()
