"""The desk's frame: one heading, nothing sideways, no target under 24 px, and a keyboard that comes everywhere in order."""

from typing import Any

import pytest
from django.utils import timezone

from doorstep.staff.models import Grant, StaffUser
from tests.browser import keep_signed_in, looks_right
from tests.streets import Streets

pytestmark = pytest.mark.browser

# As wide as a usual screen of an office, as a small one, and as the usual one at 400 %.
WIDTHS = ((1366, "light"), (1366, "dark"), (1024, "light"), (341, "light"))
PAGES = (
    "/desk",
    "/desk/tasks",
    "/desk/homes",
    "/desk/bookings",
    "/desk/payments",
    "/desk/services",
    "/desk/plan",
    "/status",
)
# What can be pressed, and is smaller than 24 by 24 px; a skip link is seen only once it has the focus.
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, label")]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.matches(".govuk-skip-link, .form-enter"))
    .filter(one => !one.closest(".govuk-visually-hidden") && getComputedStyle(one).clipPath === "none")
    .filter(one => one.localName !== "label" || one.control)
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width && (box.width < 24 || box.height < 24) && one.localName !== "label")
    .map(([one, box]) => `${one.outerHTML.slice(0, 80)}: ${box.width} x ${box.height}`)"""


NAME = "North West Leicestershire Desk"
# What has the focus: the name of a field, or the first line of what it says.
FOCUSED = "document.activeElement.id || document.activeElement.innerText.split('\\n')[0].trim()"


def browser(chromium: Any, base: str, name: str, scheme: str = "light") -> Any:
    size = {"width": 1366, "height": 768}
    context = chromium.new_context(viewport=size, base_url=base, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(15000)
    keep_signed_in(page, base, name)
    return page


def is_in_order(page: Any) -> None:
    """Hold that a page has one heading and one main part, and nothing too small to be pressed."""
    looks_right(page)
    assert page.locator("h1").count() == 1, page.url
    assert page.locator("main").count() == 1 and page.locator("header").count() == 1
    assert page.evaluate(SMALL) == [], (page.url, page.viewport_size)


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_pages_stand_in_the_frame_at_each_width(
    chromium: Any, live_server: Any, open_district: Any, width: int, scheme: str
) -> None:
    case = open_district.case(0)
    page = browser(chromium, live_server.url, "supervisor", scheme)
    page.set_viewport_size({"width": width, "height": 700})
    for there in (*PAGES, f"/desk/cases/{case.reference}"):
        page.goto(there)
        is_in_order(page)
    page.goto("/desk")
    page.click("text=Start")
    page.wait_for_selector(".desk-bar")
    is_in_order(page)


def test_navigation_holds_on_one_line_and_folds_when_narrow(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    """Who has every role has the longest."""
    page = browser(chromium, live_server.url, "supervisor")
    everything = StaffUser.objects.get(username="supervisor")
    made_at = timezone.now()
    for role in ("administrator", "designer"):
        Grant.objects.create(staff=everything, role=role, source="screen", made_at=made_at)
    page.goto("/desk")
    rooms = page.locator(".govuk-service-navigation__item")
    assert rooms.count() == 14
    assert len({box["y"] for box in (one.bounding_box() for one in rooms.all())}) == 1
    assert page.locator("main").bounding_box()["y"] < 100
    page.set_viewport_size({"width": 341, "height": 700})
    page.wait_for_selector("text=Round book", state="hidden")
    page.focus("text=Menu")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Round book")
    looks_right(page)


def test_by_the_keyboard_alone(chromium: Any, live_server: Any, open_district: Any) -> None:
    page = browser(chromium, live_server.url, "officer")
    page.goto("/desk")
    met = []
    while not met or met[-1] != "Worklist":
        page.keyboard.press("Tab")
        met.append(page.evaluate(FOCUSED))
    assert met[0] == "Skip to main content" and len(met) < 9, met
    council, box, me, first = (met.index(one) for one in (NAME, "desk-find", "Officer", "Worklist"))
    assert council < box < me < first
    page.keyboard.press("Shift+Tab")
    assert not page.is_visible("text=Sign out")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Sign out")
    looks_right(page)
    while page.evaluate(FOCUSED) != "Sign out":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Sign in')")


def test_sixteen_cases_are_on_the_first_screen(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    streets = Streets(open_district)
    for number in range(17):
        streets.case(email=f"{number}@resident.example")
    page = browser(chromium, live_server.url, "officer")
    page.goto("/desk")
    boxes = [row.bounding_box() for row in page.locator("tbody tr").all()]
    assert sum(box["y"] + box["height"] <= 768 for box in boxes) >= 16


def test_the_menu_closes_and_what_is_typed_elsewhere_is_kept(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    case = open_district.case(0)
    page = browser(chromium, live_server.url, "officer")
    page.goto(f"/desk/cases/{case.reference}")
    page.click(".desk-me > summary")
    page.keyboard.press("Escape")
    assert page.locator(".desk-me[open]").count() == 0
    assert page.evaluate("document.activeElement.closest('.desk-me') !== null")
    page.click(".desk-me > summary")
    page.click("h1")
    assert page.locator(".desk-me[open]").count() == 0
    page.fill("#text", "A note half written")
    page.fill("#reason", "They rang")
    page.click("button:has-text('Decide')")
    page.wait_for_selector(".govuk-error-summary:has-text('Choose what should happen')")
    assert page.input_value("#text") == "A note half written"
    assert page.input_value("#reason") == "They rang"
    page.emulate_media(media="print")
    assert page.locator("main form:visible").count() == 0
