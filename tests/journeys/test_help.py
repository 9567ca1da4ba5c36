"""What a resident began online is finished by telephone: their browser, and an adviser's who works by the keyboard alone."""

import re
from typing import Any

import pytest

from doorstep.cases.models import Case
from tests.browser import looks_right, report, sign_in
from tests.mailing import last_message
from tests.typist import Typist

pytestmark = pytest.mark.browser
PHONE, DESK = {"width": 320, "height": 700}, {"width": 1366, "height": 768}


def opened(chromium: Any, scripts: bool = True) -> Any:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(15000)
    return page


def adviser_of(chromium: Any, base: str) -> Any:
    page = chromium.new_context(viewport=DESK).new_page()
    page.set_default_timeout(15000)
    sign_in(page, base, "adviser")
    return page


def code_on(page: Any) -> str:
    return str(page.inner_text("section[aria-label='Your code'] .govuk-heading-xl"))


def asked(page: Any, base: str, number: int) -> None:
    """Fill in the form as far as the contact, and ask for help there."""
    report(page, base, number)
    page.fill("#name", "Ann")
    page.click("summary:has-text('Need help with this form?')")
    looks_right(page)
    page.click("button:has-text('Show me a code')")


def take(adviser: Any, base: str, code: str) -> Typist:
    adviser.goto(f"{base}/desk/help")
    looks_right(adviser)
    hands = Typist(adviser)
    hands.type(code.replace(" ", "").lower())
    hands.press("Tab", "Tab", "Space", "Enter")
    adviser.wait_for_selector("#email")
    return hands


def test_begun_online_and_finished_by_telephone(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    resident, base = opened(chromium), live_server.url
    asked(resident, base, 1)
    looks_right(resident)
    assert "01632" in resident.inner_text("main")
    adviser = adviser_of(chromium, base)
    hands = take(adviser, base, code_on(resident))
    adviser.wait_for_load_state()
    assert hands.keys == 12 and hands.loads == 1
    looks_right(adviser)
    assert adviser.input_value("#name") == "Ann"  # as they had typed it
    # Their page says so without being touched.
    resident.wait_for_selector("h1:has-text('An adviser goes on with this form')", timeout=30000)
    looks_right(resident)
    adviser.focus("#email")
    hands.type("ann@resident.example")
    adviser.click("#at-once-send")
    adviser.wait_for_url("**/desk/cases/*")
    story = adviser.inner_text(".desk-story")
    assert "They began it online, and agreed that" in story
    case = Case.objects.get()
    resident.wait_for_selector(f"main:has-text('{case.reference}')", timeout=30000)
    looks_right(resident)
    resident.click("text=See where it stands")
    resident.wait_for_url(f"**/case/{case.reference}")
    assert (case.channel, case.assisted) == ("telephone", True)


def test_given_back_to_the_browser_that_began_it_without_scripts(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    resident, base = opened(chromium, scripts=False), live_server.url
    resident.goto(f"{base}/services/missed-bin")
    resident.click("text=Start now")
    resident.fill("#postcode", "LE67 3FJ")
    resident.click("text=Find address")
    resident.check("text=1 Mill Lane")
    resident.click("text=Continue")
    resident.check("text=Black bin")
    resident.click("text=Continue")
    resident.click("summary:has-text('Need help with this form?')")
    resident.click("button:has-text('Show me a code')")
    adviser = adviser_of(chromium, base)
    take(adviser, base, code_on(resident))
    adviser.fill("#name", "Ann")
    adviser.click("button:has-text('They go on with it online themselves')")
    looks_right(adviser)
    adviser.click("button:has-text('Give it back')")
    adviser.wait_for_selector("h1:has-text('The caller goes on with it')")
    looks_right(adviser)
    resident.wait_for_selector("text=Go on with the form myself", timeout=30000)
    resident.click("text=Go on with the form myself")
    # What the adviser filled in is answered: the answers come next.
    assert "Ann" in resident.inner_text("main")
    resident.click("main button:has-text('Send')")
    resident.wait_for_url("**/sent")
    case = Case.objects.get()
    assert (case.channel, case.assisted) == ("online", True)


def test_a_caller_goes_on_by_a_link_to_where_the_adviser_is(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    adviser, base = adviser_of(chromium, live_server.url), live_server.url
    adviser.goto(f"{base}/desk/homes/1001")
    adviser.click(".home-begin button:has-text('missed bin')")
    adviser.check("text=Black bin")
    adviser.click("button:has-text('Send them a link to here')")
    looks_right(adviser)
    adviser.fill("#email", "ann@resident.example")
    adviser.click("text=E-mail the link")
    adviser.wait_for_selector("text=The link is on its way to ann@resident.example")
    looks_right(adviser)
    assert "ann@" not in adviser.url
    link = re.search(r"http://[^/]+(/services/\S+)", last_message())
    assert link
    caller = opened(chromium)
    caller.goto(base + link[1])
    caller.click("text=Go on with the saved form")
    caller.fill("#name", "Ann")  # what nothing was said of is left to them
    caller.click("text=Continue")
    caller.click("main button:has-text('Send')")
    caller.wait_for_url("**/sent")
    adviser.goto(f"{base}/desk")
    case = Case.objects.get()
    assert (case.channel, case.assisted) == ("online", True)
