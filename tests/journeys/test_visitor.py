"""A visitor at the counter, by the keyboard alone: a number, called next, the form, sent, ended; nobody else on the screen."""

from typing import Any

import pytest

from doorstep.cases.models import Case
from doorstep.contacts.models import Contact, Visitor
from tests.browser import ONE_WORD, looks_right, sign_in
from tests.typist import Typist

pytestmark = pytest.mark.browser
DESK, NARROW = {"width": 1366, "height": 768}, {"width": 341, "height": 700}


def test_a_visitor_from_the_queue_to_the_end(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    other = open_district.case_of("bob@resident.example", 1)
    page, base = chromium.new_context(viewport=DESK).new_page(), live_server.url
    page.set_default_timeout(15000)
    sign_in(page, base, "adviser")
    page.goto(f"{base}/desk/queue")
    looks_right(page)
    page.fill("#name", "Ann")
    page.select_option("#about", "missed-bin")
    page.check("text=Hearing")
    page.click("text=Give a number")
    page.wait_for_selector("text=1 waits")
    looks_right(page)

    hands = Typist(page)
    seen: list[str] = []
    page.on("response", lambda r: seen.append(r.url))
    hands.press("Enter")  # the next one
    page.wait_for_selector("h2:has-text('Number 1, Ann')")
    page.wait_for_load_state()
    looks_right(page)
    hands.press("Enter")  # they are here
    page.wait_for_selector("h1:has-text('Number 1, Ann')")
    page.wait_for_load_state()
    looks_right(page)
    turned = [page.content()]
    hands.type("miss")
    hands.press("Enter")
    page.wait_for_selector("[data-at-once]")
    page.wait_for_load_state()
    looks_right(page)
    hands.type("3 mill lane")
    hands.press("Enter")
    page.wait_for_selector("text=Black bin")
    turned.append(page.content())
    hands.press("Space", "Tab")
    hands.type("Ann")
    page.wait_for_selector("#at-once-send")
    looks_right(page)
    turned.append(page.content())
    hands.press("Enter")
    page.wait_for_selector("h1:has-text('It is sent')")
    page.wait_for_load_state()
    looks_right(page)
    turned.append(page.content())
    case = Case.objects.exclude(pk=other.pk).get()
    assert page.url.endswith(f"/sent/{case.reference}") and case.channel == "face to face"
    for drawn in turned:
        for of_others in (other.reference, "bob@resident", "Worklist", "desk-find", "contact-bar"):
            assert of_others not in drawn, of_others
    assert (hands.keys, hands.loads) == (25, 4)

    page.set_viewport_size(NARROW)  # 1366 at 400 %
    looks_right(page)
    page.goto(f"{base}/desk/cases/{other.reference}")
    page.wait_for_selector("h1:has-text('The visitor can see this screen')")
    assert other.reference not in page.inner_text("body")
    looks_right(page)
    page.click("text=Go on with this visit")
    page.set_viewport_size(DESK)
    page.wait_for_selector("h2:has-text('What was done')")
    page.keyboard.press("F9")
    page.wait_for_selector("h1:has-text('End this visit?')")
    page.wait_for_load_state()
    looks_right(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Your visit has ended')")
    page.set_viewport_size(NARROW)
    looks_right(page)
    page.set_viewport_size(DESK)
    page.click("main button:has-text('Turn it back')")
    page.wait_for_selector("text=Why they came")
    looks_right(page)
    page.click("main button:has-text('Done')")
    page.wait_for_selector("text=What it is kept as")
    contact = Contact.objects.get()
    assert contact.ended_at and (contact.reason, contact.demand) == ("missed-bin", "failure")
    page.goto(f"{base}/desk/queue")
    page.wait_for_selector("text=0 wait")
    assert Visitor.objects.get().contact == contact


def test_the_waiting_room_sees_numbers_alone(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    page, base = chromium.new_context(viewport=DESK).new_page(), live_server.url
    page.set_default_timeout(15000)
    page.goto(f"{base}/desk/queue/screen")
    page.wait_for_selector("text=Your number will stand here")
    looks_right(page)
    page.route("**/desk/queue/screen", lambda route: route.abort(), times=1)  # the next look fails
    caller = chromium.new_context(viewport=DESK).new_page()
    sign_in(caller, base, "officer")
    caller.goto(f"{base}/desk/queue")
    caller.fill("#name", "Ann")
    caller.click("text=Give a number")
    caller.click("text=Call the next")
    page.wait_for_selector(".visit-called li:has-text('1')", timeout=30000)
    assert "Ann" not in page.content()
    looks_right(page)
    page.set_viewport_size(NARROW)
    looks_right(page)


@pytest.mark.by_turns
def test_where_to_come_is_read_on_a_telephone(phone: Any, open_district: Any) -> None:
    phone.goto("/contact")
    phone.click("main a[href='/visit'] >> nth=0")
    phone.wait_for_url("**/visit")
    phone.looks()
    assert phone.locator("h2").count() >= 2
    phone.set_viewport_size({"width": 320, "height": 700})
    phone.looks()


def test_at_four_hundred_per_cent(chromium: Any, live_server: Any, open_district: Any) -> None:
    page, base = chromium.new_context(viewport=NARROW).new_page(), live_server.url
    page.set_default_timeout(15000)
    sign_in(page, base, "adviser")
    page.goto(f"{base}/desk/help")
    page.click("main button:has-text('Go on with it')")
    page.wait_for_selector(".govuk-error-summary")
    looks_right(page)
    page.goto(f"{base}/desk/queue")
    page.fill("#words", ONE_WORD[:100])
    page.click("text=Give a number")
    page.wait_for_selector("text=1 waits")
    looks_right(page)
    page.goto(f"{base}/desk/homes/1001")
    page.click(".home-begin button:has-text('missed bin')")
    page.click("button:has-text('Send them a link to here')")
    page.click("text=Text the link")
    page.wait_for_selector(".govuk-error-summary")
    looks_right(page)
