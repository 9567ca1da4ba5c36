"""What may no longer be kept is forgotten, and the chain of the timeline still holds."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases import access, actions, forgetting, timeline
from doorstep.cases import jobs as case_jobs
from doorstep.cases.models import Case, Draft, EventText, Link
from doorstep.council.errors import Refused
from doorstep.customers.models import Customer
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork import jobs as field_jobs
from doorstep.fieldwork.models import Job, Outcome
from doorstep.messages import jobs as message_jobs
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.outside import later
from doorstep.staff.actor import SYSTEM


def _closed(district: Any) -> Case:
    case = district.case(0)
    actions.note(case_id=case.pk, text="Ann rang", by=SYSTEM, now=district.now)
    sending.send(message_id=Message.objects.get(case=case).pk, now=district.now)
    job = Job.objects.get(case=case)
    fieldwork.finish_job(
        event_id=uuid4(),
        job_id=job.pk,
        code="collected",
        note="Ann waved",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    case.refresh_from_db()
    return case


def test_an_open_case_is_not_erased(district: Any) -> None:
    with pytest.raises(Refused, match="still_open"):
        forgetting.erase(case_id=district.case(0).pk, now=district.now)


def test_a_case_is_erased_when_its_retention_is_over_and_not_before(district: Any) -> None:
    case = _closed(district)
    days = district.service.about.retention_days
    assert forgetting.erase_due(now=district.now + timedelta(days=days - 1)) == 0
    assert forgetting.erase_due(now=district.now + timedelta(days=days + 1)) == 1
    field_jobs.forget()
    message_jobs.forget()
    case.refresh_from_db()
    assert (case.customer, case.place, case.answers, case.words) == (None, None, {}, {})
    assert (case.outcome, case.stage) == ("collected", "collected")
    for model in (Customer, Link, EventText):
        assert not model.objects.exists(), model
    assert not Message.objects.exclude(to="", body="", subject="").exists()
    assert not Outcome.objects.exclude(note="", photo="", about_key="").exists()
    assert Job.objects.get(case=case).place is None
    assert timeline.broken(case) == []


def test_a_draft_nobody_came_back_to_goes_after_a_night(district: Any) -> None:
    district.draft(0)
    assert forgetting.drop_old_drafts(now=district.now + timedelta(hours=11)) == 0
    assert forgetting.drop_old_drafts(now=district.now + timedelta(hours=13)) == 1
    assert not Draft.objects.exists()


def test_a_draft_saved_by_a_link_goes_after_thirty_days(district: Any) -> None:
    district.draft(0)
    Draft.objects.update(saved_key="key")
    assert forgetting.drop_old_drafts(now=district.now + timedelta(days=29)) == 0
    assert forgetting.drop_old_drafts(now=district.now + timedelta(days=31)) == 1
    assert not Draft.objects.exists()


def test_a_form_that_was_sent_keeps_no_more_than_leads_to_its_case(district: Any) -> None:
    case = district.case(0)
    whose = (case.draft.owner_kind, case.draft.owner_key, case.draft.asked)
    assert case.draft.facts and case.draft.decisions
    assert forgetting.empty_sent(now=district.now + timedelta(hours=23)) == 0
    assert forgetting.empty_sent(now=district.now + timedelta(hours=25)) == 1
    draft = Draft.objects.get(pk=case.draft_id)
    assert (draft.facts, draft.decisions) == ({}, {})
    assert (draft.owner_kind, draft.owner_key, draft.asked) == whose and draft.sent_at
    assert forgetting.empty_sent(now=district.now + timedelta(hours=25)) == 0


def test_what_was_found_of_a_form_that_is_not_sent_stays(district: Any) -> None:
    draft = district.draft(0)
    forgetting.empty_sent(now=district.now + timedelta(days=9))
    assert Draft.objects.get(pk=draft.pk).facts == draft.facts != {}


def test_a_link_goes_once_it_opens_nothing(district: Any) -> None:
    access.make_link(case=district.case(0), key="a", now=district.now)
    access.forget_access(district.now + timedelta(days=89))
    assert Link.objects.exists()
    access.forget_access(district.now + timedelta(days=91))
    assert not Link.objects.exists()


def test_every_room_that_keeps_something_personal_forgets_daily() -> None:
    for act in (case_jobs.forget, message_jobs.forget, field_jobs.forget):
        assert act in later._daily
