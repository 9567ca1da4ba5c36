"""A list, a price so far, a calendar, a choice: in a browser, at phone width and by keyboard alone."""

from typing import Any

import pytest

from doorstep.cases.models import Case, Draft
from tests.browser import comes_to, looks_right
from tests.fetching.conftest import BASE, open_fetching  # noqa: F401

pytestmark = pytest.mark.browser


def begun(chromium: Any, base: str, scripts: bool = True) -> Any:
    """Return a page at 320 pixels on the list of items."""
    size = {"width": 320, "height": 700}
    page = chromium.new_context(viewport=size, java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    page.goto(f"{base}{BASE}")
    page.click("text=Start now")
    page.wait_for_selector("#things-sofa")
    return page


def test_the_list_is_searched_and_the_price_follows_by_itself(
    chromium: Any,
    live_server: Any,
    open_fetching: Any,  # noqa: F811
) -> None:
    page = begun(chromium, live_server.url)
    looks_right(page)
    assert not page.is_visible("text=Work out the price")
    page.fill("#things-search", "SOF")
    assert page.is_visible("#things-sofa") and not page.is_visible("#things-chair")
    page.fill("#things-search", "piano")
    assert "Nothing in the list is called that" in page.inner_text("#things-found")
    assert not page.is_visible("#things-sofa")
    looks_right(page)
    page.fill("#things-search", "")
    page.fill("#things-sofa", "2")
    page.press("#things-sofa", "Tab")
    page.wait_for_selector("#so-far >> text=2 items: £40.00")
    page.fill("#things-sofa", "")
    page.fill("#things-chair", "3")
    page.press("#things-chair", "Tab")
    page.wait_for_selector("#so-far >> text=3 items: £15.00")
    looks_right(page)


def test_without_scripts_a_button_works_the_price_out(
    chromium: Any,
    live_server: Any,
    open_fetching: Any,  # noqa: F811
) -> None:
    page = begun(chromium, live_server.url, scripts=False)
    assert not page.is_visible("#things-search")
    page.fill("#things-sofa", "1")
    page.click("text=Work out the price")
    page.wait_for_selector("#so-far:has-text('1 item: £20.00')")
    assert page.input_value("#things-sofa") == "1"


def test_mistakes_lead_to_their_fields_and_every_day_is_reached_by_keyboard(
    chromium: Any,
    live_server: Any,
    open_fetching: Any,  # noqa: F811
) -> None:
    page = begun(chromium, live_server.url)
    page.fill("#things-sofa", "9")
    page.click("text=Continue")
    page.click(".govuk-error-summary a")
    comes_to(page, "things-sofa")
    looks_right(page)
    page.fill("#things-sofa", "1")
    page.click("text=Continue")
    page.wait_for_selector("input[name=slot]")
    looks_right(page)
    page.click("text=Continue")
    page.click(".govuk-error-summary a")
    comes_to(page, "slot")
    looks_right(page)
    page.keyboard.press("Space")
    seen = [page.evaluate("document.activeElement.value")]
    for _ in range(8):
        page.keyboard.press("ArrowDown")
        seen.append(page.evaluate("document.activeElement.value"))
    days = open_fetching.days
    assert seen == [days.slot(n) for n in (0, 1, 3, 4, 5, 6, 7, 8, 9)]
    page.click("text=Days that cannot be chosen, and why")
    page.wait_for_selector("text=Public holiday")
    looks_right(page)
    page.click("text=Continue")
    page.wait_for_selector("text=We are keeping your day for you until")
    looks_right(page)
    assert Draft.objects.get().answers["slot"]["id"] == days.slot(9)


def test_a_choice_is_asked_once_more_and_made(
    chromium: Any,
    live_server: Any,
    open_fetching: Any,  # noqa: F811
) -> None:
    page = begun(chromium, live_server.url)
    page.fill("#things-sofa", "1")
    page.click("text=Continue")
    page.click(".form-month label >> nth=3")  # the calendar's days are labels of the list
    page.click("text=Continue")
    page.fill("#gift", "2.50")
    page.click("text=Continue")
    looks_right(page)
    page.click("button:has-text('Send')")
    page.wait_for_url("**/sent")
    case = Case.objects.get()
    page.goto(f"{live_server.url}/case/{case.reference}")
    looks_right(page)
    page.click("text=Cancel this")
    looks_right(page)
    page.click("button:has-text('Cancel this')")
    page.wait_for_selector("text=It is cancelled.")
    page.goto(f"{live_server.url}/case/{case.reference}/choose/other")
    looks_right(page)
    assert "This can no longer be chosen" in page.inner_text("h1")
