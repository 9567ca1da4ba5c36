"""A resident disputes what a crew recorded; an officer looks at both sides and answers."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image

from doorstep.cases import timeline
from doorstep.cases.models import Case
from doorstep.files.models import Photo
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from tests.browser import looks_right, report, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.by_turns
@pytest.mark.parametrize("scripts", [True, False])
def test_a_dispute_with_a_photo_is_answered(
    chromium: Any, live_server: Any, open_district: Any, tmp_path: Path, scripts: bool
) -> None:
    base, district = live_server.url, open_district
    waste.record_log(
        event_id=uuid4(),
        container_id=str(district.boxes[2].pk),
        reason="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=timezone.now(),
    )
    size = {"width": 320, "height": 700}
    page = chromium.new_context(viewport=size, java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    if scripts:
        report(page, base, 3)
        looks_right(page)
    else:
        page.goto(f"{base}/services/missed-bin")
        page.click("text=Start now")
        page.fill("#postcode", "le673fj")
        page.click("text=Find address")
        page.check("text=3 Mill Lane")
        page.click("text=Continue")
        page.check("text=Black bin")
        page.click("text=Continue")
    page.wait_for_selector("main:has-text('the bin was not out')")
    page.click("button:has-text('record is wrong')")
    page.set_input_files("#evidence-file", _picture(tmp_path))
    page.click("text=Continue")
    # The words are missing; the photo is not lost.
    page.wait_for_selector(".govuk-error-summary:has-text('Tell us what is wrong')")
    page.wait_for_selector("main:has-text('We have your photo')")
    page.fill("#why", "It was out at six; see the photo. <b>{reference}</b>")
    page.click("text=Continue")
    page.fill("#email", "ann@resident.example")
    page.click("text=Continue")
    page.wait_for_selector("main:has-text('1 photo')")
    page.click("text=Send report")
    page.wait_for_url("**/sent")
    case = Case.objects.get()
    assert case.stage == "disputed" and Photo.objects.get().kept

    officer = chromium.new_page()
    sign_in(officer, base, "officer")
    officer.goto(f"{base}/desk/cases/{case.reference}")
    officer.wait_for_selector("main:has-text('It was out at six')")
    assert officer.locator("img.kit-photo").count() == 1
    looks_right(officer)
    officer.check("text=The crew’s record was wrong")
    officer.fill("#reason", "The photo shows it at the kerb")
    officer.click("button:has-text('Decide')")
    officer.wait_for_selector(".govuk-error-summary:has-text('Write what the resident will read')")
    assert officer.input_value("#reason") == "The photo shows it at the kerb"
    officer.fill("#reply", "You are right, and we are sorry.")
    officer.check("text=The crew’s record was wrong")
    officer.click("button:has-text('Decide')")
    officer.wait_for_selector("main:has-text('Crew sent back')")

    for message in Message.objects.filter(sent_at=None):
        sending.send(message_id=message.pk, now=timezone.now())
    assert "You are right, and we are sorry." in Message.objects.latest("id").body
    page.goto(f"{base}/case/{case.reference}")
    page.wait_for_selector("main:has-text('The crew’s record was wrong')")
    assert timeline.broken(case) == []


def _picture(folder: Path) -> str:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 43.0, 0.0)}
    Image.new("RGB", (900, 600), "green").save(folder / "bin.jpg", exif=exif)
    return str(folder / "bin.jpg")
