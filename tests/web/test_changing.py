"""The pages of a change: what may be opened, what is said before sending, in every language."""

import re
from typing import Any

import pytest

from doorstep.cases.models import Draft
from tests.booked import Booked
from tests.form_client import FormClient, text, words
from tests.people import opened, signed_in
from tests.pseudo import forgotten

BASE = "/services/bulky-waste"


@pytest.fixture
def booked(district: Any, pay: Any) -> Booked:
    return Booked(district)


def begun(booked: Booked) -> FormClient:
    """Return the browser of who has the case, at the page of its change."""
    client = opened(booked.case)
    answer = client.post(f"/case/{booked.case.reference}/change")
    assert answer["Location"] == f"{BASE}/check"
    return client


def test_only_what_may_be_changed_opens(booked: Booked) -> None:
    client = begun(booked)
    page = client.get(f"{BASE}/check")
    leads = re.findall(r'href="[^"]+/([a-z]+)"[^>]*>\s*Change<', text(page))
    assert leads == ["items", "day", "where", "where"]  # the last page asks for a photo, too
    assert "Nothing is changed yet" in words(page) and "Save and come back" not in words(page)
    assert "not kept" not in words(page) and "Your name Ann" in words(page)
    for shut in ("address", "contact"):
        assert client.get(f"{BASE}/{shut}")["Location"] == f"{BASE}/check"
    assert client.get(f"{BASE}/where").status_code == 200
    # Whoever has not the case begins none, and it is on no start page.
    assert FormClient().post(f"/case/{booked.case.reference}/change").status_code == 404
    assert "begun" not in words(client.get(BASE)).lower()


def test_nothing_changed_is_said_and_leads_back(booked: Booked) -> None:
    client, there = begun(booked), f"/case/{booked.case.reference}"
    answer = client.post(f"{BASE}/check")
    assert "Nothing is changed yet" in words(answer) and f'href="{there}"' in text(answer)
    assert not booked.case.events.filter(data__choice="change").exists()


def test_sent_twice_it_is_one_change(booked: Booked) -> None:
    client = begun(booked)
    client.post(f"{BASE}/where", {"where": "By the gate"})
    there = f"/case/{booked.case.reference}"
    assert client.post(f"{BASE}/check")["Location"] == f"{there}/sent"
    assert booked.case.reference in words(client.post(f"{BASE}/check"))
    assert booked.case.events.filter(kind="chosen", data__choice="change").count() == 1


def test_a_new_change_takes_the_place_of_one_begun_before(booked: Booked) -> None:
    client = begun(booked)
    client.post(f"{BASE}/where", {"where": "By the gate"})
    client.post(f"/case/{booked.case.reference}/change")
    (draft,) = Draft.objects.filter(changes=booked.case)
    assert draft.answers["where"] == "On the drive"


def test_no_sentence_is_forgotten_by_translators(booked: Booked, pseudo: None) -> None:
    client = begun(booked)
    pages = [client.get(f"{BASE}/check"), client.post(f"{BASE}/check")]
    client.post(f"{BASE}/where", {"where": "By the gate"})
    pages += [client.get(f"{BASE}/check"), client.get(f"/case/{booked.case.reference}")]
    data = (booked.case.reference, "Ann", "Mattress", "On the drive", "By the gate", "£15.00")
    left = [said for page in pages for said in forgotten(text(page))]
    assert [said for said in left if not any(part in said for part in data)] == []


def test_an_officer_sees_what_was_changed_and_may_begin_one(booked: Booked) -> None:
    adviser, there = signed_in("adviser"), f"/desk/cases/{booked.case.reference}"
    assert "Change the day, the items or the place" in words(adviser.get(there))
    assert adviser.post(f"{there}/change").status_code == 302
    crew = signed_in("crew").post(f"{there}/change")
    assert crew.status_code in (302, 403) and Draft.objects.filter(changes=booked.case).count() == 1
