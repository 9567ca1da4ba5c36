"""A case's history says what was said then."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from doorstep.cases import deciding, history, submitting, timeline
from doorstep.cases.models import Case
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.staff.actor import RESIDENT, Actor
from tests.filling import fill
from tests.publishing import publish_library

OFFICER = Actor("staff", "officer")


@pytest.fixture
def acknowledged(district: Any) -> tuple[Case, Any, Any]:
    """A complaint that was acknowledged two days later, with the days that were promised before and after."""
    now = district.now
    answers = {
        "kind": "complaint",
        "what": "Nobody called me back",
        "wanted": None,
        "name": "Ann",
        "email": "ann@resident.example",
        "phone": None,
    }
    draft = fill(publish_library("complaint", now=now), answers, now=now)
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=now)
    assert case
    first = case.due_on
    later = now + timedelta(days=2)
    deciding.decide(
        case_id=case.pk,
        decision="acknowledge",
        reason="Read",
        reply="We see.",
        by=OFFICER,
        now=later,
    )
    case.refresh_from_db()
    assert case.due_on != first
    return case, first, case.due_on


def page(case: Case, client: Client) -> str:
    client.cookies["doorstep_cases"] = signing.dumps([case.reference], salt="doorstep_cases")
    return str(client.get(f"/case/{case.reference}").content.decode())


def test_the_day_promised_first_stays_in_the_first_line(acknowledged: Any) -> None:
    case, first, second = acknowledged
    text = page(case, Client())
    assert f"by the end of {say(first)} what we understand" in text
    assert f"answer you by the end of {say(second)}" in text
    welsh = Client()
    welsh.get("/language/cy?next=/")
    with council.speaking("cy"):
        assert f"erbyn diwedd {say(first)} beth yw" in page(case, welsh)
    assert not timeline.broken(case)


def test_a_line_of_a_version_before_says_what_it_can(acknowledged: Any) -> None:
    case, _, second = acknowledged
    events = list(case.events.order_by("number"))
    for event in events:
        event.data.pop("was", None)
    first = history.lines(events)[0]
    assert first.stage == "one_received"
    assert first.said({"due": say(second)}) == {"due": say(second)}


def test_the_line_keeps_nothing_that_is_typed(acknowledged: Any) -> None:
    case, first, _ = acknowledged
    was = [e.data["was"] for e in case.events.filter(kind="stage") if "was" in e.data]
    assert was == [{"due": {"$day": first.isoformat()}}]
