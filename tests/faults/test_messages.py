"""A message that is lost, bounced, doubled or late, its worker killed anywhere: told once, or a person knows."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.council import queries
from doorstep.messages import queue, sending
from doorstep.messages.models import Message
from doorstep.outside import plug, sweeper
from doorstep.outside.errors import TryLater
from doorstep.tasks.models import Task
from standins.govuk_notify.app import EMAIL, StandIn
from standins.mail.server import DROP, KEEP_AND_DROP, MailServer
from tests.faults.cutting import killed_at
from tests.patience import until
from tests.queue import run_queue
from tests.to_do import to_do

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def smtp(mail: MailServer, settings: Any) -> Iterator[MailServer]:
    yield from carried_by(settings, "smtp.SmtpMessenger", mail)


@pytest.fixture
def by_notify(notify: StandIn, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    council = queries.current()
    told = council.model_copy(update={"messages": {"email": EMAIL}})
    monkeypatch.setattr(queries, "current", lambda: told)
    yield from carried_by(settings, "govuk_notify.NotifyMessenger", notify)


def carried_by(settings: Any, name: str, standin: Any) -> Iterator[Any]:
    names = dict.fromkeys(sending.SOCKETS, f"doorstep.connectors.{name}")
    settings.CONNECTORS = {**settings.CONNECTORS, **names}
    plug.get.cache_clear()
    yield standin
    plug.get.cache_clear()


def fresh(case: Case, number: int) -> Message:
    """Return another message of a case that nobody is asked to look at."""
    Task.objects.filter(ended_at=None).update(ended_at=timezone.now(), end="done")
    return Message.objects.create(
        case=case, key=f"{case.reference}-{number}", name="received", channel="email",
        to=f"ann{number}@resident.example", subject="Bin", body="Yours", queued_at=timezone.now(),
    )  # fmt: skip


def send(message: Message) -> None:
    sending.send(message_id=message.pk, now=timezone.now())


def came_through(message: Message) -> bool:
    """Run it as the sweeper brings it back; the server takes a moment to see that the worker is dead."""
    try:
        send(message)
    except TryLater:
        return False
    return True


def is_asked(case: Case) -> bool:
    return bool(to_do(case))


def times_told(mail: MailServer, message: Message) -> int:
    return sum(to == message.to for to, _ in mail.taken)


def test_a_worker_killed_anywhere_tells_once_or_a_person_knows(
    open_district: Any, smtp: MailServer
) -> None:
    case, kept = open_district.case(0), 0
    for step in count(1):
        message = fresh(case, step)
        killed = killed_at(step, lambda m=message: send(m))  # type: ignore[misc]
        until(lambda m=message: came_through(m), every=0.02)  # type: ignore[misc]
        send(message)
        message.refresh_from_db()
        told, asked = times_told(smtp, message), is_asked(case)
        assert told <= 1 and (told == 1 or asked), step
        assert bool(message.sent_at) != bool(message.failed_at) == asked, step
        kept += told and asked
        if not killed:
            break
    assert step > 20 and not asked and kept


def test_by_notify_a_worker_killed_anywhere_tells_once_and_nobody_is_asked(
    open_district: Any, by_notify: StandIn
) -> None:
    case = open_district.case(0)
    for step in count(1):
        message = fresh(case, step)
        killed = killed_at(step, lambda m=message: send(m))  # type: ignore[misc]
        until(lambda m=message: came_through(m), every=0.02)  # type: ignore[misc]
        send(message)
        message.refresh_from_db()
        told = [m["id"] for m in by_notify.messages.values() if m["to"] == message.to]
        assert told == [message.receipt] and not is_asked(case), step
        if not killed:
            break
    assert step > 15


@pytest.mark.parametrize(
    "moods", [("refuse", "lose"), ("lose", "down", "lose"), ("down", "refuse", "down")]
)
def test_by_notify_what_is_lost_or_late_arrives_once(
    open_district: Any, by_notify: StandIn, moods: tuple[str, ...]
) -> None:
    message = fresh(open_district.case(0), 1)
    for mood in moods:
        by_notify.mood = mood
        with pytest.raises(TryLater):
            send(message)
    by_notify.mood = ""
    send(message)
    message.refresh_from_db()
    assert list(by_notify.messages) == [message.receipt] and message.ask_at


@pytest.mark.parametrize("mood", [DROP, KEEP_AND_DROP])
def test_an_answer_that_is_lost_is_not_made_good_by_a_second_mail(
    open_district: Any, smtp: MailServer, mood: str
) -> None:
    case = open_district.case(0)
    message = fresh(case, 1)
    smtp.moods["BODY"] = mood
    with pytest.raises(TryLater):
        send(message)
    smtp.moods.clear()
    send(message)
    send(message)
    assert times_told(smtp, message) == (mood == KEEP_AND_DROP) and is_asked(case)
    notes = [e.personal.text for e in case.events.filter(kind="note")]
    assert len(notes) == 1 and notes[0].startswith("It is not known whether the message")


def test_what_is_refused_for_good_is_a_persons_with_the_servers_words(
    open_district: Any, smtp: MailServer
) -> None:
    case = open_district.case(0)
    message = fresh(case, 1)
    smtp.moods["RCPT"] = "550 5.1.1 no such person"
    send(message)
    message.refresh_from_db()
    assert (message.why_not, message.said) == ("address", "550 5.1.1 no such person")
    assert is_asked(case) and not message.sent_at


def test_what_is_late_arrives_once(open_district: Any, smtp: MailServer) -> None:
    case = open_district.case(0)
    message = fresh(case, 1)
    for verb, mood in (("CONNECT", "421 busy"), ("RCPT", "450 greylisted"), ("BODY", "452 full")):
        smtp.moods = {verb: mood}
        with pytest.raises(TryLater):
            send(message)
    smtp.moods.clear()
    send(message)
    assert times_told(smtp, message) == 1 and not is_asked(case)


def test_two_workers_at_once_send_one(open_district: Any, smtp: MailServer) -> None:
    case = open_district.case(0)
    message = fresh(case, 1)
    with sending._alone(message.pk):
        queue.send.defer(message_id=message.pk)
        run_queue()  # in a thread, on a connection of its own
        assert times_told(smtp, message) == 0
    sweeper.give_up()
    send(message)
    assert times_told(smtp, message) == 1


def test_a_note_without_a_case_goes_twice_rather_than_not_at_all(
    open_district: Any, smtp: MailServer
) -> None:
    message = fresh(open_district.case(0), 1)
    Message.objects.filter(pk=message.pk).update(case=None, about="note:1", path="/x/")
    smtp.moods["BODY"] = KEEP_AND_DROP
    with pytest.raises(TryLater):
        send(message)
    smtp.moods.clear()
    send(message)
    (_, first), (_, second) = smtp.taken
    assert first["Message-ID"] == second["Message-ID"]
