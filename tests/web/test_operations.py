"""Alive, ready, figures and status: what whoever runs it sees, and what is mended by hand."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep.demo import claims
from doorstep.messages import queue
from doorstep.messages.models import Message
from doorstep.outside import actions, plug, queries, sweeper
from doorstep.outside.errors import GiveUp
from doorstep.outside.models import Beat, JobFailure
from tests.people import signed_in
from tests.queue import run_queue


def text(answer: Any) -> str:
    return str(answer.content.decode())


def given_up(district: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Message]:
    """Have a message's job given up, and return its number and the message."""

    class Refusing:
        def send_email(self, message: Any) -> Any:
            raise GiveUp("the address does not exist")

    message = Message.objects.get(case=district.case(0))
    with monkeypatch.context() as patch:
        patch.setattr(plug, "get", lambda socket: Refusing())
        run_queue()
    sweeper.give_up()
    return QueueJob.objects.get(status="failed").pk, message


def renamed(before: str, after: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update django_migrations set app = %s where app = %s", [after, before])


@pytest.mark.django_db(transaction=True)
def test_it_is_ready_when_the_database_is_as_the_code_needs_it() -> None:
    assert Client().get("/healthz").status_code == 200
    assert Client().get("/readyz").json() == {"ready": True, "wanting": None}
    renamed("waste", "elsewhere")  # for all to see: readiness is looked at by a thread of its own
    try:
        answer = Client().get("/readyz")
    finally:
        renamed("elsewhere", "waste")
    assert (answer.status_code, answer.json()["wanting"]) == (503, "migrations")


def test_without_a_database_it_is_alive_and_not_ready(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, tuple[int, str]] = {}
    # Each thread has a connection of its own: from now on, one that leads nowhere.
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")

    def ask() -> None:
        for path in ("/healthz", "/readyz", "/metrics"):
            answer = Client().get(path)
            seen[path] = (answer.status_code, text(answer))

    thread = Thread(target=ask)
    thread.start()
    thread.join(30)
    assert seen["/healthz"][0] == 200
    assert seen["/readyz"][0] == 503 and "database" in seen["/readyz"][1]
    assert seen["/metrics"][0] == 503


def test_figures_name_the_queue_and_its_alarms(district: Any) -> None:
    queue.send.defer(message_id=1)
    said = text(Client().get("/metrics"))
    assert 'doorstep_jobs_due{queue="default"} 1.0' in said
    assert 'doorstep_alarm{alarm="worker_silent"} 1.0' in said  # no worker runs in this test
    assert 'doorstep_alarm{alarm="queue_late"} 0.0' in said
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_events set at = at - interval '5 minutes'")
    said = text(Client().get("/metrics"))
    assert 'doorstep_alarm{alarm="queue_late"} 1.0' in said
    assert "ann@" not in said and "MB-" not in said


def test_a_message_worker_that_is_silent_is_seen_though_the_sweeper_beats(district: Any) -> None:
    claims.load(timezone.now())  # a source that was never read is red, too
    Beat.objects.create(queue="sys", at=timezone.now())
    beat = Beat.objects.create(queue="default", at=timezone.now() - timedelta(seconds=61))
    assert queries.standing().silent == ["default"]
    figures, page = text(Client().get("/metrics")), text(signed_in("supervisor").get("/status"))
    assert 'doorstep_alarm{alarm="worker_silent"} 1.0' in figures
    assert 'doorstep_worker_heartbeat_seconds{queue="default"} 61.' in figures
    assert "61 seconds ago" in page and page.count("govuk-tag--red") == 2
    beat.at = timezone.now() - timedelta(seconds=50)
    beat.save()
    assert 'doorstep_alarm{alarm="worker_silent"} 0.0' in text(Client().get("/metrics"))


def test_a_job_for_later_is_not_late(district: Any) -> None:
    queue.send.defer(message_id=1)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set scheduled_at = now() + interval '1 hour'")
    lane = queries.standing().lanes[0]
    assert (lane.due, lane.later, lane.oldest) == (0, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_what_was_given_up_is_run_once_more_by_hand(
    open_district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, message = given_up(open_district, monkeypatch)
    supervisor = signed_in("supervisor")
    seen = text(supervisor.get("/status"))
    assert "GiveUp: the address does not exist" in seen and "messages.send" in seen
    assert queries.standing().failed == 1
    answer = supervisor.post(f"/status/{number}", {"retry": "1"}, follow=True)
    assert "runs once more" in text(answer) and "Nothing was given up" in text(answer)
    run_queue()
    message.refresh_from_db()
    assert message.sent_at and not QueueJob.objects.filter(status="failed").exists()
    answer = supervisor.post(f"/status/{number}", {"retry": "1"}, follow=True)
    assert "Someone else has dealt" in text(answer)


@pytest.mark.django_db(transaction=True)
def test_a_second_failure_is_given_up_anew(
    open_district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, message = given_up(open_district, monkeypatch)
    lines = message.case.events.count()  # type: ignore[union-attr]

    def refuse(message_id: int, now: Any) -> None:
        raise GiveUp("still not")

    assert actions.retry(job_id=number, username="officer")
    monkeypatch.setattr("doorstep.messages.sending.send", refuse)
    run_queue()
    sweeper.give_up()
    failure = JobFailure.objects.get()
    assert (failure.error, failure.retried_by) == ("GiveUp: still not", "officer")
    assert message.case.events.count() == lines + 1  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_what_was_dealt_with_is_laid_aside_and_who_may_not_cannot(
    open_district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = given_up(open_district, monkeypatch)
    manager = signed_in("manager")
    assert "Run it once more" not in text(manager.get("/status"))
    assert manager.post(f"/status/{number}", {"retry": "1"}).status_code == 403
    assert signed_in("adviser").get("/status").status_code == 403
    answer = signed_in("administrator").post(f"/status/{number}", {"aside": "1"}, follow=True)
    assert "laid aside" in text(answer) and queries.standing().failed == 0
    assert JobFailure.objects.get().dealt_by == "administrator"


def test_staff_and_prometheus_see_how_old_our_facts_are(district: Any) -> None:
    page = text(signed_in("administrator").get("/status"))
    assert "How old our facts are" in page and "Rounds: started and finished" in page
    said = text(Client().get("/metrics"))
    age = float(said.split('doorstep_facts_age_seconds{source="rounds"} ')[1].split()[0])
    assert 0 < age < 5 * 24 * 3600
