"""A resident saves, goes on elsewhere, follows the case by a code, and says that it is not right; in Welsh too."""

import re
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases import actions as cases
from doorstep.cases.models import Case
from doorstep.staff.actor import SYSTEM
from tests.browser import looks_right, report, sign_in
from tests.mailing import last_message

pytestmark = pytest.mark.browser
PHONE = {"width": 320, "height": 700}


def opened(chromium: Any) -> Any:
    page = chromium.new_context(viewport=PHONE).new_page()
    page.set_default_timeout(15000)
    return page


def test_saved_on_one_device_and_sent_from_another(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    first, base = opened(chromium), live_server.url
    report(first, base, 1)
    first.fill("#name", "Ann")
    first.click("button:has-text('Save and come back later')")
    first.fill("#email", "ann@wrong")
    first.click("text=Send me the link")
    looks_right(first)
    assert first.input_value("#email") == "ann@wrong"
    first.fill("#email", "ann@elsewhere.example")
    first.click("text=Send me the link")
    looks_right(first)
    wrong = re.search(r"http://[^/]+(/services/\S+)", last_message())
    first.click("text=Change the address")
    first.fill("#email", "ann@resident.example")
    first.click("text=Send me the link")
    first.wait_for_selector("main:has-text('ann@resident.example')")
    right = re.search(r"http://[^/]+(/services/\S+)", last_message())
    assert wrong and right and wrong[1] != right[1]

    second = opened(chromium)
    second.goto(base + wrong[1])
    assert second.locator("text=Go on with the saved form").count() == 0
    looks_right(second)
    second.goto(base + right[1])
    looks_right(second)
    second.click("text=Go on with the saved form")
    assert second.input_value("#name") == "Ann"  # what was typed before saving is there
    second.fill("#email", "ann@resident.example")
    second.click("text=Continue")
    second.click("text=Send report")
    second.wait_for_url("**/sent")
    assert Case.objects.count() == 1


def test_a_code_opens_the_case_and_a_wrong_ending_is_reopened(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    case, base = open_district.case(0), live_server.url
    cases.record_outcome(case_id=case.pk, name="job.collected", by=SYSTEM, now=timezone.now())
    page = opened(chromium)
    page.goto(f"{base}/case/open")
    looks_right(page)
    page.fill("#reference", case.reference.lower())
    page.fill("#email", "ann@resident.example")
    page.click("text=Send me a code")
    looks_right(page)
    page.fill("#code", "000000")
    page.click("text=Continue")
    page.wait_for_selector(".govuk-error-summary:has-text('not the code we sent')")
    looks_right(page)
    code = re.search(r"\b\d{6}\b", last_message())
    assert code
    page.fill("#code", code[0])
    page.click("text=Continue")
    page.wait_for_selector("main:has-text('emptied your bin')")
    looks_right(page)
    page.click("a:has-text('not')")
    looks_right(page)
    page.fill("#text", "It is still full")
    page.click("main button:has-text('Send')")
    page.wait_for_url(f"**/case/{case.reference}#added")
    case.refresh_from_db()
    assert not case.is_closed

    officer = chromium.new_page()
    sign_in(officer, base, "officer")
    officer.goto(f"{base}/desk/cases/{case.reference}")
    officer.wait_for_selector("main:has-text('It is still full')")
    looks_right(officer)


def test_in_welsh_from_the_first_page_to_the_message(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    page, base = opened(chromium), live_server.url
    page.goto(f"{base}/services/missed-bin")
    page.click("text=Cymraeg")
    page.wait_for_selector("html[lang=cy]", state="attached")
    looks_right(page)
    page.click("text=Dechrau nawr")
    page.fill("#postcode", "LE67 3FJ")
    page.click("text=Dod o hyd i’r cyfeiriad")
    looks_right(page)
    page.check("text=2 Mill Lane")
    page.click("main button:has-text('Parhau')")
    page.check("text=Bin du")
    page.click("main button:has-text('Parhau')")
    page.fill("#email", "ann@resident.example")
    page.click("main button:has-text('Parhau')")
    looks_right(page)
    page.click("main button:has-text('Anfon')")
    page.wait_for_url("**/sent")
    looks_right(page)
    body = last_message()
    assert "Bin du (sbwriel)" in body and "Rydym" in body
