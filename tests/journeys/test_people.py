"""An administrator narrows an officer to one team; what they may do changes with their next click. A supervisor restricts a case."""

from typing import Any

import pytest

from tests.browser import looks_right, sign_in

pytestmark = pytest.mark.browser


def signed_in(chromium: Any, base: str, name: str, width: int) -> Any:
    page = chromium.new_context(viewport={"width": width, "height": 700}).new_page()
    page.set_default_timeout(15000)
    sign_in(page, base, name)
    page.wait_for_url("**/desk**")
    return page


def test_an_officer_is_narrowed_and_meets_it_at_the_next_click(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    base, case = live_server.url, open_district.case(0)
    there = f"{base}/desk/cases/{case.reference}"
    officer = signed_in(chromium, base, "officer", 1200)
    officer.goto(there)
    officer.click("#more > summary")
    assert officer.is_visible("text=Calls to other systems")
    ada = signed_in(chromium, base, "administrator", 320)
    ada.goto(f"{base}/desk/people/teams")
    ada.fill("#name", "Street Environment")
    ada.click("text=Add the team")
    ada.wait_for_selector("dt:has-text('Street Environment')")
    looks_right(ada)
    ada.goto(f"{base}/desk/people")
    looks_right(ada)
    ada.fill("#name", "offic")
    ada.click("main button:has-text('Search')")
    ada.wait_for_url("**/people?name=offic")
    looks_right(ada)
    ada.click("main >> text=Officer >> nth=0")
    looks_right(ada)
    ada.click("main >> text=Give a role")
    ada.click("main button:has-text('Continue')")
    ada.wait_for_selector(".govuk-error-summary")
    looks_right(ada)
    ada.check("input[value=officer]")
    ada.click("main button:has-text('Continue')")
    ada.click("main button:has-text('Give the role')")
    ada.wait_for_selector(".govuk-error-summary >> text=Choose a team")
    looks_right(ada)
    ada.select_option("#of", "Street Environment")
    looks_right(ada)
    ada.click("main button:has-text('Give the role')")
    ada.wait_for_selector("text=Officer, Street Environment")
    ada.click("li:has-text('every team') button")
    ada.wait_for_selector("text=Role withdrawn")
    looks_right(ada)
    officer.goto(there)
    officer.click("#more > summary")
    assert not officer.is_visible("text=Calls to other systems")
    for address in ("not-narrowed", "new"):
        ada.goto(f"{base}/desk/people/{address}")
        looks_right(ada)


def test_a_supervisor_restricts_a_case_and_others_lose_it(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    base, case = live_server.url, open_district.case(0)
    there = f"{base}/desk/cases/{case.reference}"
    supervisor = signed_in(chromium, base, "supervisor", 320)
    supervisor.goto(there)
    supervisor.click("#more > summary")
    supervisor.click("text=Restrict who sees this case")
    supervisor.click("button:has-text('Restrict it')")
    supervisor.wait_for_selector(".govuk-error-summary")
    looks_right(supervisor)
    supervisor.fill("#why", "Names somebody who hides")
    supervisor.click("button:has-text('Restrict it')")
    supervisor.wait_for_selector("main >> text=Restricted")
    officer = signed_in(chromium, base, "officer", 1200)
    assert officer.goto(there).status == 404
    manager = signed_in(chromium, base, "manager", 320)
    other = open_district.case(1)
    manager.goto(f"{base}/desk/cases/{other.reference}")
    looks_right(manager)
    assert manager.is_visible("text=is not shown to you")
