"""A resident reports a missed bin, a crew goes back, the resident is told."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from doorstep.cases.models import Case
from doorstep.fieldwork.models import Job, Outcome
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.waste.models import Container, Mirrored
from tests import whitespace
from tests.browser import looks_right, report, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_from_form_to_doorstep(
    chromium: Any, live_server: Any, open_district: Any, waste: Any, scripts: bool
) -> None:
    base = live_server.url
    # 320 pixels wide is what 400 % zoom leaves of 1,280.
    resident = chromium.new_context(
        viewport={"width": 320, "height": 700}, java_script_enabled=scripts
    )
    page = resident.new_page()
    page.set_default_timeout(15000)
    report(page, base, 1) if scripts else _plain_report(page, base)
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
    page.click("text=Send report")
    page.wait_for_url("**/sent")
    case = Case.objects.get()
    assert case.reference in page.inner_text("main")
    Job.objects.update(day=open_district.today)

    if waste is None:
        _on_a_tablet(chromium, base)
    else:
        whitespace.in_cab(chromium, waste, "Collected")
        assert [s.status for s in waste.sheets.values()] == ["Complete"]
    assert Outcome.objects.get().code == "collected"

    for message in Message.objects.filter(sent_at=None):
        sending.send(message_id=message.pk, now=open_district.now)
    page.goto(f"{base}/case/{case.reference}")
    assert "emptied your bin" in page.inner_text("main")
    officer = chromium.new_context().new_page()
    sign_in(officer, base, "officer")
    officer.goto(f"{base}/desk/cases/{case.reference}")
    looks_right(officer)
    assert re.search(
        r"We wrote an e-mail to them.*“Missed bin .*: emptied”",
        officer.inner_text("main"),
        re.DOTALL,
    )
    resident.close()


def _on_a_tablet(chromium: Any, base: str) -> None:
    crew = chromium.new_context(viewport={"width": 1024, "height": 768}).new_page()
    sign_in(crew, base, "crew")
    crew.click("text=REF-1")
    looks_right(crew)
    crew.click("button:has-text('Collected')")
    crew.wait_for_selector("text=Done")


def _plain_report(page: Any, base: str) -> None:
    page.goto(f"{base}/services/missed-bin")
    page.click("text=Start now")
    page.fill("#postcode", "LE67 3FJ")
    page.click("text=Find address")
    page.check("text=1 Mill Lane")
    page.click("text=Continue")
    page.check("text=Black bin")
    page.click("text=Continue")


def test_by_keyboard_alone_errors_take_focus(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    page = chromium.new_page()
    page.goto(f"{live_server.url}/services/missed-bin")
    page.focus("text=Start now")
    page.keyboard.press("Enter")
    page.wait_for_selector("#postcode")
    page.focus("#postcode")
    page.keyboard.type("<b>{link}</b>")
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-error-summary")
    assert page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    assert page.title().startswith("Error: ")
    assert page.input_value("#postcode") == "<b>{link}</b>"
    looks_right(page)
    page.close()


@pytest.mark.by_turns
def test_an_adviser_sends_it_for_a_caller_and_the_officer_closes_it(
    chromium: Any, live_server: Any, open_district: Any, waste: Any
) -> None:
    page = chromium.new_page()
    base = live_server.url
    sign_in(page, base, "officer")
    looks_right(page)
    page.click("button:has-text('Start')")
    page.fill("#property-typed", "2 Mill Lane")
    page.click("button:has-text('Find')")
    page.check("label:has-text('Black bin')")
    page.click("button:has-text('Send report')")
    page.wait_for_url("**/desk/cases/*")
    assert Case.objects.get().channel == "telephone"
    page.click("button:has-text('Decide')")
    page.wait_for_selector(".govuk-error-summary:has-text('Choose what should happen')")
    page.check("label:has-text('Close with a reason')")
    page.click("button:has-text('Decide')")
    page.wait_for_selector(".govuk-error-summary:has-text('Give a reason')")
    page.fill("#reason", "The resident rang again")
    page.click("button:has-text('Decide')")
    page.wait_for_selector("main:has-text('Closed by an officer')")
    page.close()


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_keyed_there_by_telephone_is_known_and_nobody_is_asked_twice(
    chromium: Any, live_server: Any, open_district: Any, settings: Any, scripts: bool
) -> None:
    """An adviser of the waste team keyed it straight into their own system; the resident reads so, an officer sees it."""
    with whitespace.kept_there(settings, open_district) as app:
        home = open_district.boxes[0].place_id
        app.key(home, "289", "Missed Collection Refuse")
        Mirrored.objects.update(news_at=None)
        context = chromium.new_context(
            viewport={"width": 320, "height": 700}, java_script_enabled=scripts
        )
        page = context.new_page()
        page.set_default_timeout(15000)
        report(page, live_server.url, 1) if scripts else _plain_report(page, live_server.url)
        page.wait_for_selector("h1:has-text('We already know about this bin')")
        looks_right(page) if scripts else None
        officer = chromium.new_page()
        sign_in(officer, live_server.url, "officer")
        officer.goto(f"{live_server.url}/desk/homes/{home}")
        officer.wait_for_selector("main:has-text('Keyed in the waste system by others')")
        looks_right(officer)
        # While it is down, what was read is shown, with its time; what was never read is no home without bins.
        app.mood = "down"
        Mirrored.objects.filter(place=home).update(book_at=open_district.now - timedelta(hours=7))
        page.goto(f"{live_server.url}/bins/{home}")
        page.wait_for_selector("main:has-text('We cannot reach our waste system just now')")
        looks_right(page) if scripts else None
        Mirrored.objects.filter(place=home).delete()
        Container.objects.filter(place=home).delete()
        page.goto(f"{live_server.url}/bins/{home}")
        page.wait_for_selector("h1:has-text('We cannot see this home’s bins just now')")
        looks_right(page) if scripts else None
        assert page.request.get(f"{live_server.url}/bins/{home}.ics").status == 503
        context.close()
        officer.close()


def test_public_pages_look_right(chromium: Any, live_server: Any, open_district: Any) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    for path in (
        "/",
        "/?q=bin",
        "/?q=zebra",
        "/contact",
        "/privacy",
        "/cookies",
        "/accessibility",
        "/nowhere",
    ):
        page.goto(live_server.url + path)
        looks_right(page)
    page.close()


def test_a_crew_logs_a_bin_with_a_photo_whose_position_is_stripped(
    open_district: Any, tmp_path: Path, client: Client
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from doorstep.files import photos
    from doorstep.staff.models import StaffUser

    client.force_login(
        StaffUser.objects.get(username="crew"), "django.contrib.auth.backends.ModelBackend"
    )
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 43.0, 0.0)}
    Image.new("RGB", (40, 30), "red").save(tmp_path / "p.jpg", exif=exif)
    given = {
        "event": "7d6a3f3e-4f0f-4f8e-9d0c-1f2f3a4b5c6d",
        "container": str(open_district.boxes[2].pk),
        "reason": "not_out",
    }
    for body, says in (
        (b"not a picture", "must be a photo"),
        (b"x" * (41 << 20), "smaller than 40 MB"),
    ):
        file = SimpleUploadedFile("p.jpg", body, "image/jpeg")
        answer = client.post("/crew/REF-1/log", {**given, "photo": file})
        assert says in answer.content.decode()
    photo = SimpleUploadedFile("p.jpg", (tmp_path / "p.jpg").read_bytes(), "image/jpeg")
    assert client.post("/crew/REF-1/log", {**given, "photo": photo}).status_code == 302
    kept = Image.open(photos.folder() / Outcome.objects.get().photo)
    assert not kept.getexif()
    assert open_district.draft(2).decisions["bin"]["code"] == "logged"
