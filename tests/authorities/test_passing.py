"""Passing on and hearing back: against our own Open311, and against a program that is not ours."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from doorstep.authorities import actions, asking, jobs
from doorstep.authorities.models import Heard, Passed
from doorstep.cases import actions as cases
from doorstep.cases import deciding, forgetting
from doorstep.cases.models import Case, Event, EventText
from doorstep.catalogue.service import Service
from doorstep.files import photos
from doorstep.intake import orders
from doorstep.messages.models import Message
from doorstep.outside import later
from doorstep.staff.actor import Actor
from tests.authorities.foreign import Foreign
from tests.authorities.signs import signed, tidy
from tests.open311.conftest import key, picture, publish
from tests.queue import run_queue
from tests.to_do import to_do

pytestmark = pytest.mark.django_db(transaction=True)
OFFICER = Actor("staff", "officer", "officer")
MADE = "<service_requests><request><service_request_id>77</service_request_id></request></service_requests>"


def decide(case: Case, decision: str) -> None:
    deciding.decide(
        case_id=case.pk, decision=decision, reason="Seen", by=OFFICER, now=timezone.now()
    )


def look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look now, as the worker does every minute, and do what it queued."""
    for wait in ("OFTEN", "SELDOM"):  # whatever is asked again is due at once
        monkeypatch.setattr(jobs, wait, timedelta())
    monkeypatch.setattr(asking, "OFTEN", timedelta())
    jobs.look()
    run_queue()


def outcomes(case: Case) -> list[str]:
    found = Event.objects.filter(case=case, kind="outcome").order_by("number")
    return [e.data["outcome"] for e in found]


def notes(case: Case) -> list[str]:
    found = EventText.objects.filter(event__case=case, event__kind="note")
    return list(found.order_by("event__number").values_list("text", flat=True))


@pytest.fixture
def foreign_county(county: Any, foreign: Foreign, signs: Service) -> Foreign:
    county(foreign.address, "k")
    return foreign


def test_the_whole_way_there_and_back(
    county: Any, signs: Service, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("broken-bench")
    county(f"{live_server.url}/open311/v2", key("cases:create", name="Neighbour"))
    photo = photos.take(_file(), now=timezone.now())
    case = signed(signs, pictures=orders.Typed({"pictures": [photo]}))
    assert case.stage == "passing" and outcomes(case) == []
    run_queue()
    theirs = Case.objects.get(slug="broken-bench")
    passed = Passed.objects.get()
    case.refresh_from_db()
    assert (passed.state, passed.their_id, case.stage) == ("taken", theirs.reference, "with_them")
    assert case.facts["passed"]["reference"] == theirs.reference
    # What went along, and what did not.
    assert theirs.answers["damage"] == ["leg"] and theirs.answers["danger"] is True
    assert theirs.answers["detail"].startswith("It swings <&>.")
    assert case.reference in theirs.answers["detail"]
    assert theirs.latitude == case.latitude and theirs.customer is None
    assert len(theirs.answers["pictures"]) == 1
    # Sent again under the same key, it is the same report there.
    Passed.objects.update(state="waiting", sent_at=None, their_id="", tried_at=None)
    actions.send(passed_id=passed.pk, now=timezone.now())
    assert Case.objects.filter(slug="broken-bench").count() == 1
    decide(theirs, "send")
    look(monkeypatch)
    case.refresh_from_db()
    assert case.stage == "under_way"
    _mend()
    look(monkeypatch)
    look(monkeypatch)  # told again, nothing more comes of it
    case.refresh_from_db()
    assert (case.stage, case.outcome, case.is_closed) == ("mended", "mended", True)
    assert outcomes(case)[-2:] == ["send.started", "send.fixed"]
    assert outcomes(case).count("send.fixed") == 1 and Heard.objects.count() == 3
    told = Message.objects.filter(case=case, sent_at__isnull=False).values_list("name", flat=True)
    assert sorted(told) == ["mended", "received", "under_way"]
    assert "Leicestershire County Council (FIXED): We have mended it." in notes(case)
    assert all(name not in str(Passed.objects.values()) for name in ("Ann", "swings"))


def _file() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("a.jpg", picture())


def _mend() -> None:
    from uuid import uuid4

    from doorstep.fieldwork import actions as fieldwork
    from doorstep.fieldwork.models import Job

    fieldwork.finish_job(
        event_id=uuid4(),
        job_id=Job.objects.get().pk,
        code="mended",
        note="",
        photo="",
        by=Actor("staff", "crew"),
        now=timezone.now(),
    )


def test_contact_goes_along_only_where_the_workflow_says_so(
    foreign_county: Foreign, signs: Service
) -> None:
    foreign_county.says("POST requests.xml", MADE)
    signed(signs)
    run_queue()
    (fields,) = foreign_county.asked("POST requests.xml")
    assert not {"email", "first_name", "last_name", "phone"} & set(fields)
    assert "Ann" not in str(fields)
    passed = Passed.objects.get()
    Passed.objects.update(
        state="waiting", sent_at=None, their_id="", tried_at=None, what={**passed.what, "with_contact": True}
    )  # fmt: skip
    actions.send(passed_id=passed.pk, now=timezone.now())
    assert foreign_county.asked("POST requests.xml")[-1]["last_name"] == ["Lee"]


def test_who_cannot_be_reached_is_tried_again_until_an_officer_is_asked(
    foreign_county: Foreign, signs: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign_county.says("POST requests.xml", "<errors/>", 503)
    case = signed(signs)
    run_queue()
    passed = Passed.objects.get()
    assert (passed.state, passed.tries, passed.problem) == ("waiting", 1, "they answered 503")
    look(monkeypatch)
    look(monkeypatch)
    assert Passed.objects.get().tries == 3 and len(foreign_county.asked("POST requests.xml")) == 3
    # Before each further try they were asked whether they have it.
    assert len(foreign_county.asked(f"GET tokens/{passed.key}.xml")) == 2
    tidy()
    actions.send(passed_id=passed.pk, now=timezone.now() + timedelta(days=4))
    case.refresh_from_db()
    assert Passed.objects.get().state == "refused" and case.stage == "stuck"
    assert to_do(case) and "not reached for 3 days" in notes(case)[-1]
    foreign_county.says("POST requests.xml", MADE)
    decide(case, "again")
    run_queue()
    case.refresh_from_db()
    assert case.stage == "with_them" and Passed.objects.count() == 2


def test_an_answer_that_was_lost_is_not_sent_twice(foreign_county: Foreign, signs: Service) -> None:
    foreign_county.says("POST requests.xml", "<errors/>", 500)
    case = signed(signs)
    run_queue()
    passed = Passed.objects.get()
    foreign_county.says(f"GET tokens/{passed.key}.xml", MADE)  # it had arrived
    actions.send(passed_id=passed.pk, now=timezone.now())
    case.refresh_from_db()
    assert (case.stage, Passed.objects.get().their_id) == ("with_them", "77")
    assert len(foreign_county.asked("POST requests.xml")) == 1


def test_what_is_refused_is_an_officers(foreign_county: Foreign, signs: Service) -> None:
    foreign_county.says("POST requests.xml", "<errors/>", 400)
    case = signed(signs)
    run_queue()
    case.refresh_from_db()
    assert case.stage == "stuck" and to_do(case) and outcomes(case) == ["send.refused"]
    assert "they answered 400" in notes(case)[-1]


def test_an_authority_that_takes_nothing_this_way(signs: Service) -> None:
    case = signed(signs)
    run_queue()
    case.refresh_from_db()
    assert case.stage == "stuck" and "takes nothing this way" in notes(case)[-1]


def test_two_workers_send_once(foreign_county: Foreign, signs: Service) -> None:
    from threading import Barrier, Thread

    from django.db import connection

    foreign_county.says("POST requests.xml", MADE)
    signed(signs)
    passed, gate = Passed.objects.get(), Barrier(2)

    def work() -> None:
        gate.wait()
        actions.send(passed_id=passed.pk, now=timezone.now())
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_queue()
    assert len(foreign_county.asked("POST requests.xml")) == 1


def test_a_token_is_resolved_later(
    foreign_county: Foreign, signs: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign_county.says("POST requests.xml", MADE.replace("service_request_id", "token"))
    foreign_county.says("GET tokens/77.xml", "<service_requests><request/></service_requests>")
    case = signed(signs)
    run_queue()
    look(monkeypatch)
    assert (Passed.objects.get().their_id, Passed.objects.get().state) == ("", "taken")
    foreign_county.says("GET tokens/77.xml", MADE.replace(">77<", ">R-9<"))
    row = "<request><service_request_id>R-9</service_request_id><status>closed</status><updated_datetime>2026-11-24T09:30:00Z</updated_datetime></request>"
    foreign_county.says("GET requests.xml", f"<service_requests>{row}</service_requests>")
    look(monkeypatch)
    case.refresh_from_db()
    assert case.stage == "ended" and outcomes(case) == ["send.taken", "send.closed"]
    assert case.facts["passed"]["reference"] == "R-9"


def test_an_end_that_the_workflow_knows_no_way_on_for_is_an_officers(
    foreign_county: Foreign, signs: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign_county.says("POST requests.xml", MADE)
    case = signed(signs)
    run_queue()
    flow = case.version.files["workflow.yaml"].replace("  send.fixed: mended\n", "")
    from doorstep.catalogue import queries as catalogue
    from doorstep.catalogue.build_service import build

    contents = {**case.version.files, "workflow.yaml": flow}
    monkeypatch.setitem(catalogue._made, (case.version_id, "en"), build(contents))
    update = actions.Update("1", "77", timezone.now(), "fixed", "All done")
    for _ in range(2):
        actions.take_in(passed_id=Passed.objects.get().pk, update=update, now=timezone.now())
    case.refresh_from_db()
    assert case.stage == "with_them" and to_do(case)
    assert notes(case)[-2:] == [
        "Leicestershire County Council: All done",
        "Please decide what follows: Leicestershire County Council says that it is fixed.",
    ]


def test_what_was_withdrawn_in_time_does_not_leave(foreign_county: Foreign, signs: Service) -> None:
    foreign_county.says("POST requests.xml", MADE)
    case = signed(signs)
    from doorstep.cases import workflow

    with transaction.atomic():
        workflow.unwind(case, by=OFFICER, now=timezone.now())
    run_queue()
    assert Passed.objects.get().state == "withdrawn" and foreign_county.calls == []


def test_an_erased_case_is_not_sent(foreign_county: Foreign, signs: Service) -> None:
    case = signed(signs)
    cases.record_outcome(case_id=case.pk, name="send.closed", by=OFFICER, now=timezone.now())
    forgetting.erase(case_id=case.pk, now=timezone.now())
    actions.send(passed_id=Passed.objects.get().pk, now=timezone.now())
    assert foreign_county.calls == [] and Passed.objects.get().state == "refused"


def test_the_jobs_are_registered(signs: Service) -> None:
    assert {"authorities.send", "authorities.fetch"} <= set(later.JOBS)
    assert jobs.look in later._reconcilers
