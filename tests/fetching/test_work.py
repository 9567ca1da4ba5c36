"""What steps tell rules: a job in parts, and facts found on the way into a stage; reminders."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases import choosing, deciding
from doorstep.cases.models import Case
from doorstep.cases.values import values_of, words_of
from doorstep.catalogue import steps
from doorstep.catalogue.build_service import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job, Outcome
from doorstep.messages import jobs, queue, sending
from doorstep.messages.models import Message
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.people import signed_in

TASKS = ["sofa.1", "sofa.2"]


def finish(case: Case, now: datetime, code: str = "collected", done: Any = ()) -> Case:
    """Tap what came of the case's job, with what was ticked."""
    job = Job.objects.get(case=case)
    what: Any = {"event_id": uuid4(), "job_id": job.pk, "code": code, "note": "", "photo": ""}
    fieldwork.finish_job(**what, by=SYSTEM, now=now, done=done)
    return Case.objects.get(pk=case.pk)


def resident_reads(case: Case) -> str:
    stages = {"partial": "We took {taken.first.count}."}
    return fill(stages[case.stage], words_of(case))


def test_facts_of_a_stage_are_found_before_it_sets_anything_in_motion(fetching: Any) -> None:
    fetching.case()
    job = Job.objects.get()
    assert [(t["id"], t["label"]) for t in job.tasks] == [
        ("sofa.1", "Sofa (1 of 2)"),
        ("sofa.2", "Sofa (2 of 2)"),
    ]


def test_all_ticked_is_the_first_outcome_and_leaves_nothing(fetching: Any) -> None:
    case = finish(fetching.case(), fetching.now, done=TASKS)
    assert case.stage == "collected" and case.facts["job"] == {"left": []}
    assert Outcome.objects.get().left == []


def test_some_ticked_is_partial_and_the_next_stage_reads_what_was_left(fetching: Any) -> None:
    case = finish(fetching.case(), fetching.now, done=TASKS[:1])
    assert case.stage == "partial" and Outcome.objects.get().left == ["sofa.2"]
    assert case.facts["taken"] == [{"id": "sofa", "count": 1}]
    assert resident_reads(case) == "We took 1."


def test_nothing_ticked_is_refused_and_what_is_not_a_task_does_not_count(fetching: Any) -> None:
    case = fetching.case()
    for done in ((), ("sofa.9",)):
        with pytest.raises(Refused, match="nothing_ticked"):
            finish(case, fetching.now, done=done)
    assert Job.objects.get().state == "open" and Outcome.objects.count() == 0


def test_who_could_not_begin_has_left_everything_whatever_was_ticked(fetching: Any) -> None:
    case = finish(fetching.case(), fetching.now, "no_access", TASKS)
    assert case.stage == "no_access" and Outcome.objects.get().left == TASKS
    assert len(case.facts["job"]["left"]) == 2


@pytest.mark.parametrize(("code", "left"), [("collected", []), ("no_access", TASKS)])
def test_a_corrected_job_says_anew_what_is_left(fetching: Any, code: str, left: list[str]) -> None:
    case = finish(fetching.case(), fetching.now, done=TASKS[:1])
    fieldwork.correct_job(
        event_id=uuid4(), job_id=Job.objects.get().pk, code=code, note="", by=SYSTEM,
        now=fetching.now,
    )  # fmt: skip
    case.refresh_from_db()
    assert case.stage == code
    assert [task["id"] for task in case.facts["job"]["left"]] == left
    assert Outcome.objects.get(superseded_by=None).left == left


def test_rules_find_what_a_step_gives_before_anything_came_of_it(fetching: Any) -> None:
    assert values_of(fetching.case())["job"] == {"left": []}
    assert "job" not in values_of(fetching.draft(slot={"id": fetching.days.slot(5), "day": fetching.days.first}), {})  # fmt: skip
    assert steps.given()["job"] == {"left": []}


def test_a_form_cannot_name_what_only_a_step_gives(fetching: Any) -> None:
    form = fetching.contents["form.yaml"].replace(
        "price.pence >= settings.free_from", "size(job.left) > 0"
    )
    with pytest.raises(DefinitionError, match="job"):
        build({**fetching.contents, "form.yaml": form})
    flow = fetching.contents["workflow.yaml"].replace("job.left)", "job.lef)")
    with pytest.raises(DefinitionError, match="lef"):
        build({**fetching.contents, "workflow.yaml": flow})


def test_the_crew_ticks_what_it_takes(fetching: Any) -> None:
    case, crew = fetching.case(), signed_in("crew")
    Job.objects.update(day=fetching.district.today, crew_list="REF-1")
    job = Job.objects.get()
    page = crew.get("/crew/REF-1").content.decode()
    assert page.count('type="checkbox"') == 2 and "Sofa (2 of 2)" in page

    def tap(**given: Any) -> Any:
        event = {"event": str(uuid4()), "job": str(job.pk), "note": "Heavy", **given}
        return crew.post(f"/crew/REF-1/jobs/{job.pk}", event, follow=True).content.decode()

    wrong = tap(code="collected")
    assert "Tick what you took" in wrong and 'value="Heavy"' in wrong
    tap(code="collected", task=["sofa.1"])
    case.refresh_from_db()
    assert case.stage == "partial" and Outcome.objects.get().note == "Heavy"


def reminder() -> Message:
    return Message.objects.get(name="reminder")


def leaves_at(case: Case) -> datetime:
    day = date.fromisoformat(case.answers["slot"]["id"][-10:]) - timedelta(days=1)
    return datetime(day.year, day.month, day.day, 9, tzinfo=ZONE)


def test_a_reminder_leaves_at_its_moment_and_not_before(
    fetching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = fetching.case()
    assert reminder().not_before == leaves_at(case)
    assert not case.events.filter(kind="told").exists()  # nobody was told yet
    queued: list[int] = []
    monkeypatch.setattr(
        type(queue.send), "defer", lambda self, **given: queued.append(given["message_id"])
    )
    for moment, due in ((leaves_at(case) - timedelta(seconds=1), []), (leaves_at(case), [1])):
        monkeypatch.setattr(jobs.timezone, "now", lambda moment=moment: moment)
        jobs.send_reminders()
        jobs.resend_lost()  # what waits for its moment is not lost
        assert len(queued) == len(due)
    sending.send(message_id=reminder().pk, now=leaves_at(case))
    assert reminder().sent_at == leaves_at(case)


def test_a_reminder_of_what_is_no_longer_so_does_not_leave(fetching: Any) -> None:
    case = fetching.case()
    choosing.choose(case_id=case.pk, name="cancel", by=RESIDENT, now=fetching.now)
    sending.send(message_id=reminder().pk, now=leaves_at(case))
    assert not Message.objects.filter(name="reminder").exists()


def test_of_a_moment_that_is_gone_there_is_no_reminder(fetching: Any) -> None:
    day = fetching.now - timedelta(days=3)
    fetching.case(slot={"id": fetching.days.slot(4), "day": day.date()})
    assert not Message.objects.filter(name="reminder").exists()


def test_a_stage_entered_again_has_one_reminder(fetching: Any) -> None:
    case = finish(fetching.case(), fetching.now, "no_access")
    deciding.decide(case_id=case.pk, decision="again", reason="x", by=SYSTEM, now=fetching.now)
    assert reminder().not_before == leaves_at(case)


def test_a_reminder_of_an_erased_case_goes_nowhere(fetching: Any) -> None:
    case = fetching.case()
    Case.objects.filter(pk=case.pk).update(erased_at=fetching.now)
    jobs.forget()
    assert (reminder().to, reminder().body) == ("", "")
    sending.send(message_id=reminder().pk, now=leaves_at(case))
    assert not Message.objects.filter(name="reminder").exists()
