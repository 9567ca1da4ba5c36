"""A caller is found by a misspelt name, and two records of one person are shown as one and parted: by the keyboard alone."""

from typing import Any

import pytest
from django.utils import timezone

from doorstep.customers import matching, people
from doorstep.customers.models import Person
from doorstep.staff.actor import Actor
from doorstep.staff.models import Look
from tests.browser import keep_signed_in, looks_right, sign_in
from tests.typist import Typist, found

pytestmark = pytest.mark.browser
ADVISER = Actor("staff", "adviser", "adviser")


def person(district: Any, name: str, number: int) -> tuple[Person, Any]:
    """Return somebody with a case about a home, and the case."""
    case = district.case_of(f"{name.split()[0]}@resident.example".lower(), number)
    matching.match(timezone.now())
    case.customer.refresh_from_db()
    number = case.customer.person_id
    return people.change(
        person_id=number, values={"name": name}, by=ADVISER, now=timezone.now()
    ), case


@pytest.fixture
def desk(chromium: Any, live_server: Any, open_district: Any) -> Any:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(15000)
    sign_in(page, live_server.url, "adviser")
    return page


def test_how_a_case_stands_by_a_misspelt_name(desk: Any, open_district: Any) -> None:
    margaret, case = person(open_district, "Margaret Whitmore", 0)
    adviser = Typist(desk)
    adviser.press("/")
    adviser.type("whitmroe")
    found(desk, "Margaret Whitmore")
    assert "spelt or sound like it" in desk.inner_text(".find [role=status]")
    looks_right(desk)
    adviser.press("Enter")
    desk.wait_for_selector("h1:has-text('Margaret Whitmore')")
    looks_right(desk)
    # Service, stage and due day stand on that page; the case itself is one load further.
    assert "With the crew" in desk.inner_text("main")
    assert (adviser.keys, adviser.loads) == (10, 1)
    assert Look.objects.filter(what="customer", key=str(margaret.pk)).count() == 1
    adviser.press("/")
    adviser.type("whitm")
    found(desk, "Margaret Whitmore")
    adviser.press("Alt+ArrowDown", "Enter")
    desk.wait_for_url(f"**/desk/cases/{case.reference}")
    desk.wait_for_load_state()
    assert (adviser.keys, adviser.loads) == (18, 2)
    looks_right(desk)


def tab_to(adviser: Typist, words: str) -> None:
    """Go on by Tab until what has the focus says this; fails where nothing does."""
    for _ in range(80):
        adviser.press("Tab")
        if words in adviser.page.evaluate(
            "document.activeElement.innerText || document.activeElement.id || ''"
        ):
            return
    raise AssertionError(f"nothing that says {words!r} is reached by Tab")


def test_two_records_are_merged_and_parted(desk: Any, open_district: Any) -> None:
    ann, _ = person(open_district, "Ann Smith", 0)
    anna, case = person(open_district, "Anna Miller", 1)
    adviser = Typist(desk)
    adviser.press("/")
    adviser.type("ann smith")
    found(desk, "Ann Smith")
    adviser.press("Enter")
    desk.wait_for_selector("h1:has-text('Ann Smith')")
    tab_to(adviser, "Another record of theirs")
    adviser.press("Enter")
    desk.wait_for_selector("#who")
    looks_right(desk)
    tab_to(adviser, "who")
    adviser.type("miller")
    adviser.press("Enter")
    desk.wait_for_selector("text=Anna Miller")
    looks_right(desk)
    tab_to(adviser, "The same person")
    adviser.press("Enter")
    desk.wait_for_selector("h1:has-text('The same person?')")
    looks_right(desk)
    tab_to(adviser, "Show them as one")
    adviser.press("Enter")
    desk.wait_for_selector("h1:has-text('Ann Smith')")
    assert "Anna Miller" in desk.inner_text(".desk-head")
    assert case.reference in desk.inner_text("main")
    looks_right(desk)
    tab_to(adviser, "Part them")
    adviser.press("Enter")
    desk.wait_for_selector(f"main:not(:has-text('{case.reference}')) h1:has-text('Ann Smith')")
    assert Person.objects.get(pk=anna.pk).same_as_id is None
    assert {ann.name, anna.name} == {"Ann Smith", "Anna Miller"}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_is_noted_on_a_narrow_screen(
    chromium: Any, live_server: Any, open_district: Any, scripts: bool
) -> None:
    ann, _ = person(open_district, "Ann Smith", 0)
    context = chromium.new_context(
        java_script_enabled=scripts, viewport={"width": 341, "height": 700}
    )
    page = context.new_page()
    page.set_default_timeout(15000)
    page.goto(f"{live_server.url}/desk/sign-in")
    keep_signed_in(page, live_server.url, "adviser")
    page.goto(f"{live_server.url}/desk/customers/{ann.pk}")
    page.click("text=Note a need, care or a warning")
    page.click("text=Note it")
    page.wait_for_selector("text=There is a problem")
    page.check("input[value=need]")
    page.fill("#text", "Ring twice")
    page.fill("#why", "Walks slowly")
    page.fill("#review_on", f"{timezone.now().year + 1}-01-02")
    page.click("text=Note it")
    page.wait_for_selector(".desk-panel--care:has-text('Ring twice')")
    if scripts:
        looks_right(page)
    context.close()
