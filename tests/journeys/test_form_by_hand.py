"""A form by keyboard and by finger: Enter goes on, a list is filtered, days are a grid, numbers have buttons."""

from typing import Any

import pytest

from doorstep.bookings.models import Calendar
from doorstep.cases.models import Draft
from doorstep.places.models import Property
from tests.browser import looks_right
from tests.publishing import publish_library

pytestmark = pytest.mark.browser
BULKY = "/services/bulky-waste"


@pytest.fixture
def base(open_district: Any, live_server: Any) -> str:
    publish_library("bulky-waste", now=open_district.now)
    Calendar.objects.create(
        code="ALL", name="Everywhere", kind="bulky", wards=[], weekdays=list(range(7)), capacity=2, unit="jobs"
    )  # fmt: skip
    more = Property.objects.get(uprn=1001)
    more.pk, more.line, more.sort = 2001, "Rose Cottage, Mill Lane", 9
    more.save()
    return str(live_server.url)


def opened(chromium: Any, base: str, scripts: bool = True, width: int = 375) -> Any:
    size = {"width": width, "height": 700}
    page = chromium.new_context(viewport=size, java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    page.goto(f"{base}{BULKY}")
    page.click("text=Start now")
    page.wait_for_selector("#postcode")
    return page


def to_items(page: Any) -> None:
    """Choose a home by Enter alone."""
    page.fill("#postcode", "le673fj")
    page.press("#postcode", "Enter")
    page.wait_for_selector("h1:has-text('Choose your address')")
    page.focus("#property")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('What do you want us to take')")


def to_days(page: Any) -> None:
    to_items(page)
    page.fill("#things-mattress", "1")
    page.press("#things-mattress", "Enter")
    page.wait_for_selector("h1:has-text('Which day')")


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_enter_goes_on_from_each_page(chromium: Any, base: str, scripts: bool) -> None:
    page = opened(chromium, base, scripts)
    to_days(page)
    page.focus("#slot")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.fill("#where", "On the drive")
    page.click("main button:has-text('Continue')")
    page.fill("#name", "Ann Example")
    page.fill("#email", "ann@resident.example")
    page.press("#email", "Enter")
    page.wait_for_selector("h1:has-text('Check your answers')")
    assert page.inner_text(".form-service__step") == "Step 6 of 6"


def test_homes_are_filtered_by_their_number(chromium: Any, base: str) -> None:
    page = opened(chromium, base)
    page.fill("#postcode", "le673fj")
    page.press("#postcode", "Enter")
    page.wait_for_selector("#property-search")
    looks_right(page)
    page.check("text=2 Mill Lane")
    page.fill("#property-search", "3")
    # What is chosen is never sent unseen.
    assert page.locator(".govuk-radios__item:visible").all_inner_texts() == [
        "2 Mill Lane, Coalville, LE67 3FJ",
        "3 Mill Lane, Coalville, LE67 3FJ",
    ]
    assert page.inner_text("[role=status]") == "Shown: 2 of 9"
    page.fill("#property-search", "rose")
    page.press("#property-search", "Enter")
    assert "Choose your address" in page.inner_text("h1")
    looks_right(page)
    page.go_back()
    page.wait_for_selector("#postcode")
    page.go_forward()
    page.reload()
    page.wait_for_selector("#property-search")
    page.click("text=Change the postcode")
    assert page.input_value("#postcode") == "LE67 3FJ"


def test_buttons_step_the_number_and_the_price_stays_in_sight(chromium: Any, base: str) -> None:
    page = opened(chromium, base)
    to_items(page)
    more, less = (page.get_by_label(f"One {word}: Mattress") for word in ("more", "less"))
    assert less.get_attribute("aria-disabled") == "true"
    more.press("Enter")
    more.click()
    assert page.input_value("#things-mattress") == "2"
    page.wait_for_selector("#so-far >> text=2 items")
    assert page.inner_text("#things-counted") == "Mattress: 2"
    looks_right(page)
    page.evaluate("scrollTo(0, 0)")
    bar = page.locator("#so-far")
    assert bar.bounding_box()["y"] + bar.bounding_box()["height"] <= 701
    # Whatever has the focus stands above the bar.
    fields = page.locator(".form-steps input")
    fields.first.focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        box = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
        if page.evaluate("Boolean(document.activeElement.closest('.form-steps'))"):
            assert box <= bar.bounding_box()["y"] + 1
    for _ in range(3):
        less.press("Enter")
    assert page.input_value("#things-mattress") == ""


def test_a_text_is_counted_as_the_server_counts_it(chromium: Any, base: str) -> None:
    page = opened(chromium, base)
    to_days(page)
    page.focus("#slot")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.fill("#where", "e\u0301" * 150 + "👍" * 149 + "\n" + "x\u202a\u200f\uf0b7" + " " * 20)
    page.wait_for_selector(".govuk-character-count__status:has-text('1 character too many')")
    page.click("main button:has-text('Continue')")
    page.wait_for_selector(".govuk-error-summary:has-text('it is 1 too long')")
    looks_right(page)


def test_days_are_a_grid_and_a_list_of_one_choice(chromium: Any, base: str) -> None:
    page = opened(chromium, base, width=1024)
    to_days(page)
    looks_right(page)
    assert page.locator("#slot-10").is_visible() and not page.locator("#slot-11").is_visible()
    page.locator("td[tabindex='0']").focus()
    page.keyboard.press("Enter")
    assert page.is_checked("#slot")
    for key, number in (("ArrowRight", 2), ("ArrowDown", 9), ("ArrowLeft", 8), ("ArrowUp", 1)):
        page.keyboard.press(key)
        page.keyboard.press("Space")
        chosen = "slot" if number == 1 else f"slot-{number}"
        assert page.is_checked(f"#{chosen}"), key
        name = page.inner_text(f"label[for={chosen}].govuk-radios__label")
        assert page.inner_text(".form-chosen strong") == name
        assert page.locator("td[aria-selected=true]").get_attribute("aria-label") == name
    page.keyboard.press("PageDown")
    page.keyboard.press("Home")
    page.keyboard.press("End")
    page.keyboard.press("PageUp")
    at = page.evaluate(
        "document.activeElement.closest('table') === document.querySelector('table')"
    )
    assert at and page.evaluate("document.querySelectorAll('td[tabindex=\"0\"]').length") == 1
    page.locator("td label").nth(13).click()
    # The list stays folded, so that the button does not move away; the name above it says which.
    assert page.is_checked("#slot-14") and not page.locator("#slot-14").is_visible()
    name = page.locator("label[for=slot-14].govuk-radios__label").text_content()
    assert page.inner_text(".form-chosen strong") == str(name).strip()
    looks_right(page)
    page.click("main button:has-text('Continue')")
    page.wait_for_selector("#where")
    assert Draft.objects.get().answers["slot"]


def test_without_scripts_the_chosen_day_is_seen_too(chromium: Any, base: str) -> None:
    page = opened(chromium, base, scripts=False)
    to_days(page)
    assert not page.locator(".form-chosen").is_visible()
    page.locator("td label").nth(3).click()
    assert page.is_checked("#slot-4")
    name = page.inner_text("label[for=slot-4].govuk-radios__label")
    assert page.inner_text(".form-chosen strong") == name
    page.click("text=More days")
    page.check("#slot-12")
    assert page.inner_text("label[for=slot-12].govuk-radios__label") in page.inner_text(
        ".form-chosen"
    )
