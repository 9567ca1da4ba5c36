"""An administrator makes a token for another system and revokes it."""

from typing import Any

import pytest

from doorstep.staff.models import Token
from tests.browser import looks_right, sign_in

pytestmark = pytest.mark.browser


def test_a_token_from_making_to_revoking(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    page = chromium.new_context(viewport={"width": 320, "height": 700}).new_page()
    page.set_default_timeout(15000)
    sign_in(page, live_server.url, "administrator")
    page.goto(f"{live_server.url}/desk/tokens")
    looks_right(page)
    page.click("main >> text=Make a token")
    looks_right(page)
    page.click("text=Make the token")
    page.wait_for_selector(".govuk-error-summary")
    assert page.title().startswith("Error: ")
    looks_right(page)
    page.fill("#name", "Contact centre")
    page.check("text=Send requests for residents")
    page.check("text=90 days")
    page.click("text=Make the token")
    page.wait_for_selector("#secret")
    assert page.inner_text("#secret").startswith("doorstep_")
    looks_right(page)
    page.click("text=All tokens")
    looks_right(page)
    page.click("main >> text=Revoke")
    looks_right(page)
    page.click("button:has-text('Revoke the token')")
    page.wait_for_selector("main >> text=Revoked")
    looks_right(page)
    assert Token.objects.get().revoked_at
