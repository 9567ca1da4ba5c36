"""A page is wrong, and a call is promised: both stand on the list, are seen to, and end."""

from typing import Any

import pytest

from tests.browser import ONE_WORD, fits, looks_right, sign_in

pytestmark = pytest.mark.browser


# tests/web/test_tasks.py has the call without a browser, test_page_fault.py the fault and the lists' width with one.
@pytest.mark.long
def test_a_fault_is_told_and_a_call_is_promised_and_made(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    resident = chromium.new_page(viewport={"width": 320, "height": 700})
    resident.goto(f"{live_server.url}/services/missed-bin")
    resident.click("text=Something is wrong with this page")
    looks_right(resident)
    resident.click("main button:has-text('Tell us')")
    resident.wait_for_selector("text=There is a problem")
    looks_right(resident)
    resident.fill("#what", f"The button does nothing {ONE_WORD}")
    resident.click("main button:has-text('Tell us')")
    resident.wait_for_selector("text=Thank you for telling us")
    looks_right(resident)

    adviser = chromium.new_page(viewport={"width": 1300, "height": 900})
    sign_in(adviser, live_server.url, "adviser")
    adviser.click("nav >> text=To do")
    adviser.click("text=Promise a call, or something else to do")
    adviser.check("text=Call back")
    adviser.fill("#text", "What a second bin costs")
    adviser.fill("#telephone", "01632 960 123")
    adviser.click("text=Put it on the list")
    adviser.wait_for_selector("h1:has-text('What a second bin costs')")
    looks_right(adviser)

    officer = chromium.new_context(viewport={"width": 1300, "height": 900}).new_page()
    sign_in(officer, live_server.url, "officer")
    looks_right(officer)
    assert fits(officer)
    officer.click("nav >> text=To do")
    officer.wait_for_selector("td:has-text('/services/missed-bin')")
    looks_right(officer)
    assert fits(officer)
    officer.click("text=Call back: What a second bin costs")
    officer.click("text=I will see to it")
    officer.wait_for_selector("text=Leave it to the team again")
    officer.check("text=It is done")
    officer.fill("#said", "She was glad")
    officer.click("text=End it")
    officer.wait_for_selector("text=That was a slip: open it again")
    looks_right(officer)
    adviser.reload()
    adviser.wait_for_selector("text=She was glad")
