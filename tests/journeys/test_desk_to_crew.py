"""An adviser goes past a stop, an officer releases in bulk, a crew works street by street, evidence is printed."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.fieldwork.models import Job
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from doorstep.waste.models import Round
from tests.browser import looks_right, sign_in

pytestmark = pytest.mark.browser


def test_an_adviser_goes_past_a_stop_with_a_reason(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    waste.record_log(
        event_id=uuid4(),
        container_id=str(open_district.boxes[1].pk),
        reason="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=timezone.now(),
    )
    page, base = chromium.new_page(), live_server.url
    sign_in(page, base, "adviser")
    page.click("button:has-text('Start')")
    page.fill("#property-typed", "2 Mill Lane")
    page.click("button:has-text('Find')")
    page.check("label:has-text('Black bin')")
    page.wait_for_selector("h2:has-text('The crew could not empty this bin')")
    looks_right(page)
    page.click("button:has-text('Send all the same')")
    page.wait_for_selector("p:has-text('Give a reason')")
    looks_right(page)
    page.fill("#reason", "The caller has film of the crew driving past")
    page.click("button:has-text('Send all the same')")
    page.click("button:has-text('Send report')")
    page.wait_for_url("**/desk/cases/*")
    page.wait_for_selector("main:has-text('film of the crew')")
    looks_right(page)


def test_an_officer_releases_what_waits_in_one_go(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    page, base = chromium.new_page(viewport={"width": 320, "height": 700}), live_server.url
    with catalogue.other_settings({"release_by_officer": True}):
        made = [open_district.case(n) for n in range(3)]
    assert {c.stage for c in made} == {"to_release"} and not Job.objects.exists()
    sign_in(page, base, "officer")
    looks_right(page)
    assert not page.query_selector("tbody :checked")  # nothing is ticked beforehand
    page.check("input[data-ticks]")
    page.uncheck(f"#c{made[2].pk}")
    page.wait_for_selector("[role=status]:has-text('2 ticked')")
    page.click("button:has-text('all that are ticked')")
    page.wait_for_selector("main:has-text('2 cases done')")
    looks_right(page)
    assert Job.objects.count() == 2
    assert Case.objects.get(pk=made[2].pk).stage == "to_release"


def test_a_crew_works_street_by_street_and_the_desk_has_the_evidence(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    Round.objects.update(anchor=open_district.today)
    base = live_server.url
    crew = chromium.new_context(viewport={"width": 768, "height": 1024}).new_page()
    crew.set_default_timeout(15000)
    sign_in(crew, base, "crew")
    looks_right(crew)
    crew.click("text=REF-1")
    crew.click("text=treet by street")
    looks_right(crew)
    crew.click("button:has-text('Begin')")
    crew.click("button:has-text('Done')")
    crew.wait_for_selector("main:has-text('1 of 1 streets done')")
    looks_right(crew)

    desk = chromium.new_context().new_page()
    sign_in(desk, base, "officer")
    home = open_district.boxes[0].place_id
    desk.goto(f"{base}/desk/homes/{home}")
    looks_right(desk)
    desk.click("text=Half a year of lifts")
    desk.wait_for_selector("main:has-text('crew')")
    looks_right(desk)


def test_a_supervisor_sees_how_the_machinery_stands(
    chromium: Any, live_server: Any, open_district: Any
) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    sign_in(page, live_server.url, "supervisor")
    page.goto(f"{live_server.url}/status")
    page.wait_for_selector("text=One kind of worker has given no sign of life")
    looks_right(page)
