"""A case that belongs to another service: moved with what was said, kept in sight, taken back."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.cases import actions as cases
from doorstep.cases import forgetting, rerouting
from doorstep.cases import queries as case_queries
from doorstep.cases.models import Case, Draft
from doorstep.council.errors import Refused
from doorstep.messages.models import Message
from doorstep.signposts import suggestions
from doorstep.signposts.models import Correction
from doorstep.staff.actor import Actor
from doorstep.staff.models import StaffUser
from tests.people import signed_in
from tests.publishing import publish_library
from tests.to_do import to_do

BASE = "/services/tell-us-anything"
TEXT = "The zoggle by the gate is broken"


@pytest.fixture
def told(district: Any) -> Case:
    """A general enquiry that is about something else."""
    publish_library("tell-us-anything", "complaint", "damaged-bin")
    return enquiry(TEXT)


def enquiry(text: str, email: str = "ann@resident.example") -> Case:
    from tests.form_client import FormClient

    client = FormClient()
    client.post(f"{BASE}/begin", {"text": text, "none": "1"})
    client.post(f"{BASE}/contact", {"name": "Ann Ash", "email": email, "phone": ""})
    assert client.post(f"{BASE}/check").status_code == 302
    return Case.objects.latest("id")


def test_moved_told_learnt_and_begun_again_with_what_was_said(told: Case) -> None:
    officer = signed_in("officer")
    there = officer.post(f"/desk/cases/{told.reference}/move", {"to": "damaged-bin"})
    assert there["Location"] == "/desk/new/damaged-bin/address"
    told.refresh_from_db()
    assert (told.stage, told.outcome, told.is_closed) == ("moved", "moved", True)
    assert to_do(told)  # until it is sent there
    message = Message.objects.filter(case=told).latest("id")
    assert "Report a damaged bin" in message.body and told.reference in message.subject
    correction = Correction.objects.get()
    assert (correction.from_slug, correction.to_slug) == ("tell-us-anything", "damaged-bin")
    assert "zoggle" in " ".join(correction.words) and "Ann" not in str(correction.words)
    draft = Draft.objects.get(sent_at=None)
    assert draft.moved_from == told and draft.channel == told.channel
    contact = officer.get("/desk/new/damaged-bin/address")
    assert contact.status_code == 200
    assert draft.typed["contact"]["email"] == ["ann@resident.example"]
    page = officer.get(f"/desk/cases/{told.reference}").content.decode()
    assert "Fill in what is missing and send it" in page and "take it back" in page


def test_sent_at_once_where_nothing_is_missing_and_both_cases_say_so(told: Case) -> None:
    officer = signed_in("officer")
    publish_library("complaint")
    first = enquiry("Your staff were rude", email="bo@resident.example")
    officer.post(f"/desk/cases/{first.reference}/move", {"to": "complaint"})
    draft = Draft.objects.get(sent_at=None)  # only what kind it is cannot be known
    assert draft.typed["what"]["what"] == ["Your staff were rude"]
    base = "/desk/new/complaint"
    officer.post(f"{base}/kind", {"kind": "comment"})
    officer.post(f"{base}/what", {"what": "Your staff were rude"})
    officer.post(f"{base}/contact", {"name": "", "email": "bo@resident.example", "phone": ""})
    officer.post(f"{base}/check")
    comment = Case.objects.latest("id")
    assert comment.slug == "complaint" and comment.channel == "online"
    first.refresh_from_db()
    assert not to_do(first) and first.facts["moved"]["reference"] == comment.reference
    # A comment that was no comment at all goes back whole: this form asks nothing that is not known.
    answer = officer.post(f"/desk/cases/{comment.reference}/move", {"to": "tell-us-anything"})
    made = Case.objects.latest("id")
    assert made.slug == "tell-us-anything" and made.answers["text"] == "Your staff were rude"
    assert answer["Location"] == f"/desk/cases/{made.reference}"
    assert made.customer is not None and made.customer.email == "bo@resident.example"
    kinds = list(made.events.values_list("kind", flat=True))
    assert "came from" in kinds


def test_a_slip_is_taken_back_and_teaches_nothing(told: Case) -> None:
    officer = signed_in("officer")
    before = Message.objects.filter(case=told).count()
    officer.post(f"/desk/cases/{told.reference}/move", {"to": "damaged-bin"})
    officer.post(f"/desk/cases/{told.reference}/move/undo")
    told.refresh_from_db()
    assert told.stage == "with_officer" and not told.is_closed and not to_do(told)
    assert not Correction.objects.exists() and not Draft.objects.filter(sent_at=None).exists()
    assert Message.objects.filter(case=told).count() == before + 1  # that it was moved, not anew
    again = officer.post(f"/desk/cases/{told.reference}/move/undo")
    assert again.status_code == 200 and "taken back already" in again.content.decode()


def test_taking_a_move_back_keeps_the_old_deadline(told: Case) -> None:
    due_on = told.due_on
    assert due_on
    by = Actor("staff", "officer")
    rerouting.move(case_id=told.pk, to="complaint", by=by, now=told.opened_at)
    later = told.opened_at + timedelta(days=9)
    assert rerouting.undo(case_id=told.pk, by=by, now=later).due_on == due_on
    told.refresh_from_db()
    assert told.due_on == due_on


def test_what_it_has_become_is_closed_as_moved_back(told: Case) -> None:
    officer = signed_in("officer")
    officer.post(f"/desk/cases/{told.reference}/move", {"to": "complaint"})
    base = "/desk/new/complaint"
    officer.post(f"{base}/kind", {"kind": "comment"})
    officer.post(f"{base}/what", {"what": TEXT})
    officer.post(f"{base}/contact", {"name": "", "email": "", "phone": ""})
    officer.post(f"{base}/check")
    officer.post(f"/desk/cases/{told.reference}/move/undo")
    told.refresh_from_db()
    became = rerouting.came_of(told)
    assert became is not None and became.stage == "moved" and not told.is_closed
    assert became.facts["moved"]["reference"] == told.reference


def test_refusals_change_nothing(told: Case) -> None:
    officer = signed_in("officer")
    for to in ("", "nowhere", "tell-us-anything"):
        answer = officer.post(f"/desk/cases/{told.reference}/move", {"to": to})
        assert answer.status_code == 200 and "Choose the service" in answer.content.decode()
    told.refresh_from_db()
    assert not told.is_closed and not Correction.objects.exists()
    officer.post(f"/desk/cases/{told.reference}/move", {"to": "damaged-bin"})
    twice = officer.post(f"/desk/cases/{told.reference}/move", {"to": "complaint"})
    assert twice.status_code == 200 and "closed already" in twice.content.decode()


def test_a_form_of_a_moved_case_is_gone_on_with_and_begun_again_when_lost(told: Case) -> None:
    officer = signed_in("officer")
    officer.post(f"/desk/cases/{told.reference}/move", {"to": "damaged-bin"})
    officer.post("/desk/new/damaged-bin", {"channel": "telephone"})  # another caller
    first = Draft.objects.get(sent_at=None, moved_from=told)
    officer.post(f"/desk/cases/{told.reference}/move/go-on")
    assert Draft.objects.get(sent_at=None, moved_from=told) == first
    assert officer.form_ids["/desk/new/damaged-bin"] == str(first.pk)
    officer.post(f"/desk/unfinished/{first.pk}/drop")
    officer.post(f"/desk/cases/{told.reference}/move/go-on")
    assert Draft.objects.get(sent_at=None, moved_from=told) != first


def test_an_adviser_may_not_move_and_only_some_may_teach(told: Case) -> None:
    adviser = signed_in("adviser")
    assert (
        adviser.post(f"/desk/cases/{told.reference}/move", {"to": "complaint"}).status_code == 403
    )
    assert adviser.get("/desk/keywords").status_code == 403
    assert signed_in("designer").get("/desk/keywords").status_code == 200


def test_suggestions_are_accepted_declined_and_removed_at_the_desk(told: Case) -> None:
    officer = signed_in("officer")
    officer.post(f"/desk/cases/{told.reference}/move", {"to": "damaged-bin"})
    (suggestion,) = [s for s in suggestions.suggestions() if "zoggle" in s.text]
    given = {"slug": "damaged-bin", "text": suggestion.text}
    page = officer.get("/desk/keywords").content.decode()
    assert f"Add the keyword “{suggestion.text}”" in page and "Tell us anything" in page
    officer.post("/desk/keywords/decide", {**given, "add": "1"})
    (own,) = suggestions.own()
    assert (own.text, own.by, own.slug) == (suggestion.text, "officer", "damaged-bin")
    officer.post(f"/desk/keywords/{own.pk}/remove")
    assert suggestions.own() == []
    officer.post("/desk/keywords/decide", {**given, "leave": "1"})
    assert suggestion.text not in {s.text for s in suggestions.suggestions()}
    wrong = officer.post("/desk/keywords/decide", {"slug": "nowhere", "text": "x", "add": "1"})
    assert wrong.status_code == 200


def test_a_moved_case_is_erased_like_any_other(told: Case) -> None:
    who = StaffUser.objects.get(username="officer")
    by = Actor("staff", who.username, "officer")
    rerouting.move(case_id=told.pk, to="complaint", by=by, now=told.opened_at)
    forgetting.erase(case_id=told.pk, now=told.opened_at)
    assert case_queries.by_reference(told.reference).facts == {}  # type: ignore[union-attr]
    with pytest.raises(Refused, match="not_moved"):
        rerouting.undo(case_id=told.pk, by=by, now=told.opened_at)
    assert cases  # the spine is still whole


def test_answers_of_the_same_name_are_not_asked_again(told: Case, district: Any) -> None:
    case = district.case(3)
    there = signed_in("officer").post(f"/desk/cases/{case.reference}/move", {"to": "damaged-bin"})
    assert there["Location"] == "/desk/new/damaged-bin/damage"  # home and bin are known
    draft = Draft.objects.get(sent_at=None)
    assert draft.answers["property"] == case.answers["property"]
    assert draft.answers["container"] == case.answers["container"]
    assert draft.words["container"] == "Black bin (rubbish)"
    assert not case.jobs.filter(
        state="open"
    ).exists()  # no crew goes out for what was no missed bin


def test_an_answer_that_the_other_service_does_not_take_waits_as_it_was_typed(told: Case) -> None:
    publish_library("graffiti")
    long = enquiry("zoggle " * 200, email="bo@resident.example")
    signed_in("officer").post(f"/desk/cases/{long.reference}/move", {"to": "graffiti"})
    draft = Draft.objects.get(sent_at=None)
    assert draft.typed["details"]["details"] == [("zoggle " * 200).strip()]
    assert "details" not in draft.answers
