"""A resident pays on the stand-in's card pages: declined, then paid; walked away, then resumed by the link."""

from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.messages import queries as outbox
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.payments.models import Attempt
from tests.browser import looks_right, sign_in
from tests.paying import Pay, agree, fee_service
from tests.queue import run_queue

pytestmark = pytest.mark.browser


@pytest.fixture
def base(open_district: Any, pay: Pay, live_server: Any, settings: Any) -> str:
    settings.BASE_ADDRESS = live_server.url
    fee_service(open_district.now)
    return str(live_server.url)


def to_payment(page: Any, base: str, look: Any = looks_right) -> None:
    """Fill in the form and come to the page that says what is to be paid."""
    page.set_default_timeout(15000)
    page.goto(f"{base}/services/small-fee")
    page.click("text=Start now")
    page.check("text=Yes")
    page.click("text=Continue")
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
    page.click("text=Continue to payment")
    page.wait_for_url("**/pay")
    look(page)


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_declined_then_paid(chromium: Any, base: str, pay: Pay, scripts: bool) -> None:
    page = chromium.new_context(
        viewport={"width": 320, "height": 700}, java_script_enabled=scripts
    ).new_page()
    # axe needs scripts in the page it looks at.
    look: Any = looks_right if scripts else lambda page: None
    to_payment(page, base, look)
    page.click("button:has-text('Pay now')")
    page.wait_for_selector("text=This is a stand-in for GOV.UK Pay")
    look(page)
    page.check("text=4000…0002 is declined")
    page.click("button.m")
    page.click("text=Go back to the council")
    page.wait_for_selector("text=Your card was declined")
    look(page)
    page.click("button:has-text('Try to pay again')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    assert page.url.endswith("/receipt") and "£35.00" in page.inner_text("main")
    look(page)
    assert [a.state for a in Attempt.objects.order_by("id")] == ["declined", "paid"]
    agree(pay)
    page.context.close()


def test_walked_away_then_resumed_by_the_link_and_the_officer_gives_it_back(
    chromium: Any, base: str, pay: Pay
) -> None:
    pay.control(refunds="success")
    page = chromium.new_context(viewport={"width": 390, "height": 800}).new_page()
    to_payment(page, base)
    page.click("button:has-text('Pay now')")
    page.wait_for_selector("text=This is a stand-in")
    page.context.close()

    for message in Message.objects.filter(sent_at=None):
        sending.send(message_id=message.pk, now=timezone.now())
    case = Case.objects.get()
    ((_, sent),) = outbox.outbox(case.reference)
    assert sent and "£35.00" in sent.body
    page = chromium.new_context(viewport={"width": 390, "height": 800}).new_page()
    page.set_default_timeout(15000)
    page.goto(next(word for word in sent.body.split() if word.startswith("http")))
    looks_right(page)
    page.click("main a.govuk-button")
    page.click("button:has-text('Go on with the payment')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    assert len(pay.payments) == 1

    officer = chromium.new_context().new_page()
    officer.set_default_timeout(15000)
    sign_in(officer, base, "officer")
    officer.goto(f"{base}/desk/cases/{case.reference}")
    officer.fill("#sum", "10")
    officer.fill("#refund-why", "A chair was left")
    officer.click("button:has-text('Give back')")
    officer.wait_for_selector("text=refund of £10.00, asked")
    looks_right(officer)
    run_queue()
    run_queue()
    officer.goto(f"{base}/desk/payments")
    looks_right(officer)
    page.goto(f"{base}/case/{case.reference}/receipt")
    looks_right(page)
    assert pay.taken == 2500
    page.context.close()
    officer.context.close()
