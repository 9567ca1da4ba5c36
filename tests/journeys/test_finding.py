"""An adviser finds whoever calls by the keyboard alone, from the first letter to the opened page."""

from typing import Any

import pytest

from doorstep.staff.models import Look, StaffUser
from tests.browser import comes_to, keep_signed_in, looks_right, sign_in
from tests.typist import Typist, found

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(chromium: Any, live_server: Any, open_district: Any) -> Any:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(15000)
    sign_in(page, live_server.url, "adviser")
    return page


def test_a_home_by_its_street_misspelt(desk: Any) -> None:
    adviser = Typist(desk)
    adviser.press("/")
    comes_to(desk, "desk-find")
    adviser.type("3 mlil ln")
    found(desk, "3 Mill Lane")
    assert "spelt like it" in desk.inner_text(".find [role=status]")
    looks_right(desk)
    adviser.press("Enter")
    desk.wait_for_selector("h1:has-text('3 Mill Lane')")
    assert (adviser.keys, adviser.loads) == (11, 1)
    assert desk.url.endswith("/desk/homes/1003")
    assert Look.objects.filter(what="home", key="1003").count() == 1
    looks_right(desk)


def test_a_case_by_its_reference_without_hyphens(desk: Any, open_district: Any) -> None:
    case = open_district.case(1)
    adviser = Typist(desk)
    adviser.press("/")
    adviser.type(case.reference.replace("-", "").lower())
    # The Enter key waits for nothing: what can mean one page only leads there.
    adviser.press("Enter")
    desk.wait_for_url(f"**/desk/cases/{case.reference}")
    desk.wait_for_load_state()
    assert (adviser.keys, adviser.loads) == (12, 1)


def test_the_list_is_gone_through_by_groups_and_closed(desk: Any, open_district: Any) -> None:
    case = open_district.case(1)
    desk.keyboard.press("/")
    desk.keyboard.type("mill lane")
    found(desk, "1 Mill Lane")
    box = desk.locator("#desk-find")
    assert box.get_attribute("aria-expanded") == "true"
    assert box.get_attribute("aria-controls") == "desk-found"
    desk.keyboard.press("ArrowDown")
    found(desk, "2 Mill Lane")
    assert box.get_attribute("aria-activedescendant") == "desk-found-homes-2"
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    found(desk, case.reference)
    desk.keyboard.press("Alt+ArrowDown")
    found(desk, "1 Mill Lane")
    desk.keyboard.press("Alt+ArrowDown")
    found(desk, case.reference)
    desk.keyboard.press("Escape")
    desk.wait_for_selector(".find__list", state="hidden")
    assert box.get_attribute("aria-expanded") == "false" and box.input_value() == "mill lane"
    assert box.get_attribute("aria-controls") is None
    desk.keyboard.press("ArrowDown")
    found(desk, "1 Mill Lane")
    desk.keyboard.press("Tab")
    desk.wait_for_selector(".find__list", state="hidden")


def test_where_nothing_is_found_no_list_is_said_to_be_there(desk: Any, open_district: Any) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("zzzz qqqq")
    desk.wait_for_selector(".find__said")
    box = desk.locator("#desk-find")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.get_attribute("aria-controls") is None
    assert desk.locator(".find__list [role=listbox]").count() == 0
    looks_right(desk)


def test_the_key_writes_itself_in_a_field_and_leads_nowhere_once_it_is_off(
    desk: Any, live_server: Any
) -> None:
    desk.goto(f"{live_server.url}/desk/shortcuts")
    looks_right(desk)
    desk.fill("#key", "")
    desk.focus("#key")
    desk.keyboard.press("/")
    assert desk.input_value("#key") == "/"
    desk.fill("#key", "")
    desk.click("main button")
    desk.wait_for_selector("form.find[data-key='']")
    assert StaffUser.objects.get(username="adviser").find_key == ""
    desk.keyboard.press("/")
    assert desk.evaluate("document.activeElement.id") != "desk-find"


def test_without_scripts_the_box_leads_to_a_page(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 341, "height": 700}
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/desk/sign-in")
    keep_signed_in(page, live_server.url, "adviser")
    page.goto(f"{live_server.url}/desk")
    page.fill("#desk-find", "mlil lane 4")
    page.click(".find__go")
    page.click("main a:has-text('4 Mill Lane')")
    page.wait_for_selector("h1:has-text('4 Mill Lane')")
    context.close()


@pytest.mark.parametrize("width", [1366, 341])
def test_a_homes_page_begins_a_service_and_holds_at_each_width(
    desk: Any, live_server: Any, open_district: Any, width: int
) -> None:
    open_district.case(0)
    open_district.case(1)
    desk.set_viewport_size({"width": width, "height": 768})
    desk.goto(f"{live_server.url}/desk/homes/1001")
    looks_right(desk)
    assert desk.evaluate("document.activeElement.localName") == "h1"
    small = """[...document.querySelectorAll('main :is(a, button, select, summary)')]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24)
        .map(one => one.textContent)"""
    assert desk.evaluate(small) == []
    desk.click("text=Half a year of lifts")
    desk.wait_for_selector("h1:has-text('Collections at 1 Mill Lane')")
    looks_right(desk)
    desk.go_back()
    # The heading has the focus: the next key leads to the services.
    desk.focus("h1")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("h1:has-text('bin')")
    assert "/desk/new/missed-bin/" in desk.url and desk.url.endswith("/all")
