"""A call from ring to wrap-up by the keyboard alone: keys and loads are counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.contacts import actions
from doorstep.contacts.models import Contact
from doorstep.customers import matching, people
from doorstep.customers.models import Contact as PersonContact
from doorstep.customers.models import Person
from doorstep.staff.actor import Actor
from tests.browser import comes_to, keep_signed_in, looks_right, sign_in
from tests.bulky import at_bulky_waste
from tests.paying import Pay
from tests.rings import SECRET, opened, rings
from tests.typist import Typist, found

pytestmark = pytest.mark.browser
ADVISER = Actor("staff", "adviser", "adviser")


@pytest.fixture
def desk(chromium: Any, live_server: Any, open_district: Any, settings: Any) -> Any:
    settings.TELEPHONY_SECRET = SECRET
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(15000)
    sign_in(page, live_server.url, "adviser")
    return page


def margaret(district: Any) -> Any:
    """Return somebody with a case, a number and a note that says to take care; and the case."""
    case = district.case_of("margaret@resident.example", 0)
    now = timezone.now()
    matching.match(now)
    case.customer.refresh_from_db()
    number = case.customer.person_id
    person = people.change(
        person_id=number, values={"name": "Margaret Whitmore"}, by=ADVISER, now=now
    )
    people.add_contact(person_id=number, text="01632 960001", by=ADVISER, now=now)
    about: Any = {"kind": "care", "text": "Hard of hearing", "why": "She said so"}
    review = now.date() + timedelta(days=200)
    people.add_note(person_id=number, **about, review_on=review, by=ADVISER, now=now)
    return person, case


def ended(page: Any) -> Contact:
    page.wait_for_selector(".contact-bar--ended")
    return Contact.objects.get()


def test_a_missed_bin_from_ring_to_wrap_up_in_three_loads_and_few_keys(
    desk: Any, live_server: Any, open_district: Any
) -> None:
    person, _ = margaret(open_district)
    # Of another home than that of their open case.
    Person.objects.filter(pk=person.pk).update(home=1003)
    adviser = Typist(desk)
    desk.goto(live_server.url + opened(rings()))
    assert desk.url.endswith(f"/desk/contacts/{Contact.objects.get().pk}")
    comes_to(desk, "about")
    assert "Needs care: Hard of hearing" in desk.inner_text(".contact-bar")
    looks_right(desk)
    adviser.type("mis")
    desk.wait_for_selector(".contact-about__first:has-text('Missed bin')")
    adviser.press("Enter")
    desk.wait_for_selector("#at-once")
    comes_to(desk, "container")
    # The ring, and the form with the home filled in.
    assert (adviser.keys, adviser.loads) == (4, 2)
    assert "Margaret Whitmore" in desk.inner_text(".contact-bar")
    looks_right(desk)
    adviser.press("Space")
    desk.wait_for_selector("h2:has-text('The crew comes back by')")
    adviser.press("Enter")
    desk.wait_for_url("**/desk/cases/*")
    desk.wait_for_load_state()
    adviser.press("F9")
    desk.wait_for_selector("dialog.contact-end[open]")
    assert desk.evaluate("document.activeElement.textContent.trim()") == "Done"
    looks_right(desk)
    adviser.press("Enter")
    contact = ended(desk)
    assert (adviser.keys, adviser.loads) == (8, 3)
    assert (contact.person, contact.reason, contact.kind) == (person, "missed-bin", "went_wrong")
    assert "Ended after 0:" in desk.inner_text(".contact-said")
    looks_right(desk)


def test_a_call_that_ends_at_a_stop_is_kept(
    desk: Any, live_server: Any, open_district: Any
) -> None:
    margaret(open_district)
    adviser = Typist(desk)
    desk.goto(live_server.url + opened(rings()))
    comes_to(desk, "about")
    adviser.type("mis")
    adviser.press("Enter")
    comes_to(desk, "container")
    adviser.press("Space")
    desk.wait_for_selector(".at-once__decision--stop")
    adviser.press("F9")
    desk.wait_for_selector("dialog.contact-end[open]")
    adviser.press("Enter")
    contact = ended(desk)
    assert (contact.reason, contact.kind) == ("missed-bin", "duplicate")
    assert (adviser.keys, adviser.loads) == (7, 2)


def test_a_bulky_collection_with_a_card_and_without_an_email(
    desk: Any, live_server: Any, open_district: Any, settings: Any, pay: Pay
) -> None:
    at_bulky_waste(open_district, live_server, settings)
    person, _ = margaret(open_district)
    Person.objects.filter(pk=person.pk).update(home=1003)
    PersonContact.objects.filter(kind="email").delete()
    adviser = Typist(desk)
    desk.goto(live_server.url + opened(rings()))
    comes_to(desk, "about")
    adviser.type("bul")
    desk.wait_for_selector(".contact-about__first:has-text('bulky')")
    adviser.press("Enter")
    comes_to(desk, "things-search")
    adviser.type("sofa")
    adviser.press("Enter")
    adviser.type("1")
    adviser.press("Tab")
    desk.wait_for_selector("#slot", state="attached")
    adviser.press("Tab", "Space")
    desk.wait_for_selector("#at-once-decision:has-text('Where they are')")
    # "More days", "Days that cannot be chosen", then the field.
    adviser.press("Tab", "Tab", "Tab")
    comes_to(desk, "where")
    adviser.type("On the drive")
    # The photo, then the name, which is known.
    adviser.press("Tab", "Tab")
    comes_to(desk, "name")
    desk.wait_for_selector(".at-once__decision--go:has-text('The price is £20.00')")
    looks_right(desk)
    adviser.press("Enter")
    desk.wait_for_selector("h1:has-text('Take a payment of £20.00')")
    comes_to(desk, "way")
    adviser.press("Space", "Enter")
    desk.wait_for_selector("text=Telephone payment")
    # The provider's own page, where a card is typed: neither its keys nor its load are ours.
    desk.click("button.m")
    desk.wait_for_url("**/desk/cases/*")
    desk.wait_for_load_state()
    adviser.press("F9")
    desk.wait_for_selector("dialog.contact-end[open]")
    adviser.press("Enter")
    contact = ended(desk)
    assert (adviser.keys, adviser.loads - 1) == (35, 4)
    assert contact.acts.filter(what="paid").exists() and pay.taken == 2000
    assert contact.reason == "bulky-waste" and contact.demand == "value"


def test_how_a_case_stands_by_name_in_few_keys(desk: Any, open_district: Any) -> None:
    person, case = margaret(open_district)
    adviser = Typist(desk)
    adviser.press("F8")
    desk.wait_for_selector(".contact-bar [role=timer]")
    adviser.press("/")
    comes_to(desk, "desk-find")
    adviser.type("whitmroe")
    found(desk, "Margaret Whitmore")
    adviser.press("Alt+ArrowDown", "Enter")
    desk.wait_for_url(f"**/desk/cases/{case.reference}")
    desk.wait_for_load_state()
    looks_right(desk)
    adviser.press("F9")
    desk.wait_for_selector("dialog.contact-end[open]")
    assert f"told where {case.reference} stands" in desk.inner_text("dialog.contact-end")
    adviser.press("Enter")
    contact = ended(desk)
    assert (contact.reason, contact.kind) == ("progress", "chasing")
    assert case.events.filter(kind="told where it stands").exists()
    assert (adviser.keys, adviser.loads) == (14, 1)


def test_the_reason_is_said_in_place_and_the_end_taken_back(desk: Any) -> None:
    adviser = Typist(desk)
    adviser.press("F8")
    desk.wait_for_selector(".contact-bar [role=timer]")
    desk.wait_for_function("() => document.querySelector('[role=timer]').textContent.endsWith('1')")
    desk.select_option("#contact-why", "information")
    desk.wait_for_function("() => document.querySelector('.contact-said').textContent")
    adviser.press("F9")
    desk.wait_for_selector("dialog.contact-end[open]")
    assert desk.input_value("#contact-reason") == "information"
    adviser.press("Escape", "F9")
    desk.wait_for_selector("dialog.contact-end[open]")
    adviser.press("Enter")
    assert ended(desk).reason == "information"
    desk.click("text=Open it again")
    desk.wait_for_selector(".contact-bar [role=timer]")
    assert Contact.objects.get().ended_at is None
    desk.click(".contact-bar >> text=Hold")
    desk.wait_for_selector(".contact-bar--held")
    desk.click("summary:has-text('Start a contact')")
    looks_right(desk)
    desk.click(".contact-start >> text=Visit")
    desk.wait_for_selector(".contact-bar [role=timer]")
    assert "1 on hold" in desk.inner_text(".contact-place")
    looks_right(desk)
    assert adviser.loads == 0


def test_what_ended_in_another_tab_is_found_so_without_a_false_warning(
    desk: Any,
) -> None:
    Typist(desk).press("F8")
    desk.wait_for_selector("#this-contact")
    contact = Contact.objects.get()
    actions.end(contact_id=contact.pk, by=contact.by, now=timezone.now())
    desk.fill("#desk-find", "what is typed stays")
    desk.click(".contact-bar >> text=Hold")
    desk.wait_for_selector(".contact-failed:has-text('ended in another tab')")
    assert not desk.query_selector("dialog[open]")
    assert desk.input_value("#desk-find") == "what is typed stays"
    desk.reload()
    assert not desk.query_selector("#this-contact")


def test_what_a_key_began_by_mistake_is_dropped_in_place(desk: Any) -> None:
    adviser = Typist(desk)
    adviser.press("F8", "F8")
    desk.wait_for_selector("#this-contact")
    adviser.press("F9")
    desk.wait_for_selector("dialog.contact-end[open]")
    looks_right(desk)
    desk.click("text=It was begun by mistake")
    desk.wait_for_selector("#this-contact", state="detached")
    assert "It is gone" in desk.inner_text(".contact-said")
    assert not Contact.objects.exists() and adviser.loads == 0


def test_without_scripts_each_step_is_a_page(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 341, "height": 700}
    )
    page = context.new_page()
    sign_in_plainly(page, live_server.url)
    page.click("summary:has-text('Start a contact')")
    page.click(".contact-start >> text=Call")
    page.fill("#about", "mis")
    page.click("text=Show")
    page.click("main >> text=Missed bin")
    page.click(".contact-bar >> text=End")
    page.select_option("#contact-reason", "information")
    page.click("main button:has-text('Done')")
    page.wait_for_selector("text=What it is kept as")
    assert Contact.objects.get().reason == "information"
    context.close()


def sign_in_plainly(page: Any, base: str) -> None:
    """Come to the desk where no script runs, so that axe cannot look."""
    page.goto(f"{base}/desk/sign-in")
    keep_signed_in(page, base, "adviser")
    page.goto(f"{base}/desk")


@pytest.mark.parametrize("width", [1366, 341])
def test_its_pages_hold_at_each_width(
    desk: Any, live_server: Any, open_district: Any, width: int
) -> None:
    margaret(open_district)
    desk.set_viewport_size({"width": width, "height": 768})
    desk.goto(live_server.url + opened(rings()))
    looks_right(desk)
    here = desk.url
    desk.goto(f"{here}/call-back")
    looks_right(desk)
    desk.goto(f"{here}/end")
    looks_right(desk)
    desk.click("main button:has-text('Done')")
    desk.wait_for_selector("text=What it is kept as")
    looks_right(desk)
    for address in ("/desk/contacts", "/desk/shortcuts"):
        desk.goto(live_server.url + address)
        looks_right(desk)
    sign_in(desk, live_server.url, "supervisor")
    desk.goto(f"{live_server.url}/desk/contacts/day")
    looks_right(desk)
