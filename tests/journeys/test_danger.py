"""What sounds like danger, where a person is asked to look at a stop: ring first, and only then is it sent."""

from typing import Any

import pytest

from tests.browser import comes_to, looks_right, report
from tests.publishing import publish_library

pytestmark = pytest.mark.browser


@pytest.mark.by_turns
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ring_first_then_say_that_nobody_is_in_danger(
    open_district: Any, chromium: Any, live_server: Any, scheme: str
) -> None:
    publish_library("tell-us-anything", now=open_district.now)
    open_district.case(0)
    page = chromium.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=scheme
    ).new_page()
    report(page, live_server.url, 1)
    page.click("text=Ask a person to look at this")
    page.fill("#text", "There is someone with a knife at the bins")
    page.click("main form button")
    page.wait_for_selector("#calm")
    assert page.title().startswith("Error:")
    looks_right(page)
    ring, calm = page.locator(".govuk-error-summary a").all()
    assert str(ring.get_attribute("href")) == "tel:999" and "ring 999" in ring.inner_text()
    calm.click()
    comes_to(page, "calm")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent*")
    looks_right(page)
