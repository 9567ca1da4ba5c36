"""A caller's form at the desk, on the keyboard alone: all questions on one page, the decision in words before it is sent."""

import io
import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from doorstep.bookings.models import Booking, Calendar
from doorstep.cases.models import Case
from doorstep.cases.values import photos_of
from doorstep.catalogue import queries as catalogue
from doorstep.messages.models import Message
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from tests.browser import looks_right, sign_in
from tests.bulky import at_bulky_waste
from tests.streets import Streets
from tests.typist import Typist

pytestmark = pytest.mark.browser

SPACED = """() => {
    const style = new CSSStyleSheet();
    style.replaceSync("* { letter-spacing: .12em !important; word-spacing: .16em !important }");
    document.adoptedStyleSheets = [style];
}"""
GO, STOP = ".at-once__decision--go", ".at-once__decision--stop"


@pytest.fixture
def desk(chromium: Any, live_server: Any, open_district: Any) -> Any:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(15000)
    sign_in(page, live_server.url, "adviser")
    return page


def begun(desk: Any, base: str, service: str) -> Typist:
    """Begin a service for the first home, as its page offers, and return who goes on from there."""
    desk.goto(f"{base}/desk/homes/1001")
    desk.focus(f"button[formaction$='/{service}']")
    adviser = Typist(desk)
    adviser.press("Enter")
    desk.wait_for_selector("#at-once")
    return adviser


def has_focus(desk: Any, field: str) -> None:
    """Wait until a field has the focus."""
    desk.wait_for_function("id => document.activeElement.id === id", arg=field)


def test_a_missed_bin_is_sent_by_three_keys(desk: Any, live_server: Any) -> None:
    adviser = begun(desk, live_server.url, "missed-bin")
    has_focus(desk, "container")  # the first question that is open, nothing chosen
    looks_right(desk)
    adviser.press("Space")
    desk.wait_for_selector(f"{GO} h2:has-text('The crew comes back by')")
    assert "Say to the caller" in desk.inner_text("#at-once-decision").replace("say to", "Say to")
    looks_right(desk)
    adviser.press("Enter")
    desk.wait_for_url("**/desk/cases/*")
    assert (adviser.keys, adviser.loads) == (3, 2)
    case = Case.objects.get()
    assert case.channel == "telephone" and case.assisted


def test_a_stop_is_said_and_gone_past_with_a_reason(
    desk: Any, live_server: Any, open_district: Any
) -> None:
    box = open_district.boxes[0]
    about: dict[str, Any] = {"reason": "not_out", "note": "", "photo": "", "by": SYSTEM}
    now = open_district.now
    waste.record_log(event_id=uuid4(), container_id=str(box.pk), **about, now=now)
    adviser = begun(desk, live_server.url, "missed-bin")
    has_focus(desk, "container")
    adviser.press("Space")
    desk.wait_for_selector(f"{STOP} h2:has-text('The crew could not empty this bin')")
    said = desk.inner_text("#at-once-decision")
    assert "call us" not in said.lower() and "ask us" not in said.lower()
    looks_right(desk)
    # Name, e-mail, telephone, "Answered", "Promise a call".
    adviser.press(*["Tab"] * 6)
    has_focus(desk, "reason")
    adviser.type("Seen")
    adviser.press("Enter")
    # It stands in words before it is sent.
    desk.wait_for_selector(f"{GO} h2:has-text('The crew comes back by')")
    assert Case.objects.count() == 0
    has_focus(desk, "at-once-send")
    adviser.press("Enter")
    desk.wait_for_url("**/desk/cases/*")
    assert Case.objects.get().events.filter(kind="override").count() == 1


def test_another_case_is_looked_at_meanwhile(
    desk: Any, live_server: Any, open_district: Any
) -> None:
    other = open_district.case(1)
    begun(desk, live_server.url, "missed-bin")
    has_focus(desk, "container")
    desk.keyboard.press("Space")
    desk.wait_for_selector(GO)
    desk.fill("#name", "Ann Lee")
    with desk.expect_response(re.compile("/all$")):
        desk.press("#name", "Tab")
    there = desk.url
    desk.goto(f"{live_server.url}/desk/cases/{other.reference}")
    looks_right(desk)
    desk.click("a:has-text('Back to: Report a missed bin')")
    desk.wait_for_url(there)
    assert desk.input_value("#name") == "Ann Lee" and desk.is_checked("#container")
    desk.wait_for_selector(GO)
    assert not desk.locator("text=Back to: Report").count()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/cases/*")
    assert not desk.locator("text=Back to: Report").count()  # it was sent


def test_a_home_is_said_number_and_street_and_the_bins_follow(desk: Any, live_server: Any) -> None:
    desk.goto(f"{live_server.url}/desk")
    token = desk.input_value(".find input[name=csrfmiddlewaretoken]")
    form = {"csrfmiddlewaretoken": token, "channel": "telephone"}
    head = {"referer": live_server.url}
    answer = desk.request.post(f"{live_server.url}/desk/new/missed-bin", form=form, headers=head)
    desk.goto(answer.url)
    has_focus(desk, "property-typed")
    adviser = Typist(desk)
    adviser.type("2 mill ln")
    adviser.press("Enter")
    desk.wait_for_selector(".at-once__home strong:has-text('2 Mill Lane')")
    desk.wait_for_selector("#at-once-beside :text('This home')")
    desk.wait_for_selector("#container")
    looks_right(desk)
    # Several are listed, and typing the number chooses one.
    desk.click("button:has-text('Another home')")
    has_focus(desk, "property-typed")
    adviser.type("le67 3fj")
    adviser.press("Enter")
    desk.wait_for_selector("select#property")
    has_focus(desk, "property")
    adviser.type("3")
    adviser.press("Tab")
    desk.wait_for_selector(".at-once__home strong:has-text('3 Mill Lane')")
    assert adviser.loads == 0


def test_a_bulky_collection_is_booked_without_an_email(
    desk: Any, live_server: Any, open_district: Any, settings: Any
) -> None:
    at_bulky_waste(open_district, live_server, settings)
    adviser = begun(desk, live_server.url, "bulky-waste")
    has_focus(desk, "things-search")
    adviser.type("sofa")
    adviser.press("Enter", "1", "Tab")
    # What is found comes while they go on: the days of what was chosen.
    desk.wait_for_selector("[data-part=day] input", state="attached")
    desk.wait_for_selector(".at-once__so-far:has-text('1 item: £20.00')")
    assert desk.input_value("#things-search") == "sofa"  # nothing was drawn anew under their hands
    adviser.press("Tab", "Space")
    desk.wait_for_selector("#at-once-decision:has-text('Where they are')")
    desk.focus("#where")
    adviser.type("Drive")
    desk.focus("#name")
    adviser.type("Ann Lee")
    adviser.press("Tab")
    desk.wait_for_selector(f"{GO}:has-text('The price is £20.00')")
    looks_right(desk)
    adviser.press("Enter")
    desk.wait_for_selector("h1:has-text('£20.00')")
    assert "/payment" in desk.url
    assert Booking.objects.count() == 1 and not Message.objects.exists()


def test_a_day_stays_the_one_that_was_chosen_where_the_list_gets_shorter(
    desk: Any, live_server: Any, open_district: Any, settings: Any
) -> None:
    at_bulky_waste(open_district, live_server, settings)
    begun(desk, live_server.url, "bulky-waste")
    desk.fill("#things-sofa", "1")
    desk.press("#things-sofa", "Tab")
    second = desk.locator("input[name=slot]").nth(1)
    second.check()
    desk.wait_for_selector("#at-once-decision:has-text('Where they are')")
    first, chosen = desk.input_value("input[name=slot] >> nth=0"), second.input_value()
    gone = date.fromisoformat(first.split("/")[1]).weekday()
    Calendar.objects.update(weekdays=[day for day in range(7) if day != gone])
    desk.fill("#where", "Drive")
    desk.press("#where", "Tab")
    desk.wait_for_selector(f"input[name=slot][value='{first}']", state="detached")
    assert desk.input_value("input[name=slot]:checked") == chosen


def test_the_focus_stays_on_the_button_as_it_is_judged(desk: Any, live_server: Any) -> None:
    adviser = begun(desk, live_server.url, "missed-bin")
    has_focus(desk, "container")
    adviser.press("Space")
    desk.wait_for_selector(GO)
    desk.focus("#phone")
    adviser.type("07700900123")
    with desk.expect_response(re.compile("/all$")):
        adviser.press("Tab")
    desk.wait_for_selector("#at-once-decision:not([aria-busy])")
    has_focus(desk, "at-once-send")
    adviser.press("Enter")
    desk.wait_for_url("**/desk/cases/*")


def test_what_could_not_be_judged_is_not_left_standing(desk: Any, live_server: Any) -> None:
    adviser = begun(desk, live_server.url, "missed-bin")
    has_focus(desk, "container")
    adviser.press("Space")
    desk.wait_for_selector(GO)
    desk.route("**/all", lambda route: route.abort())
    desk.fill("#name", "Ann")
    desk.press("#name", "Tab")
    desk.wait_for_selector(f"{STOP}:has-text('could not be looked up just now')")
    assert not desk.locator("#at-once-send").count()
    looks_right(desk)
    desk.unroute("**/all")
    desk.click("#at-once-again")
    desk.wait_for_selector(GO)
    assert desk.input_value("#name") == "Ann"


def test_what_is_typed_wrongly_is_said_at_its_field(desk: Any, live_server: Any) -> None:
    adviser = begun(desk, live_server.url, "missed-bin")
    has_focus(desk, "container")
    adviser.press("Space")
    desk.wait_for_selector(GO)
    desk.fill("#email", "ann@")
    desk.press("#email", "Tab")
    desk.wait_for_selector(".govuk-error-message:has-text('correct format')")
    assert "To put right: Email address" in desk.inner_text("#at-once-decision")
    looks_right(desk)
    desk.fill("#email", "ann@resident.example")
    desk.press("#email", "Tab")
    desk.wait_for_selector(GO)


def test_a_chosen_photo_stays_while_what_stands_beside_it_is_put_right(
    desk: Any, live_server: Any, open_district: Any
) -> None:
    Streets(open_district)
    desk.goto(f"{live_server.url}/desk")
    desk.select_option("#service", "graffiti")
    desk.click("main button:has-text('Start')")
    desk.wait_for_selector("#at-once")
    desk.fill("#where", "Mill Lane End")
    desk.press("#where", "Tab")
    desk.check("label:has-text('park or play area')")
    desk.check("label:has-text('No') >> nth=0")
    desk.wait_for_selector("#photos-file")
    drawn = io.BytesIO()
    Image.new("RGB", (80, 60), "green").save(drawn, "JPEG")
    photo: Any = {"name": "wall.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}
    desk.set_input_files("#photos-file", photo)
    desk.fill("#details", "x" * 600)
    desk.press("#details", "Tab")
    desk.wait_for_selector(".govuk-error-message:has-text('too long')")
    assert desk.evaluate("document.querySelector('#photos-file').files.length") == 1
    desk.fill("#details", "On the wall")
    desk.press("#details", "Tab")
    desk.wait_for_selector(GO)
    desk.click("#at-once-send")
    desk.wait_for_url("**/desk/cases/*")
    assert len(photos_of_case()) == 1


def photos_of_case() -> list[str]:
    case = Case.objects.get()
    return photos_of(catalogue.service(case.version_id), case.answers)


@pytest.mark.parametrize("width", [1366, 341])
def test_it_holds_at_each_width(desk: Any, live_server: Any, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 768})
    begun(desk, live_server.url, "missed-bin")
    looks_right(desk)
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.evaluate(SPACED)  # as people set it who read so, and as another machine's font may be
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = """[...document.querySelectorAll('main :is(a, button:not(.form-enter), select, summary)')]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24)
        .map(one => one.textContent)"""
    assert desk.evaluate(small) == []
