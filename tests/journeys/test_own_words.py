"""In the resident's own words: proposed, confirmed, carried over; put right by an officer, and learnt from."""

from typing import Any

import pytest

from doorstep.cases.models import Case
from doorstep.signposts.models import Keyword
from tests.browser import looks_right, sign_in
from tests.publishing import publish_library

pytestmark = pytest.mark.browser

# A word that no service says of itself yet.
NEW = "the zoggle by our gate has snapped in two"


@pytest.fixture
def base(live_server: Any, open_district: Any) -> str:
    names = ("damaged-bin", "complaint", "tell-us-anything")
    publish_library(*names)
    return str(live_server.url)


def visitor(chromium: Any, scripts: bool) -> Any:
    page = chromium.new_context(
        viewport={"width": 320, "height": 700}, java_script_enabled=scripts
    ).new_page()
    page.set_default_timeout(15000)
    return page


def right(page: Any, scripts: bool) -> None:
    if scripts:  # axe is one
        looks_right(page)


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_first_page_to_the_right_form(chromium: Any, base: str, scripts: bool) -> None:
    page = visitor(chromium, scripts)
    page.goto(base)
    right(page, scripts)
    page.fill("#q", "I want to complain about your rude staff on Ashby Road")
    page.click("button:has-text('Find')")
    page.wait_for_selector("h1:has-text('Is it about one of these?')")
    assert "Ashby" not in page.url and "?" not in page.url
    assert "Because you wrote: “complain”" in page.inner_text("main")
    right(page, scripts)
    page.click("button:has-text('Go on with what I wrote: Complain, compliment or comment')")
    page.check("text=Complain: something went wrong")
    page.click("text=Continue")
    # What was written came along; it is only looked at again.
    assert page.input_value("#what") == "I want to complain about your rude staff on Ashby Road"
    right(page, scripts)
    page.click("text=Continue")
    page.click("text=Continue")
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
    right(page, scripts)
    page.click("button:has-text('Send')")
    page.wait_for_url("**/sent")
    case = Case.objects.get()
    assert case.slug == "complaint" and case.stage == "one_received"


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_others_danger_and_unsure(chromium: Any, base: str, scripts: bool) -> None:
    page = visitor(chromium, scripts)
    for words, said in (
        ("massive pothole on london road", "This is for Leicestershire County Council, not us."),
        ("there is a man with a knife", "ring 999"),
        ("zebra zebra", "We are not sure what this is about"),
    ):
        page.goto(base)
        page.fill("#q", words)
        page.click("button:has-text('Find')")
        page.wait_for_selector(f"main:has-text('{said}')")
        right(page, scripts)
    page.click("button:has-text('Send it to a person')")
    # They have said already that nothing fits: only how to answer is asked.
    page.wait_for_url("**/tell-us-anything/*/contact")
    right(page, scripts)


def test_an_officer_puts_it_right_and_the_words_are_learnt(chromium: Any, base: str) -> None:
    page = visitor(chromium, True)
    page.goto(f"{base}/services/tell-us-anything")
    looks_right(page)
    page.click("text=Start now")
    looks_right(page)
    page.fill("#text", NEW)
    page.click("text=Continue")
    page.wait_for_url("**/which")
    looks_right(page)
    page.check("text=None of these")
    page.click("text=Continue")
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
    page.click("button:has-text('Send')")
    page.wait_for_url("**/sent")
    case = Case.objects.get()

    desk = chromium.new_context().new_page()
    desk.set_default_timeout(15000)
    sign_in(desk, base, "officer")
    desk.goto(f"{base}/desk/cases/{case.reference}")
    desk.click("#more > summary")
    desk.click("text=This belongs to another service")
    looks_right(desk)
    desk.select_option("#to", "complaint")
    desk.click("text=Move it there, and tell the resident")
    desk.wait_for_url("**/desk/new/complaint/*/kind")
    # A slip: taken back, and done again.
    desk.goto(f"{base}/desk/cases/{case.reference}")
    looks_right(desk)
    desk.click("text=That was a slip: take it back")
    desk.wait_for_selector("dd:has-text('With an officer')")
    desk.click("#more > summary")
    desk.click("text=This belongs to another service")
    desk.select_option("#to", "complaint")
    desk.click("text=Move it there, and tell the resident")
    desk.check("text=Comment: an idea")
    desk.click("text=Continue")
    desk.wait_for_selector("#what")
    assert desk.input_value("#what") == NEW
    desk.click("text=Continue")
    assert desk.input_value("#email") == "ann@resident.example"
    desk.click("text=Continue")
    desk.click("button:has-text('Send')")
    desk.wait_for_selector("dd:has-text('CC-')")
    moved = Case.objects.get(slug="complaint")
    page.goto(f"{base}/case/{case.reference}")
    page.wait_for_selector(
        "main:has-text('We have moved this to “Complain, compliment or comment”')"
    )
    assert moved.reference in page.inner_text("main")
    looks_right(page)

    desk.click("nav a:has-text('Keywords')")
    looks_right(desk)
    desk.click("button:has-text('Add the keyword “zoggle”')")
    desk.wait_for_selector("button:has-text('Remove “zoggle”')")
    looks_right(desk)
    page.goto(base)
    page.fill("#q", "zoggle")
    page.click("button:has-text('Find')")
    page.wait_for_selector("h2:has-text('Complain, compliment or comment')")
    assert "Because you wrote: “zoggle”" in page.inner_text("main")
    desk.click("button:has-text('Remove “zoggle”')")
    desk.wait_for_selector("button:has-text('Remove “zoggle”')", state="detached")
    assert not Keyword.objects.exists()
    page.goto(base)
    page.fill("#q", "zoggle")
    page.click("button:has-text('Find')")
    page.wait_for_selector("h1:has-text('We are not sure')")


def test_an_adviser_with_a_caller(chromium: Any, base: str) -> None:
    desk = chromium.new_context().new_page()
    desk.set_default_timeout(15000)
    sign_in(desk, base, "adviser")
    desk.wait_for_url("**/desk")
    desk.select_option("#service", "tell-us-anything")
    desk.click("main button:has-text('Start')")
    desk.fill("#text", "He says his black bin was not emptied")
    desk.press("#text", "Tab")
    desk.wait_for_selector("legend:has-text('Is it about one of these?')")
    looks_right(desk)
    desk.check("label:has-text('Report a missed bin')")
    desk.click("button:has-text('Go on there: Report a missed bin')")
    desk.wait_for_url("**/desk/new/missed-bin/*/all")
    looks_right(desk)
