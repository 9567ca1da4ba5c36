"""An officer moves a street to another round and enters Christmas; the resident's page shows it, and undo takes it back."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.waste.models import Container, Round
from tests.browser import looks_right, sign_in

pytestmark = pytest.mark.browser


def test_from_the_round_book_to_the_resident_and_back(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    base, district = live_server.url, open_district
    Round.objects.create(
        code="REF-2", name="Ashby", stream="refuse", anchor=district.today, weeks=1
    )
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.set_default_timeout(15000)
    sign_in(page, base, "officer")
    page.click("button:has-text('Menu')")  # at this width the links are behind it
    page.click("a:has-text('Round book')")
    looks_right(page)
    page.click("a:has-text('REF-1')")
    looks_right(page)
    page.fill("#since", "")
    page.click("form[action$=street] button")
    page.wait_for_selector(".govuk-error-summary:has-text('Enter a day')")
    looks_right(page)
    page.fill("#since", (district.today + timedelta(days=1)).isoformat())
    page.select_option("#to", "REF-2")
    page.click("form[action$=street] button")
    page.wait_for_selector("main:has-text('8 homes notice it')")
    looks_right(page)
    page.click("text=Make this change")
    page.wait_for_selector("text=The change is made")
    looks_right(page)
    assert Container.objects.filter(round_id="REF-2").count() == 8
    page.click("text=Undo this change")
    page.wait_for_selector("text=It was undone by officer")
    for path in ("plan/new", "plan/calendar", "plan/import", "plan/changes", "plan/homes/1001"):
        page.goto(f"{base}/desk/{path}")
        looks_right(page)

    page.goto(f"{base}/desk/plan/calendar")
    page.fill("#day-0", (district.today + timedelta(days=8)).isoformat())
    page.click("form:has(#day-0) button")
    looks_right(page)
    page.click("text=Make this change")
    page.wait_for_selector("text=The change is made")
    page.goto(f"{base}/desk/plan/calendar")
    page.wait_for_selector("main:has-text('Not collected')")
    looks_right(page)
