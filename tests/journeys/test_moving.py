"""Somebody tells us of a move on a phone, by keyboard, with scripts and without; who lives there is added one by one."""

from typing import Any

import pytest

from doorstep.cases.models import Case
from tests.browser import looks_right, sign_in
from tests.publishing import publish_library
from tests.typist import Typist

pytestmark = pytest.mark.browser
PHONE = {"width": 341, "height": 700}
GO_ON = "main form button:has-text('Continue')"


class Hands(Typist):
    """Goes to a field by Tab, as who has no mouse."""

    def reach(self, field: str) -> None:
        """Press Tab until a field is reached; its id."""
        for _ in range(80):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.id") == field:
                return
        raise AssertionError(f"{field} is not reached by Tab at {self.page.url}")

    def fill(self, **fields: str) -> None:
        """Type into fields in their order on the page."""
        for name, text in fields.items():
            self.reach(name.replace("__", "-"))
            self.type(text)

    def choose(self, field: str, *, down: int = 0) -> None:
        """Choose a radio: the first, or so many further down."""
        self.reach(field)
        self.press("Space", *["ArrowDown"] * down)

    def go_on(self, wait: str) -> None:
        """Press Enter, and wait for what the next page has."""
        self.press("Enter")
        self.page.wait_for_selector(wait)


def person(hands: Hands, number: int, name: str, year: str, wait: str) -> None:
    part = f"people-{number}"
    hands.reach(f"{part}-full_name")
    hands.type(name)
    hands.fill(**{f"{part}-born-day": "31", f"{part}-born-month": "3", f"{part}-born-year": year})
    hands.choose(f"{part}-student", down=1)
    hands.go_on(wait)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_who_moves_is_added_one_by_one_by_keyboard(
    chromium: Any, live_server: Any, open_district: Any, scripts: bool
) -> None:
    publish_library("council-tax-move")
    page = chromium.new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    looks = (lambda: looks_right(page)) if scripts else (lambda: None)
    page.goto(f"{live_server.url}/services/council-tax-move")
    page.click("text=Start now")
    page.wait_for_selector("#move")
    hands = Hands(page)
    hands.choose("move", down=2)
    hands.go_on("#use")
    hands.choose("use")
    hands.go_on("#postcode")
    hands.fill(postcode="le673fj")
    page.keyboard.press("Enter")
    page.wait_for_selector("#old_home")
    hands.choose("old_home")
    hands.go_on("#left-day")
    hands.fill(left__day="4", left__month="12", left__year="2199")
    hands.go_on(".govuk-error-summary")
    looks()
    _said_by_a_screen_reader(page)
    for part, text in (("day", "4"), ("month", "12"), ("year", "2026")):
        page.fill(f"#left-{part}", text)
    page.press("#left-year", "Enter")
    page.wait_for_selector("#forward-line1", state="attached")
    if not page.locator("#forward-line1").is_visible():
        page.click("summary:has-text('Type the address in')")
    looks()
    page.fill("#forward-line1", "Flat 2")
    page.fill("#forward-town", "Derby")
    page.fill("#forward-postcode", "DE1 1AA")
    page.click(GO_ON)

    page.wait_for_selector("#people-1-full_name")
    looks()
    person(hands, 1, "Ann Lee", "2980", ".govuk-error-summary")
    assert (
        "Person 1" in page.inner_text("main")
        and page.input_value("#people-1-full_name") == "Ann Lee"
    )
    looks()
    page.fill("#people-1-born-year", "1980")
    page.press("#people-1-born-year", "Enter")
    page.wait_for_selector("#people-more")
    looks()
    hands.choose("people-more")
    hands.go_on("#people-2-full_name")
    person(hands, 2, "Bob Lee", "1979", "#people-more")
    assert page.locator(".govuk-summary-list__row").count() == 2
    page.click("a:has-text('Remove') >> nth=1")
    page.wait_for_selector("text=Remove Person 2?")
    looks()
    page.click("text=No, keep it")
    page.wait_for_selector("#people-more")
    page.locator("#people-more-2").check()
    page.click(GO_ON)
    page.wait_for_selector("#account")
    page.click(GO_ON)
    page.wait_for_selector("#name")
    page.fill("#name", "Ann Lee")
    page.fill("#email", "ann@resident.example")
    page.click(GO_ON)
    page.wait_for_selector("#truth")
    looks()
    page.check("#truth")
    page.click(GO_ON)
    page.wait_for_selector("text=Check your answers")
    looks()
    assert "Bob Lee, Date of birth: 31 March 1979, Full-time student: No" in page.inner_text("main")
    page.click("button:has-text('Send this move')")
    page.wait_for_selector("text=We have your move")
    case = Case.objects.get()
    assert [one["full_name"] for one in case.answers["people"]] == ["Ann Lee", "Bob Lee"]

    desk = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(desk, live_server.url, "supervisor")
    desk.goto(f"{live_server.url}/desk/cases/{case.reference}")
    assert "Bob Lee, Date of birth: 31 March 1979" in desk.inner_text("main")
    looks_right(desk)


def _said_by_a_screen_reader(page: Any) -> None:
    """Hold that who hears the page is told of the mistake first, led to its field, and told again there."""
    summary = page.locator(".govuk-error-summary")
    assert page.title().startswith("Error: ")
    assert "This is too far ahead" in summary.inner_text()
    page.click(".govuk-error-summary__list a")
    assert page.evaluate("document.activeElement.id") == "left-day"
    group = page.locator("fieldset:has(#left-day)")
    told = group.get_attribute("aria-describedby") or ""
    error = next(name for name in told.split() if name.endswith("-error"))
    assert "This is too far ahead" in page.inner_text(f"#{error}")


def test_what_a_room_asks_comes_and_goes(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    publish_library("housing-repair")
    page = chromium.new_context(viewport=PHONE).new_page()
    page.set_default_timeout(15000)
    page.goto(f"{live_server.url}/services/housing-repair")
    page.click("text=Start now")
    page.fill("#postcode", "le673fj")
    page.click("text=Find address")
    page.check("text=1 Mill Lane")
    page.click(GO_ON)
    page.check("#tenant")
    page.click(GO_ON)
    page.wait_for_selector("#room")
    page.wait_for_selector(".form-revealed--works", state="attached")
    assert page.locator("#in_heating").count() == 1
    assert not page.locator("#in_heating").is_visible()
    looks_right(page)
    hands = Hands(page)
    hands.choose("room", down=2)
    page.wait_for_selector("#in_heating", state="visible")
    looks_right(page)
    hands.press("ArrowUp")
    page.wait_for_selector("#in_heating", state="hidden")
    page.wait_for_selector("#in_bathroom", state="visible")
    page.click(GO_ON)
    page.wait_for_selector(".govuk-error-summary")
    assert page.locator("#in_bathroom").is_visible()
    looks_right(page)


def test_a_caller_moves_on_one_page(chromium: Any, live_server: Any, open_district: Any) -> None:
    """At the desk an empty entry comes behind the one that is filled in; all is sent together."""
    publish_library("council-tax-move")
    page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.set_default_timeout(15000)
    sign_in(page, live_server.url, "adviser")
    page.goto(f"{live_server.url}/desk")
    page.select_option("select[name='service'] >> nth=0", "council-tax-move")
    page.click("button:has-text('Start')")
    page.wait_for_selector("#move")
    page.locator("#move-3").check()
    page.locator("#use").check()
    page.wait_for_selector("#people-1-full_name")
    assert page.locator("#people-2-full_name").count() == 0
    page.fill("#old_home-typed", "1 Mill Lane")
    page.press("#old_home-typed", "Tab")
    page.wait_for_selector("text=Another home")
    for part, text in (("day", "4"), ("month", "12"), ("year", "2026")):
        page.fill(f"#left-{part}", text)
    page.click("summary:has-text('Type the address in')")
    for field, text in (("line1", "Flat 2"), ("town", "Derby"), ("postcode", "DE1 1AA")):
        page.fill(f"#forward-{field}", text)
    _entry(page, 1, "Ann Lee", "1980")
    page.wait_for_selector("#people-2-full_name")
    looks_right(page)
    _entry(page, 2, "Bob Lee", "2079")
    page.wait_for_selector(".at-once__part[data-part=people] .govuk-error-message")
    page.wait_for_selector("#people-3-full_name")
    page.fill("#people-2-born-year", "1979")
    page.fill("#name", "Ann Lee")
    page.fill("#phone", "01632 960 001")
    page.locator("#truth").check()
    page.wait_for_selector(".at-once__decision--go")
    looks_right(page)
    page.click(".at-once__decision--go button:has-text('Send this move')")
    page.wait_for_url("**/desk/cases/**")
    case = Case.objects.get()
    assert [one["full_name"] for one in case.answers["people"]] == ["Ann Lee", "Bob Lee"]


def _entry(page: Any, number: int, name: str, year: str) -> None:
    page.fill(f"#people-{number}-full_name", name)
    for part, text in (("day", "31"), ("month", "3"), ("year", year)):
        page.fill(f"#people-{number}-born-{part}", text)
    page.locator(f"#people-{number}-student-2").check()
