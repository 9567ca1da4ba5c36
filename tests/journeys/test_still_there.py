"""A report is found on a phone, said to be still there, and followed: by touch, by keys, without scripts, in each language and scheme."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from doorstep.cases import needs_person
from doorstep.files import photos
from doorstep.messages.actions import token_of
from doorstep.messages.models import Message
from doorstep.reports import actions
from doorstep.staff.actor import Actor
from tests.browser import looks_right, sign_in
from tests.streets import Streets

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
OFFICER = Actor("staff", "officer")


@pytest.fixture
def streets(open_district: Any) -> Streets:
    return Streets(open_district)


@pytest.fixture
def case(streets: Streets) -> Any:
    """A report of which an officer has shown a photo, and another beside it."""
    file = BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "JPEG")
    name = photos.take(SimpleUploadedFile("p.jpg", file.getvalue()), now=streets.now)
    streets.case("street:12")
    case = streets.case(photos=[name])
    actions.show(
        case_id=case.pk, hidden=False, text=True, photos=[name], by=OFFICER, now=streets.now
    )
    return case


@pytest.fixture
def page(phone: Any) -> Any:
    return phone


@pytest.mark.by_turns
def test_found_said_and_followed(case: Any, page: Any) -> None:
    page.goto("/reports")
    page.looks()
    # The first report stands on the first screen, and the choices are folded away.
    first = page.locator(".kit-reports li").first
    top = first.locator("a").bounding_box()
    assert top["y"] + top["height"] <= PHONE["height"], top
    assert not page.locator("#service").is_visible()
    assert first.locator("img").count() == 1
    first.locator("a").click()
    page.looks()
    page.click(f"form[action='/reports/{case.reference}/still'] button")
    page.wait_for_url("**/still")
    page.looks()
    assert page.locator("h1").count() == 1 and not page.locator("main form").count()
    # Pressed again, from the page that Back leads to, it is thanked for and not counted.
    page.goto(f"/reports/{case.reference}")
    page.click(f"form[action='/reports/{case.reference}/still'] button")
    page.wait_for_url("**/still")
    case.report.refresh_from_db()
    assert case.report.still == 1
    page.click(f"main a[href='/reports/follow/report/{case.reference}']")
    page.looks()
    page.fill("#email", "pat@resident.example")
    page.click("main button")
    page.wait_for_url("**/asked")
    token = token_of(Message.objects.get(name="report-confirm").key)
    page.goto(f"/reports/follow/confirm/{token}")
    page.click("main button")
    page.wait_for_selector("main button", state="detached")
    page.looks()


def test_keys_alone_say_it_and_a_screen_reader_hears_what_it_does(
    case: Any, chromium: Any, live_server: Any
) -> None:
    page = chromium.new_page(viewport=PHONE)
    page.goto(f"{live_server.url}/reports/{case.reference}")
    tree = page.locator("main").aria_snapshot()
    assert 'heading "Is it still there?" [level=2]' in tree and "We count you once" in tree
    assert tree.index("We count you once") < tree.index('button "It is still there"')
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "It is still there":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Thank you')")
    assert "1 person says that it is still there" in page.inner_text("main")


def test_of_one_that_was_removed_the_team_is_asked(
    case: Any, streets: Streets, chromium: Any, live_server: Any
) -> None:
    streets.finish(case)
    page = chromium.new_context(viewport=PHONE, base_url=live_server.url).new_page()
    page.goto(f"/reports/{case.reference}")
    assert "We have closed this report" in page.inner_text("main")
    looks_right(page)
    page.click("main button:has-text('It is still there')")
    page.wait_for_selector("text=A person looks at what you told us")
    looks_right(page)
    officer = chromium.new_context(viewport={"width": 1300, "height": 900}).new_page()
    sign_in(officer, live_server.url, "officer")
    officer.click("nav >> text=To do")
    officer.click("text=People who saw it say that it is still there")
    looks_right(officer)
    officer.click(f"main a:has-text('{case.reference}')")
    officer.wait_for_selector("text=1 person says that it is still there")
    looks_right(officer)
    (task,) = needs_person.of_cases([case])[case.pk]
    assert task.team == streets.service.about.team
