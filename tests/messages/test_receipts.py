"""What became of a message comes back, by callback and by poll, and trouble ends with a person."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep.cases.models import Case
from doorstep.council import queries
from doorstep.messages import receipts, sending
from doorstep.messages.models import Message
from doorstep.outside import plug
from standins.govuk_notify.app import EMAIL, StandIn
from tests.mailing import TOKEN
from tests.to_do import to_do


@pytest.fixture
def message(
    district: Any, notify: StandIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Message]:
    """A message that Notify has taken."""
    told = queries.current().model_copy(update={"messages": {"email": EMAIL}})
    monkeypatch.setattr(queries, "current", lambda: told)
    name = "doorstep.connectors.govuk_notify.NotifyMessenger"
    settings.CONNECTORS = {**settings.CONNECTORS, "messages.messenger": name}
    plug.get.cache_clear()
    made = Message.objects.get(case=district.case(0))
    sending.send(message_id=made.pk, now=timezone.now())
    made.refresh_from_db()
    yield made
    plug.get.cache_clear()


def call_back(body: bytes, token: str = TOKEN) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return int(
        Client().post("/hooks/govuk-notify", body, "application/json", headers=headers).status_code
    )


def asked(message: Message) -> list[Any]:
    jobs = QueueJob.objects.filter(task_name="messages.learn", status="todo")
    return [job.args["message_id"] for job in jobs]


def learn(message: Message, after: timedelta = timedelta(0)) -> None:
    receipts.learn(message_id=message.pk, now=timezone.now() + after)
    message.refresh_from_db()


def notes(message: Message) -> list[str]:
    case = Case.objects.get(pk=message.case_id)
    assert bool(to_do(case)) == case.events.filter(kind="note").exists()
    return [e.personal.text for e in case.events.filter(kind="note")]


def test_a_callback_has_it_asked_after_once(message: Message, notify: StandIn) -> None:
    body = notify.move(message.key, "delivered")
    assert [call_back(body), call_back(body)] == [200, 200]
    assert asked(message) == [message.pk]
    learn(message)
    assert message.delivered_at and message.ask_at is None and notes(message) == []


def test_a_forged_callback_changes_nothing(message: Message, notify: StandIn) -> None:
    body = notify.move(message.key, "permanent-failure")
    assert call_back(body, "another") == 403 and call_back(b"{}") == 400
    assert asked(message) == []


@pytest.mark.parametrize(
    ("status", "why", "says"),
    [
        ("permanent-failure", "address", "its address does not exist"),
        ("temporary-failure", "for_now", "it was tried for some time"),
        ("technical-failure", "theirs", "something went wrong at its carrier’s"),
    ],
)
def test_what_bounces_puts_the_case_before_a_person(
    message: Message, notify: StandIn, status: str, why: str, says: str
) -> None:
    late = notify.move(message.key, "sending")
    call_back(notify.move(message.key, status))
    learn(message)
    learn(message)
    assert (message.why_not, message.ask_at) == (why, None) and message.failed_at
    (note,) = notes(message)
    assert says in note and note.endswith("Please tell the person another way.")
    assert call_back(late) == 200 and len(asked(message)) == 1  # out of order


def test_without_a_callback_it_is_asked_after_more_and_more_seldom(
    message: Message, notify: StandIn
) -> None:
    assert message.sent_at and receipts.due(timezone.now()) == [message.pk]
    learn(message)
    assert receipts.due(timezone.now()) == []
    learn(message, timedelta(hours=10))
    assert message.ask_at and message.ask_at - message.sent_at > timedelta(hours=10, minutes=59)
    notify.move(message.key, "delivered")
    assert receipts.due(message.ask_at) == [message.pk]
    learn(message)
    assert message.delivered_at


def test_what_nothing_is_heard_of_for_days_is_a_persons(message: Message, notify: StandIn) -> None:
    learn(message, timedelta(days=3))
    assert notes(message) == []
    notify.messages.clear()  # it forgets after some days
    learn(message, timedelta(days=5))
    assert message.why_not == "silent" and "nothing was heard of it" in notes(message)[0]


def test_abroad_nothing_more_is_ever_said(message: Message, notify: StandIn) -> None:
    notify.move(message.key, "sent")
    learn(message)
    assert message.ask_at is None and not message.delivered_at and notes(message) == []
