"""A resident reads what is counted, says no, and is counted no more; on a phone, by keyboard, in both languages and schemes, without scripts."""

from typing import Any

import pytest

from doorstep.insight import actions as insight
from doorstep.insight.models import StepCell
from tests.browser import looks_right
from tests.insight.conftest import PHONE

pytestmark = pytest.mark.browser
WORDS = {
    "en": ("Do not count my visits", "You are not counted in this browser", "Count my visits again"),
    "cy": ("Peidio â chyfrif fy ymweliadau", "Nid ydych yn cael eich cyfrif", "Cyfrif fy ymweliadau eto"),
}  # fmt: skip


def counted() -> int:
    """Return how much was counted so far."""
    insight.FLUSHER.flush()
    return sum(StepCell.objects.values_list("n", flat=True))


@pytest.mark.by_turns
@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "cy")])
def test_by_keyboard_on_a_phone(
    open_district: Any, chromium: Any, live_server: Any, scheme: Any, language: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=scheme, base_url=live_server.url
    )
    page = context.new_page()
    page.goto(f"/language/{language}?next=/cookies")
    looks_right(page)
    no, said, yes = WORDS[language]
    page.focus(f"button:has-text('{no}')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"main:has-text('{said}')")
    looks_right(page)
    page.focus(f"button:has-text('{yes}')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"button:has-text('{no}')")
    context.close()


def test_without_scripts_nothing_moves_after_the_button(
    open_district: Any, chromium: Any, live_server: Any
) -> None:
    insight.CELLS.forget()
    context = chromium.new_context(
        java_script_enabled=False, user_agent=PHONE, base_url=live_server.url
    )
    page = context.new_page()

    def begin() -> None:
        page.goto("/services/missed-bin")
        page.fill("#postcode", "LE67 3FJ")
        page.click("main button:has-text('Start now'), main button:has-text('Begin afresh')")
        page.wait_for_selector("select, input[type=radio]")

    begin()
    before = counted()
    assert before
    page.goto("/cookies")
    page.click("button:has-text('Do not count my visits')")
    page.wait_for_selector("main:has-text('You are not counted')")
    begin()
    assert counted() == before
    context.close()
