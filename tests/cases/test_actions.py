"""Submit, timeline, outcomes: the spine's promises."""

from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from doorstep.cases import access, actions, deciding, submitting, timeline
from doorstep.cases import drafts as case_drafts
from doorstep.cases.models import Case, Event, EventText
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.filling import made


def test_a_report_makes_a_case_a_job_and_a_message(district: Any) -> None:
    case = district.case(0)
    assert case.stage == "with_crew"
    assert Job.objects.get(case=case).crew_list == "REF-1"
    assert Message.objects.get(case=case).to == "ann@resident.example"


def test_sent_twice_the_same_case_comes_back(district: Any) -> None:
    draft = district.draft(0)
    first, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    second, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert first == second and Case.objects.count() == 1


def test_a_stale_draft_is_judged_again_and_keeps_its_answers(district: Any) -> None:
    early = district.draft(0)
    district.case(0)
    case, decision = submitting.submit(draft_id=early.pk, by=RESIDENT, now=district.now)
    early.refresh_from_db()
    assert case is None and decision is not None and decision.code == "reported"
    assert early.answers["container"] == str(district.boxes[0].pk)


def test_an_unanswered_page_cannot_be_sent(district: Any) -> None:
    draft = case_drafts.begin(
        service=district.service, owner=made(), channel="online", by=RESIDENT, now=district.now
    )
    with pytest.raises(Refused, match="unanswered"):
        submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)


def test_the_database_refuses_to_change_or_delete_the_timeline(district: Any) -> None:
    district.case(0)
    for act in (
        lambda: Event.objects.update(kind="x"),
        lambda: Event.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


def test_what_a_person_wrote_can_be_erased_and_the_chain_still_holds(district: Any) -> None:
    case = district.case(0)
    actions.note(case_id=case.pk, text="Rang twice", by=SYSTEM, now=district.now)
    assert timeline.broken(case) == []
    EventText.objects.all().delete()
    assert timeline.broken(case) == []


def test_a_changed_text_breaks_the_chain(district: Any) -> None:
    case = district.case(0)
    actions.note(case_id=case.pk, text="Rang twice", by=SYSTEM, now=district.now)
    EventText.objects.update(text="Rang once")
    assert timeline.broken(case) != []


def test_the_crews_outcome_closes_the_case_and_tells_the_resident(district: Any) -> None:
    case = district.case(0)
    job = Job.objects.get(case=case)
    event = uuid4()
    for _ in range(2):  # the second tap changes nothing
        fieldwork.finish_job(
            event_id=event,
            job_id=job.pk,
            code="collected",
            note="",
            photo="",
            by=SYSTEM,
            now=district.now,
        )
    case.refresh_from_db()
    assert (case.stage, case.outcome) == ("collected", "collected")
    told = Message.objects.order_by("id").values_list("name", flat=True)
    assert list(told) == ["received", "collected"]


def test_a_wrong_outcome_is_corrected_and_the_resident_told(district: Any) -> None:
    case = district.case(0)
    job = Job.objects.get(case=case)
    fieldwork.finish_job(
        event_id=uuid4(),
        job_id=job.pk,
        code="collected",
        note="",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    fieldwork.correct_job(
        event_id=uuid4(), job_id=job.pk, code="not_out", note="", by=SYSTEM, now=district.now
    )
    case.refresh_from_db()
    assert case.stage == "not_out"
    assert Message.objects.latest("id").name == "corrected"


def test_an_outcome_governs_the_check_from_then_on(district: Any) -> None:
    job = Job.objects.get(case=district.case(0))
    fieldwork.finish_job(
        event_id=uuid4(),
        job_id=job.pk,
        code="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    draft = district.draft(0)
    assert draft.decisions["bin"]["code"] == "logged"


def test_a_decision_needs_a_reason_and_withdraws_the_job(district: Any) -> None:
    case = district.case(0)
    with pytest.raises(Refused, match="reason_missing"):
        deciding.decide(case_id=case.pk, decision="close", reason=" ", by=SYSTEM, now=district.now)
    deciding.decide(
        case_id=case.pk, decision="close", reason="Moved away", by=SYSTEM, now=district.now
    )
    assert Job.objects.get(case=case).state == "withdrawn"


def test_a_message_is_sent_once_and_its_link_opens_the_case(district: Any) -> None:
    case = district.case(0)
    message = Message.objects.get(case=case)
    for _ in range(2):
        sending.send(message_id=message.pk, now=district.now)
    from doorstep.outside import plug

    body = plug.get("messages.messenger").sent(message.key).body
    token = body.split("/case/open/")[1].split()[0]
    assert access.by_link(token, district.now) == case
    assert access.by_link(token + "x", district.now) is None


def test_html_and_placeholders_in_answers_stay_text(district: Any) -> None:
    draft = district.draft(0)
    draft.words = {**draft.words, "container": "{link} {{ x }} <b>"}
    draft.save()
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    message = Message.objects.get(case=case)
    assert "{{ x }} <b>" in message.body


def test_statements_of_submit_are_printed_and_few(district: Any, capsys: Any) -> None:
    draft = district.draft(0)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    told = [q["sql"] for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]]
    with capsys.disabled():
        print(f"\nsubmit: {len(told)} statements")
    assert len(told) <= 20, told


def _race(district: Any, drafts: list[Any]) -> list[Any]:
    came: list[Any] = []
    ready = Barrier(len(drafts))

    def send(draft: Any) -> None:
        ready.wait()
        came.append(submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now))
        connection.close()

    threads = [Thread(target=send, args=(d,)) for d in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


@pytest.mark.django_db(transaction=True)
def test_one_bin_reported_at_once_makes_one_case_and_tells_the_others(open_district: Any) -> None:
    drafts = [open_district.draft(0) for _ in range(8)]
    came = _race(open_district, drafts)
    assert Case.objects.count() == 1
    assert sorted(d.code for case, d in came if case is None) == ["reported"] * 7
