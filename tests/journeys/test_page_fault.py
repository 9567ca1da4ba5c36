"""Something is wrong with a page: told on a phone, found at the desk, mended with a word, and the end taken back."""

from typing import Any

import pytest

from doorstep.tasks.models import Task
from tests.browser import ONE_WORD, comes_to, fits, looks_right, sign_in

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def resident(phone: Any) -> Any:
    return phone


def told(resident: Any) -> None:
    """Tell it from a page, once with nothing written."""
    resident.goto("/services/missed-bin")
    resident.click("a[href^='/page-fault']")
    resident.looks()
    resident.click("main button")
    resident.wait_for_selector(".govuk-error-summary")
    resident.looks()
    resident.fill("#what", f"The map is empty\nand the button does nothing {ONE_WORD}")
    resident.fill("#email", "ann@resident.example")
    resident.click("main button")
    resident.wait_for_url("**/page-fault/told")
    resident.looks()


@pytest.mark.by_turns
def test_a_pages_fault_is_told_and_mended(
    open_district: Any, resident: Any, chromium: Any, live_server: Any
) -> None:
    told(resident)
    task = Task.objects.get()
    assert (task.page, task.email) == ("/services/missed-bin", "ann@resident.example")

    adviser = chromium.new_context(viewport={"width": 1300, "height": 900}).new_page()
    adviser.set_default_timeout(15000)
    sign_in(adviser, live_server.url, "adviser")
    adviser.wait_for_selector("td:has-text('The map is empty')")
    looks_right(adviser)
    assert fits(adviser)
    adviser.click("nav >> text=To do")
    adviser.wait_for_selector("td:has-text('/services/missed-bin')")
    looks_right(adviser)
    assert fits(adviser)
    adviser.click("text=A page is wrong")
    adviser.wait_for_selector("text=ann@resident.example")
    looks_right(adviser)
    adviser.click("text=I will see to it")
    adviser.wait_for_selector("text=Leave it to the team again")
    adviser.check("text=It is done")
    adviser.fill("#said", "The map is there again; written to Ann")
    adviser.click("text=End it")
    adviser.wait_for_selector("text=That was a slip: open it again")
    looks_right(adviser)
    task.refresh_from_db()
    assert task.end == "done" and adviser.is_visible("text=The map is there again")
    adviser.click("text=That was a slip: open it again")
    adviser.wait_for_selector("main >> text=To do")
    task.refresh_from_db()
    assert task.ended_at is None and adviser.is_visible("text=The map is there again")
    adviser.goto(f"{live_server.url}/desk/tasks")
    adviser.wait_for_selector("td:has-text('/services/missed-bin')")
    adviser.goto(f"{live_server.url}/desk/tasks/{task.pk}")
    adviser.check("text=It is done")
    adviser.click("text=End it")
    adviser.wait_for_selector("text=That was a slip: open it again")


def test_keys_alone_tell_it(open_district: Any, chromium: Any, live_server: Any) -> None:
    page = chromium.new_page(viewport=PHONE)
    page.goto(f"{live_server.url}/contact")
    for _ in range(60):
        page.keyboard.press("Tab")
        if "/page-fault" in page.evaluate("document.activeElement.href || ''"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#what")
    page.focus("#what")
    page.keyboard.type("The telephone number is old")
    page.keyboard.press("Tab")
    comes_to(page, "email")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Thank you for telling us")
    assert Task.objects.get().text == "The telephone number is old"
