"""A resident finds the bin days of a home, on a telephone 320 pixels wide, and prints them on one sheet."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from doorstep.messages import actions as messages
from doorstep.messages.models import Message
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from doorstep.waste.models import BinNote, Container, MovedDay, Round, Suspension
from tests.browser import looks_right

pytestmark = pytest.mark.browser


def full(d: Any) -> None:
    """Give the first home six containers, a delay, a suspension and a moved day."""
    for n, kind, stream in (
        (0, "red-box", "recycling"),
        (0, "blue-bag", "recycling"),
        (0, "yellow-bag", "recycling"),
        (1, "garden-bin", "garden"),
        (1, "food-caddy", "food"),
    ):
        made, _ = Round.objects.get_or_create(
            code=stream,
            defaults={
                "name": stream,
                "stream": stream,
                "anchor": d.today + timedelta(days=n),
                "weeks": 1,
            },
        )
        Container.objects.create(place_id=1001, kind=kind, round=made)
    day = d.today + timedelta(days=35)
    MovedDay.objects.create(day=day, to=day + timedelta(days=1))
    Suspension.objects.create(stream="garden", first=d.today, last=day)
    until = d.now + timedelta(hours=20)
    said = "A lorry broke down on this round."
    waste.delay_round(
        round_code="REF-1", day=d.due, until=until, sentence=said, by=SYSTEM, now=d.now
    )


def test_from_postcode_to_bin_days(
    chromium: Any, live_server: Any, open_district: Any, tmp_path: Path
) -> None:
    full(open_district)
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.set_default_timeout(15000)
    page.goto(live_server.url)
    looks_right(page)
    page.click("text=Show")
    looks_right(page)
    page.fill("#postcode", "le67 3fj")
    page.click("text=Find address")
    looks_right(page)
    page.click("text=1 Mill Lane")
    looks_right(page)
    said = page.inner_text("main")
    assert "A lorry broke down" in said and "Suspended: Brown-lidded bin" in said
    page.click("summary")
    looks_right(page)
    assert "instead of" in page.inner_text("main")
    assert page.locator("a[href$='.ics']").count() == 2  # to subscribe to, and as a file
    # Kept by the browser and asked for again: its script still runs under the policy it came with.
    page.goto(live_server.url)
    page.goto(f"{live_server.url}/bins/1001")
    assert page.locator("body.js-enabled").count() == 1
    sheet = tmp_path / "sheet.pdf"
    page.pdf(path=sheet, format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet.read_bytes())) == 1
    for path in ("/bins/9", "/bins/snippet", "/bins/note/stop/x"):
        page.goto(live_server.url + path)
        looks_right(page)
    page.close()


def test_a_note_is_asked_for_confirmed_and_stopped(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.set_default_timeout(15000)
    page.goto(f"{live_server.url}/bins/1001")
    page.click("text=Remind me by email")
    page.click("main button")
    looks_right(page)
    page.fill("#email", "ann@resident.example")
    page.click("main button")
    looks_right(page)
    confirm = Message.objects.get()
    page.goto(f"{live_server.url}/bins/note/confirm/{messages.token_of(confirm.key)}")
    looks_right(page)
    page.click("text=Yes, email me")
    looks_right(page)
    assert BinNote.objects.get().confirmed_at
    page.goto(f"{live_server.url}/bins/note/stop/{messages.token_of(confirm.about)}")
    looks_right(page)
    page.click("text=Stop the emails")
    looks_right(page)
    assert not BinNote.objects.exists()
    page.close()


def test_without_scripts(chromium: Any, live_server: Any, open_district: Any) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(15000)
    page.goto(f"{live_server.url}/bins/snippet")
    page.fill("#doorstep-postcode", "LE67 3FJ")
    page.click("main button")
    page.click("text=2 Mill Lane")
    page.wait_for_selector("main:has-text('Black bin')")
    page.close()
