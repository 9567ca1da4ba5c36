"""What every page of a form has: its service and step, an address chosen on a screen of its own, Enter that goes on."""

import re
from typing import Any

import pytest

from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.streets import Streets

BASE = "/services/missed-bin"
STEP = re.compile(r'class="form-service__step">\s*(.*?)\s*</span>', re.S)
TITLE = re.compile(r"<title>(.*?)</title>")
HEADING = re.compile(r"<h1[^>]*>\s*(?:<label[^>]*>)?\s*(.*?)\s*<")
FORM = re.compile(r"<form\b.*?</form>", re.S)
BUTTON = re.compile(r"<button\b([^>]*)>")


def step(page: str) -> str:
    found = STEP.search(page)
    return found[1] if found else ""


def title(page: str) -> str:
    found = TITLE.search(page)
    assert found
    return found[1]


@pytest.fixture
def resident(district: Any) -> FormClient:
    client = FormClient()
    client.post(f"{BASE}/begin")
    return client


def test_each_page_says_its_service_and_which_step_it_is(
    resident: FormClient, district: Any
) -> None:
    first = text(resident.get(f"{BASE}/address"))
    assert f'href="{BASE}">Report a missed bin</a>' in first
    # The check of the bins may ask where a shared one stands; after it, all is known.
    assert step(first) == "Step 1 of at least 4"
    resident.post(f"{BASE}/address", {"property": str(district.boxes[0].place_id)})
    assert step(text(resident.get(f"{BASE}/bin"))) == "Step 2 of at least 4"
    resident.post(f"{BASE}/bin", {"container": str(district.boxes[0].pk)})
    assert step(text(resident.get(f"{BASE}/contact"))) == "Step 3 of 4"
    resident.post(f"{BASE}/contact", {"name": "", "email": "", "phone": ""})
    assert step(text(resident.get(f"{BASE}/check"))) == "Step 4 of 4"


def test_at_a_stop_nobody_knows_how_many_come_and_a_page_that_is_asked_counts(
    resident: FormClient, district: Any
) -> None:
    box = district.boxes[0]
    waste.record_log(
        event_id="7d6a3f3e-4f0f-4f8e-9d0c-1f2f3a4b5c6d",
        container_id=str(box.pk),
        reason="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    resident.post(f"{BASE}/address", {"property": str(box.place_id)})
    resident.post(f"{BASE}/bin", {"container": str(box.pk)})
    assert step(text(resident.get(f"{BASE}/bin/stopped"))) == "Step 2"
    resident.post(f"{BASE}/bin/stopped", {"dispute": "1"})
    assert step(text(resident.get(f"{BASE}/dispute"))) == "Step 3 of 5"


def test_a_page_that_hangs_on_an_answer_is_counted_once_it_is_sure(district: Any) -> None:
    Streets(district)
    client, base = FormClient(), "/services/graffiti"
    client.post(f"{base}/begin")
    steps = []
    for page, fields in (
        ("where", {"where": "street:11"}),
        ("surface", {"surface": "furniture"}),
        ("offensive", {"offensive": "no"}),
    ):
        steps.append(step(text(client.get(f"{base}/{page}"))))
        client.post(f"{base}/{page}", fields)
    assert steps == ["Step 1 of at least 3", "Step 2 of at least 4", "Step 3 of 6"]
    # Who comes back to a page finds the steps as they stand.
    assert step(text(client.get(f"{base}/where"))) == "Step 1 of 6"


def test_staff_see_it_too_and_leave_by_no_link(district: Any) -> None:
    officer = signed_in("officer")
    officer.post("/desk/new/missed-bin", {"channel": "telephone"})
    page = text(officer.get("/desk/new/missed-bin/address"))
    assert step(page) == "Step 1 of at least 4" and f'href="{BASE}"' not in page


def test_the_homes_at_a_postcode_have_a_screen_of_their_own(resident: FormClient) -> None:
    asked = text(resident.get(f"{BASE}/address"))
    there = resident.post(f"{BASE}/address", {"postcode": "le673fj", "find": "1"})["Location"]
    page = text(resident.get(there))
    assert HEADING.findall(asked) == ["What is your postcode?"]
    assert HEADING.findall(page) == ["Choose your address"]
    assert title(page).startswith("8 addresses found - Choose your address - Report a missed bin")
    assert 'id="postcode"' not in page and "8 Mill Lane" in page
    change = re.search(r'href="([^"]*)">Change the postcode', page)
    assert change and f'href="{change[1]}" class="govuk-back-link"' in page
    again = text(resident.get(change[1]))
    assert HEADING.findall(again) == ["What is your postcode?"] and 'value="LE67 3FJ"' in again


def test_a_home_chosen_before_stands_in_its_list(resident: FormClient, district: Any) -> None:
    resident.post(f"{BASE}/address", {"property": str(district.boxes[2].place_id)})
    page = text(resident.get(f"{BASE}/address"))
    assert HEADING.findall(page) == ["Choose your address"]
    assert re.findall(r'value="(\d+)"\s+checked', page) == [str(district.boxes[2].place_id)]


def test_what_is_wrong_is_said_on_the_screen_that_it_is_about(resident: FormClient) -> None:
    page = text(resident.post(f"{BASE}/address", {"postcode": "LE67 3FJ", "property": ""}))
    assert HEADING.findall(page) == ["Choose your address"]
    assert 'href="#property">Choose your address' in page and 'id="property-error"' in page
    page = text(resident.post(f"{BASE}/address", {"property": ""}))
    assert 'href="#postcode">Choose your address' in page and 'id="postcode"' in page
    page = text(resident.post(f"{BASE}/address", {"postcode": "zzz", "find": "1"}))
    assert HEADING.findall(page) == ["What is your postcode?"] and 'href="#postcode"' in page
    page = text(resident.post(f"{BASE}/address", {"postcode": "sw1a1aa", "find": "1"}, follow=True))
    assert title(page).startswith("No address found - What is your postcode?")


def test_who_looks_up_too_many_sees_no_more(resident: FormClient) -> None:
    sent = {"postcode": "LE67 3FJ", "find": "1"}
    for _ in range(60):
        resident.post(f"{BASE}/address", sent)
    page = text(resident.post(f"{BASE}/address", sent))
    assert 'href="#postcode">You have looked up many places' in page and "Mill Lane" not in page


def test_only_a_long_list_is_filtered(resident: FormClient, district: Any) -> None:
    from doorstep.places.models import Property

    listed = f"{BASE}/address?postcode=LE67+3FJ"
    assert "data-search" not in text(resident.get(listed))
    more = Property.objects.get(uprn=1001)
    more.pk, more.line = 2001, "Rose Cottage, Mill Lane"
    more.save()
    page = text(resident.get(listed))
    assert 'data-search="property-list"' in page and 'data-some="Shown: {some} of 9"' in page


def test_the_first_button_of_a_form_goes_on(resident: FormClient, district: Any) -> None:
    """Browsers press it on Enter, seen or not."""
    from doorstep.bookings.models import Calendar
    from tests.publishing import publish_library

    publish_library("bulky-waste", now=district.now)
    Calendar.objects.create(
        code="ALL", name="Everywhere", kind="bulky", wards=[], weekdays=list(range(7)), capacity=2, unit="jobs"
    )  # fmt: skip
    bulky = "/services/bulky-waste"
    resident.post(f"{bulky}/begin")
    resident.post(f"{bulky}/address", {"property": "1001"})
    pages = [resident.get(f"{BASE}/address"), resident.get(f"{bulky}/items")]
    for page in map(text, pages):
        for form in FORM.findall(page):
            first = BUTTON.search(form)
            assert first and "name=" not in first[1], form
