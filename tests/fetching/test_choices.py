"""What a resident may choose on the page of their case: offered, until, undone, gone; on both pages."""

from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from doorstep.cases import choosing
from doorstep.cases.models import Case
from doorstep.catalogue.build_service import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import Job
from doorstep.staff.actor import RESIDENT
from tests.form_client import FormClient
from tests.people import signed_in


def text(answer: Any) -> str:
    return str(answer.content.decode())


def end_of(case: Case) -> datetime:
    """The moment before which the tests' service can be cancelled."""
    day = date.fromisoformat(str(case.answers["slot"]["id"])[-10:]) - timedelta(days=1)
    return datetime(day.year, day.month, day.day, 14, tzinfo=ZONE)


def test_what_may_be_chosen_is_offered_in_order_until_the_very_moment(fetching: Any) -> None:
    case = fetching.case()
    end = end_of(case)
    first, second = choosing.offered(case, fetching.now)
    assert (first.name, first.until, second.name, second.until) == ("cancel", end, "other", None)
    assert first.sure == f"Nobody comes then. You can cancel before {say(end)}."
    assert len(choosing.offered(case, end - timedelta(microseconds=1))) == 2
    assert [c.name for c in choosing.offered(case, end)] == ["other"]


def test_a_choice_is_refused_at_the_very_moment_it_ends(fetching: Any) -> None:
    case = fetching.case()
    what: Any = {"case_id": case.pk, "name": "cancel", "by": RESIDENT}
    with pytest.raises(Refused, match="choice_gone"):
        choosing.choose(**what, now=end_of(case))
    case.refresh_from_db()
    assert case.stage == "booked"
    made = choosing.choose(**what, now=end_of(case) - timedelta(seconds=1))
    assert made.stage == "cancelled"


def test_a_choice_takes_back_what_is_under_way_and_stands_on_the_timeline(fetching: Any) -> None:
    case = fetching.case()
    assert fetching.days.held == {fetching.days.slot(4): ANY}
    choosing.choose(case_id=case.pk, name="cancel", by=RESIDENT, now=fetching.now)
    assert fetching.days.held == {} and Job.objects.get().state == "withdrawn"
    assert case.events.get(kind="chosen").data == {"choice": "cancel"}


@pytest.mark.parametrize("name", ["nothing", "cancel"])
def test_what_the_stage_does_not_offer_is_gone(fetching: Any, name: str) -> None:
    case = fetching.case()
    choosing.choose(case_id=case.pk, name="other", by=RESIDENT, now=fetching.now)
    with pytest.raises(Refused, match="choice_gone"):
        choosing.choose(case_id=case.pk, name=name, by=RESIDENT, now=fetching.now)


def test_the_resident_is_asked_once_more_and_then_it_is_done(fetching: Any) -> None:
    client, case = fetching.browser(), Case.objects.get()
    there = f"/case/{case.reference}"
    assert f'href="{there}/choose/cancel"' in text(client.get(there))
    asked = text(client.get(f"{there}/choose/cancel"))
    assert "Nobody comes then." in asked and f"until {say(end_of(case))}" in asked
    case.refresh_from_db()
    assert case.stage == "booked"  # looking does nothing
    answer = client.post(f"{there}/choose/cancel")
    assert answer["Location"] == there
    page = text(client.get(there))
    assert "It is cancelled." in page and "choose/cancel" not in page
    # Pressed twice, or gone back to, it is what was wanted; anything else is over.
    for again in (client.post(f"{there}/choose/cancel"), client.get(f"{there}/choose/cancel")):
        assert again["Location"] == there
    again = client.post(f"{there}/choose/other")
    assert again.status_code == 409 and "This can no longer be chosen" in text(again)
    assert "It is cancelled." in text(again) and council.current().contact.telephone in text(again)
    assert client.get(f"{there}/choose/other").status_code == 409


def test_a_choice_whose_day_is_gone_says_so_and_changes_nothing(fetching: Any) -> None:
    client, case = fetching.browser(), Case.objects.get()
    fetching.days.held[fetching.days.slot(4)] = "someone else"
    answer = client.post(f"/case/{case.reference}/choose/other")
    assert answer.status_code == 409
    assert "That day can no longer be chosen" in text(answer) and "choose again" in text(answer)
    stale = client.post(f"/case/{case.reference}/choose/other", {"at": "booked@2026-01-01"})
    assert "This changed since you opened the page" in text(stale)
    case.refresh_from_db()
    assert case.stage == "booked" and not case.events.filter(kind="chosen").exists()


def test_nobody_else_may_look_or_choose(fetching: Any) -> None:
    case = fetching.case()
    there = f"/case/{case.reference}/choose/cancel"
    assert FormClient().get(there)["Location"] == f"/case/open?reference={case.reference}"
    assert FormClient().post(there).status_code == 404
    case.refresh_from_db()
    assert case.stage == "booked"


def test_a_choice_speaks_the_residents_language(fetching: Any) -> None:
    client, case = fetching.browser(), Case.objects.get()
    client.post("/language/cy")
    client.get("/language/cy")
    asked = text(client.get(f"/case/{case.reference}/choose/cancel"))
    assert "Gadael pethau fel y maent" in asked


def test_an_adviser_chooses_for_the_resident_and_the_timeline_says_who(fetching: Any) -> None:
    case = fetching.case()
    there = f"/desk/cases/{case.reference}"
    adviser = signed_in("adviser")
    assert f"{there}/choose/cancel" in text(adviser.get(there))
    assert "Nobody comes then." in text(adviser.get(f"{there}/choose/cancel"))
    assert adviser.post(f"{there}/choose/cancel")["Location"] == there
    line = case.events.get(kind="chosen")
    assert (line.by_kind, line.by_key) == ("staff", "adviser")
    again = adviser.post(f"{there}/choose/cancel")
    assert again.status_code == 200 and "That can no longer be chosen" in text(again)


def test_who_may_only_look_is_offered_no_choice(fetching: Any) -> None:
    case = fetching.case()
    manager = signed_in("manager")
    assert "choose/cancel" not in text(manager.get(f"/desk/cases/{case.reference}"))
    assert manager.post(f"/desk/cases/{case.reference}/choose/cancel").status_code == 403


def test_a_choices_name_must_fit_into_an_address(fetching: Any) -> None:
    flow = fetching.contents["workflow.yaml"].replace("      other:", "      Other day:")
    with pytest.raises(DefinitionError) as caught:
        build({**fetching.contents, "workflow.yaml": flow})
    (said,) = map(str, caught.value.problems)
    line = flow.splitlines().index("      Other day:") + 2  # what stands under the name
    assert said.startswith(f"workflow.yaml:{line}:") and "stands in an address" in said


def test_leads_to_no_stage_is_a_mistake(fetching: Any) -> None:
    flow = fetching.contents["workflow.yaml"].replace("stage: moved", "stage: move")
    with pytest.raises(DefinitionError, match="leads to `move`"):
        build({**fetching.contents, "workflow.yaml": flow})
