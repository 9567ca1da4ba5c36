"""Something is seen in a street: reported four ways, found to be known, joined, mended, told, shown to all."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from doorstep.cases.models import Case
from doorstep.fieldwork.models import Job, Outcome
from doorstep.messages.actions import token_of
from doorstep.messages.models import Message
from doorstep.reports import queries
from tests.browser import looks_right, sign_in
from tests.queue import run_queue
from tests.streets import Streets

pytestmark = pytest.mark.browser
PHONE = {"width": 320, "height": 700}
# By the homes of High Street, in degrees.
BY_HIGH_STREET = {"latitude": 52.72385, "longitude": -1.37065}


@pytest.fixture
def open_streets(open_district: Any) -> Streets:
    return Streets(open_district)


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    made = []
    for n, colour in enumerate(("red", "green", "blue")):
        path = tmp_path / f"p{n}.jpg"
        Image.new("RGB", (60, 40), colour).save(path)
        made.append(str(path))
    return made


def opened(chromium: Any, base: str, **context: Any) -> Any:
    page = chromium.new_context(viewport=PHONE, **context).new_page()
    page.set_default_timeout(15000)
    page.goto(f"{base}/services/graffiti")
    page.click("text=Start now")
    page.wait_for_selector("text=Street, place or postcode")
    return page


def rest(page: Any, email: str = "ann@resident.example", pictures: tuple[str, ...] = ()) -> None:
    """Fill in all that follows the place, and send it."""
    page.check("text=A bench, bin, post or bus shelter")
    page.click("text=Continue")
    page.check("label:text-is('No')")
    page.click("text=Continue")
    page.fill("#details", "By the fountain")
    if pictures:
        page.set_input_files("#photos-file", list(pictures))
    page.click("text=Continue")
    page.fill("#email", email)
    page.click("text=Continue")
    page.click("text=Send report")
    page.wait_for_url("**/sent")


def test_by_a_typed_street_without_scripts(
    chromium: Any, live_server: Any, open_streets: Streets, pictures: list[str]
) -> None:
    page = opened(chromium, live_server.url, java_script_enabled=False)
    page.click("text=Continue")
    page.wait_for_selector(".govuk-error-summary:has-text('Say where it is')")
    page.fill("input[name=where-typed]", "Hihg Stret")
    page.click("button:has-text('Find')")
    page.wait_for_selector("text=High Street, Coalville")
    page.fill("input[name=where-typed]", "Nowhere Road")
    page.click("text=Continue")
    page.wait_for_selector("text=We found nothing called “Nowhere Road”")
    page.fill("input[name=where-typed]", "coalville")
    page.click("button:has-text('Find')")
    page.check("text=High Street, Coalville")
    page.click("text=Continue")
    rest(page, pictures=tuple(pictures[:2]))
    case = Case.objects.get()
    assert (case.usrn, case.ward_id, case.where) == (11, "E05010105", "High Street, Coalville")
    assert len(case.answers["photos"]) == 2
    page.goto(f"{live_server.url}/reports")
    assert "High Street, Coalville" in page.inner_text("main")
    assert "fountain" not in page.inner_text("main")


def test_by_a_tap_on_the_map_of_a_phone(
    chromium: Any, live_server: Any, open_streets: Streets
) -> None:
    page = opened(chromium, live_server.url, has_touch=True, is_mobile=True)
    page.tap("text=Show the map")
    page.wait_for_selector("[data-ready]")
    page.locator("[data-map]").evaluate("map => map.scrollIntoView({block: 'center'})")
    box = page.locator("[data-map]").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2 + 10, box["y"] + box["height"] / 2 - 10)
    page.wait_for_selector("[role=status]:has-text('You chose')")
    first = page.locator("[data-pointed] input").input_value()
    page.touchscreen.tap(box["x"] + box["width"] / 2 - 20, box["y"] + box["height"] / 2)
    page.wait_for_function(
        "was => document.querySelector('[data-pointed] input').value !== was", arg=first
    )
    assert (
        page.locator("[data-pointed]").count() == 1
    )  # the later point took the place of the first
    looks_right(page)
    page.tap("main >> text=Continue")
    rest(page)
    case = Case.objects.get()
    assert case.answers["where"]["id"].startswith("at:") and case.answers["where"]["inside"]
    assert 52.6 < case.latitude < 52.9 and -1.6 < case.longitude < -1.2
    page.goto(f"{live_server.url}/reports/{case.reference}")
    page.wait_for_selector("[data-ready]")
    looks_right(page)


def move_map(page: Any, key: str) -> None:
    """Press a key of the map and wait until it stands still again, elsewhere."""
    was = page.locator(".leaflet-proxy").get_attribute("style")
    page.keyboard.press(key)
    page.wait_for_function(
        """was => document.querySelector(".leaflet-proxy").getAttribute("style") !== was
            && !document.querySelector(".leaflet-zoom-anim, .leaflet-pan-anim")""",
        arg=was,
    )


def test_by_keyboard_alone_with_the_map(
    chromium: Any, live_server: Any, open_streets: Streets
) -> None:
    page = opened(chromium, live_server.url)
    looks_right(page)

    def tab_to(selector: str) -> None:
        for _ in range(40):
            if page.evaluate(f"document.activeElement.matches({selector!r})"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector}")

    tab_to("[data-open]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-ready]")
    looks_right(page)
    tab_to("[data-map]")
    for key in ("+", "+", "+", "+", "ArrowRight"):
        move_map(page, key)
    tab_to("[data-middle]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]:has-text('You chose')")
    tree = page.locator("main").aria_snapshot()
    assert 'region "Map"' in tree and "radio" in tree and "[checked]" in tree
    assert "status: " in tree and "You chose:" in tree
    looks_right(page)
    tab_to("main button:not([name]):not([type=button])")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=surface]")
    tab_to("input[name=surface]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=offensive]")
    tab_to("input[name=offensive]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("#details")
    tab_to("main button:not([name]):not([type=button])")
    page.keyboard.press("Enter")
    page.wait_for_selector("#email")
    tab_to("#phone")
    page.keyboard.press("Enter")
    page.wait_for_selector("button:has-text('Send report')")
    looks_right(page)
    tab_to("main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent")
    case = Case.objects.get()
    assert case.answers["where"]["id"].startswith("at:") and case.answers["offensive"] is True


def test_outside_the_district_the_right_council_is_named(
    chromium: Any, live_server: Any, open_streets: Streets
) -> None:
    leicester = {"latitude": 52.6369, "longitude": -1.1398}
    page = opened(chromium, live_server.url, geolocation=leicester, permissions=["geolocation"])
    page.click("text=Use where I am")
    page.wait_for_selector("[role=status]:has-text('outside our district')")
    page.click("text=Continue")
    page.wait_for_selector("h1:has-text('This is outside our district')")
    assert "find-local-council" in page.inner_text("main")
    assert "01632 960 123" in page.inner_text("main")
    looks_right(page)


def test_a_button_is_shown_no_earlier_than_it_works(
    chromium: Any, live_server: Any, open_streets: Streets
) -> None:
    context = chromium.new_context(
        viewport=PHONE, geolocation=BY_HIGH_STREET, permissions=["geolocation"]
    )
    page, waiting = context.new_page(), []
    page.route("**/kit/map*.js", lambda route: waiting.append(route))
    page.goto(f"{live_server.url}/services/graffiti")
    with page.expect_request("**/kit/map*.js"):
        page.click("text=Start now", no_wait_after=True)
    page.wait_for_selector(".govuk-frontend-supported [data-here]", state="attached")
    assert not page.is_visible("[data-here]")  # pressed now, it would do nothing
    waiting[0].continue_()
    page.click("[data-here]")
    page.wait_for_selector("text=Near High Street, Coalville")


def test_where_i_am_finds_the_known_one_and_joins_it(
    chromium: Any, live_server: Any, open_streets: Streets
) -> None:
    first = open_streets.case()
    here = {"geolocation": BY_HIGH_STREET, "permissions": ["geolocation"]}
    page = opened(chromium, live_server.url, **here)
    page.click("text=Use where I am")
    page.wait_for_selector("text=Near High Street, Coalville")
    page.click("text=Continue")
    page.wait_for_selector("h1:has-text('Is it one of these?')")
    page.wait_for_selector("[data-ready]")
    looks_right(page)
    assert "High Street, Coalville, about" in page.locator("main").aria_snapshot()
    page.click("text=Continue")
    page.wait_for_selector(".govuk-error-summary")
    page.check(f"input[value='{first.reference}']")
    page.click("text=Continue")
    page.fill("#email", "bob@resident.example")
    page.click("text=Continue")
    page.click("text=Send report")
    page.wait_for_url("**/sent")
    second = Case.objects.exclude(pk=first.pk).get()
    assert second.stage == "joined" and Job.objects.count() == 1
    page.goto(f"{live_server.url}/reports/{first.reference}")
    assert "1 other person told us too" in page.inner_text("main")
    looks_right(page)


def test_from_street_to_mended_and_everyone_hears(
    chromium: Any, live_server: Any, open_streets: Streets, pictures: list[str]
) -> None:
    base = live_server.url
    resident = opened(chromium, base)
    resident.fill("#where", "High Street")
    resident.click("button:has-text('Find')")
    resident.check("text=High Street, Coalville")
    resident.click("text=Continue")
    rest(resident, pictures=tuple(pictures))
    case = Case.objects.get()
    other = open_streets.case("street:12", email="bob@resident.example")
    _subscribed(resident, base)

    officer = chromium.new_context(viewport={"width": 1024, "height": 768}).new_page()
    officer.set_default_timeout(15000)
    sign_in(officer, base, "officer")
    officer.goto(f"{base}/desk/cases/{case.reference}")
    officer.check("text=Show photo 1")
    officer.check("text=Show the person’s words")
    officer.click("text=Save what anyone can see")
    officer.wait_for_load_state()
    looks_right(officer)
    _joined_and_parted(officer, base, other, case)
    officer.goto(f"{base}/desk/cases/{case.reference}")
    officer.click("text=Warn crews of this place")
    officer.click("button:has-text('Warn crews')")
    officer.wait_for_selector(".govuk-error-summary")
    officer.click("text=Warn crews of this place >> visible=true") if not officer.is_visible(
        "#warning"
    ) else None
    officer.fill("#warning", "Go in twos: a loose dog")
    officer.fill("#until", "2099-12-31")
    officer.click("button:has-text('Warn crews')")
    officer.wait_for_selector(".govuk-inset-text:has-text('Go in twos')")
    looks_right(officer)

    _crew_mends(chromium, base, case, pictures)
    officer.goto(f"{base}/desk/cases/{case.reference}")
    assert officer.locator("img[alt='Photo the crew took before the work']").count() == 1
    run_queue()
    assert {m.to for m in Message.objects.filter(name="removed")} == {
        "ann@resident.example",
        "bob@resident.example",
    }
    told = Message.objects.filter(to="pat@resident.example", name="report-moved")
    assert told.filter(body__contains="We have removed it").exists()
    resident.goto(f"{base}/reports/{case.reference}")
    said = resident.inner_text("main")
    assert "Fixed" in said and "We have removed it." in said and "By the fountain" in said
    assert resident.locator("main img").count() == 1
    looks_right(resident)
    resident.goto(f"{base}/reports?state=fixed")
    resident.wait_for_selector("[data-ready]")
    looks_right(resident)
    assert case.reference in resident.locator("main").aria_snapshot()


def _subscribed(page: Any, base: str) -> None:
    """Ask to be told of the street, and confirm it by the link in the mail."""
    page.goto(f"{base}/reports?find=high+street")
    looks_right(page)
    page.click("main a:has-text('High Street, Coalville')")
    page.click("text=Email me about new reports in")
    looks_right(page)
    page.fill("#email", "pat@resident.example")
    page.click("text=Send me a link to confirm")
    page.wait_for_selector("h1:has-text('Look for our email')")
    token = token_of(Message.objects.get(name="report-confirm").key)
    page.goto(f"{base}/reports/follow/confirm/{token}")
    page.click("text=Yes, email me")
    page.wait_for_selector("h1:has-text('We will write to you')")
    looks_right(page)


def _joined_and_parted(page: Any, base: str, other: Any, case: Any) -> None:
    """Find that two are the same, take it back, and find it again."""
    page.goto(f"{base}/desk/cases/{other.reference}")
    page.fill("#into", "GR-0000-0000")
    page.click("button:has-text('Join them')")
    page.wait_for_selector(".govuk-error-summary:has-text('no report of this service')")
    assert page.input_value("#into") == "GR-0000-0000"
    looks_right(page)
    page.fill("#into", case.reference)
    page.press("#into", "Enter")
    page.wait_for_selector("text=Joined to")
    looks_right(page)
    page.click("text=It is a different one: part them")
    page.fill("#into", case.reference)
    page.click("button:has-text('Join them')")
    page.wait_for_selector("text=Joined to")
    assert [r.reference for r in queries.all_shown(queries.public())] == [case.reference]


def _crew_mends(chromium: Any, base: str, case: Any, pictures: list[str]) -> None:
    Job.objects.filter(case=case).update(day=case.opened_at.date())
    job = Job.objects.get(case=case)
    crew = chromium.new_context(viewport={"width": 768, "height": 1024}).new_page()
    crew.set_default_timeout(15000)
    sign_in(crew, base, "crew")
    crew.goto(f"{base}/crew/{job.crew_list}")
    card = crew.locator(".crew-job", has_text="High Street, Coalville")
    assert "Go in twos: a loose dog" in card.inner_text()
    assert card.locator("img").count() == 3
    looks_right(crew)
    crew.set_input_files(f"#before-{job.pk}", pictures[0])
    crew.set_input_files(f"#photo-{job.pk}", pictures[1])
    card.locator("button:has-text('Removed')").click()
    crew.wait_for_selector("text=Done")
    outcome = Outcome.objects.get(job=job)
    assert outcome.code == "removed" and outcome.photo and outcome.photo_before


def test_a_crew_reports_what_it_sees_on_the_spot(
    chromium: Any, live_server: Any, open_streets: Streets
) -> None:
    here = {"geolocation": BY_HIGH_STREET, "permissions": ["geolocation"]}
    crew = chromium.new_context(viewport={"width": 768, "height": 1024}, **here).new_page()
    crew.set_default_timeout(15000)
    sign_in(crew, live_server.url, "crew")
    crew.click("text=Report something you see")
    looks_right(crew)
    crew.click("button:has-text('Graffiti')")
    crew.click("text=Use where I am")
    crew.wait_for_selector("text=Near High Street, Coalville")
    crew.click("text=Continue")
    crew.check("text=Something in a park or play area")
    crew.click("text=Continue")
    crew.check("label:text-is('No')")
    for _ in range(3):
        crew.click("text=Continue")
        crew.wait_for_load_state()
    crew.click("text=Send report")
    crew.wait_for_selector("text=is reported.")
    case = Case.objects.get()
    assert case.channel == "field" and case.draft.by_staff == "crew"
    looks_right(crew)
