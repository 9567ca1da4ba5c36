"""After a stop or after sending: a person is asked at midnight; a case is followed, added to and withdrawn."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from doorstep.cases.models import Case
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import Job
from doorstep.tasks.models import Task
from tests.browser import looks_right, sign_in
from tests.mailing import last_message
from tests.publishing import publish_library

pytestmark = pytest.mark.browser
BASE = "/services/missed-bin"
PRESS = "main form button.govuk-button"


def at_the_desk(chromium: Any, base: str, reference: str) -> Any:
    """Return an officer's browser, at a case."""
    officer = chromium.new_context(viewport={"width": 1300, "height": 900}).new_page()
    officer.set_default_timeout(15000)
    sign_in(officer, base, "officer")
    officer.wait_for_selector("nav >> text=To do")
    officer.goto(f"{base}/desk/cases/{reference}")
    return officer


def stopped(phone: Any) -> None:
    """Come to the stop of a bin that somebody has reported already."""
    phone.goto(BASE)
    phone.click(".govuk-button--start")
    phone.fill("#postcode", "LE67 3FJ")
    phone.click(PRESS)
    phone.locator("input[type=radio]").first.check()
    phone.click(PRESS)
    phone.locator("input[type=radio]").first.check()
    phone.click(PRESS)
    phone.wait_for_url("**/bin/stopped")


def spoken(day: Any, phone: Any) -> str:
    """Return a day as the phone's page says it."""
    with council.speaking(phone.locator("html").get_attribute("lang")):
        return say(day)


@pytest.mark.by_turns
def test_a_stop_at_midnight_comes_to_an_answer(
    open_district: Any, phone: Any, chromium: Any, live_server: Any, monkeypatch: Any
) -> None:
    publish_library("tell-us-anything", now=open_district.now)
    open_district.case(0)
    midnight = timezone.now().astimezone(ZONE).replace(hour=0, minute=20) + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: midnight)
    stopped(phone)
    phone.looks()
    phone.click("a[href$='/bin/person']")
    phone.looks()
    phone.click(PRESS)
    phone.wait_for_selector(".govuk-error-summary")
    phone.looks()
    phone.fill("#text", "It is another bin,\nthe one behind the gate")
    phone.fill("#email", "ann@resident.example")
    phone.click(PRESS)
    phone.wait_for_url("**/sent")
    phone.looks()
    case = Case.objects.get(slug="tell-us-anything")
    assert case.due_on and spoken(case.due_on, phone) in phone.inner_text("main h1")
    assert case.reference in phone.inner_text("main")

    officer = at_the_desk(chromium, live_server.url, case.reference)
    officer.wait_for_selector("text=the one behind the gate")
    looks_right(officer)
    officer.check("text=Answer")
    officer.fill("#reply", "You are right.\nThe crew comes tomorrow.")
    officer.fill("#reason", "Two bins")
    officer.click("main button:has-text('Decide')")
    officer.wait_for_selector("main:has-text('Answered')")

    phone.goto(f"/case/{case.reference}")
    assert "The crew comes tomorrow." in phone.inner_text("main")
    phone.looks()
    assert "The crew comes tomorrow." in last_message()


def by_code(page: Any, base: str, reference: str, email: str) -> None:
    """Open a case in another browser: its address asks for the email address, whatever the reference."""
    page.goto(f"{base}/case/{reference}")
    page.wait_for_url("**/case/open?reference=*")
    looks_right(page)
    assert page.input_value("#reference") == reference
    page.fill("#email", email)
    page.click(PRESS)
    page.wait_for_selector("#code")


@pytest.mark.by_turns
def test_a_case_is_followed_from_three_browsers_added_to_and_withdrawn(
    open_district: Any, phone: Any, chromium: Any, live_server: Any, tmp_path: Any
) -> None:
    base, case = live_server.url, open_district.case(0)
    others = [
        chromium.new_context(viewport={"width": 1280, "height": 800}).new_page() for _ in "ab"
    ]
    for page in (*others, phone):
        page.set_default_timeout(15000)
    for page in others:
        by_code(page, base, case.reference, "ann@resident.example")
        code = re.search(r"\b\d{6}\b", last_message())
        assert code
        page.fill("#code", code[0])
        page.click(PRESS)
        page.wait_for_url(f"**/case/{case.reference}")
    phone.goto(f"/case/{case.reference}")
    phone.fill("#email", "ann@resident.example")
    phone.click(PRESS)
    code = re.search(r"\b\d{6}\b", last_message())
    assert code
    phone.fill("#code", code[0])
    phone.click(PRESS)
    phone.wait_for_url(f"**/case/{case.reference}")
    phone.looks()

    photo = BytesIO()
    Image.new("RGB", (400, 300), "green").save(photo, "JPEG")
    phone.click("a[href$='/add']")
    phone.click(PRESS)
    phone.wait_for_selector(".govuk-error-summary")
    phone.looks()
    phone.fill("#text", "It stands behind the gate")
    phone.set_input_files(
        "#photo", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    phone.click(PRESS)
    phone.wait_for_url(f"**/case/{case.reference}#added")
    phone.looks()
    first, second = others
    first.reload()
    first.wait_for_selector("main:has-text('It stands behind the gate')")
    assert first.locator("main img").first.evaluate("image => image.naturalWidth > 0")
    looks_right(first)

    officer = at_the_desk(chromium, base, case.reference)
    officer.wait_for_selector(".kit-timeline:has-text('It stands behind the gate')")
    assert officer.locator(".kit-timeline img").first.evaluate("image => image.naturalWidth > 0")
    looks_right(officer)
    officer.goto(f"{base}/desk/tasks/{Task.objects.get().pk}")
    officer.check("text=It is done")
    officer.click("text=End it")
    officer.wait_for_selector("text=That was a slip: open it again")
    second.reload()
    second.wait_for_selector("main:has-text('A person has read what you added.')")

    phone.click("a[href$='/choose/withdraw']")
    phone.looks()
    phone.click(PRESS)
    phone.wait_for_url(f"**/case/{case.reference}")
    phone.looks()
    second.reload()
    second.wait_for_selector("main h1:has-text('Withdrawn')")
    looks_right(second)
    assert [job.state for job in Job.objects.all()] == ["withdrawn"]
    officer.goto(f"{base}/desk/cases/{case.reference}")
    officer.wait_for_selector("main:has-text('Withdrawn')")


def test_keys_alone_add_a_word(open_district: Any, chromium: Any, live_server: Any) -> None:
    case, page = open_district.case(0), chromium.new_page()
    by_code(page, live_server.url, case.reference, "ann@resident.example")
    code = re.search(r"\b\d{6}\b", last_message())
    assert code
    page.focus("#code")
    page.keyboard.type(code[0])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/case/{case.reference}")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.href || ''").endswith("/add"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#text")
    page.focus("#text")
    page.keyboard.type("By the gate")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("main:has-text('What you added')")
    assert "By the gate" in page.inner_text("main")
