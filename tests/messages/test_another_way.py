"""Staff see what a case's person was told and what became of it, and tell them again or another way."""

import html
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.messages import jobs, sending
from doorstep.messages.models import Message
from doorstep.outside import plug
from tests.people import signed_in
from tests.to_do import to_do

DAY, NIGHT = datetime(2026, 7, 1, 12, tzinfo=ZONE), datetime(2026, 7, 1, 23, tzinfo=ZONE)


@pytest.fixture
def case(district: Any) -> Case:
    """A case whose e-mail bounces and whose person has a mobile telephone."""
    made: Case = district.case(0)
    assert made.customer
    made.customer.email, made.customer.phone = "no-such-person@resident.example", "07700 900123"
    made.customer.save()
    Message.objects.filter(case=made).update(to=made.customer.email)
    return made


def send(message: Message, now: datetime = DAY) -> Message:
    sending.send(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message


def page(case: Case, role: str = "adviser") -> str:
    answer = signed_in(role).get(f"/desk/cases/{case.reference}").content.decode()
    return html.unescape(answer.partition('id="messages"')[2].partition("</section>")[0])


def press(case: Case, message: Message, way: str) -> str:
    there = f"/desk/cases/{case.reference}/messages/{message.pk}/again"
    answer = signed_in("adviser").post(there, {"way": way}, follow=True)
    return html.unescape(answer.content.decode())


def latest(case: Case) -> Message:
    return Message.objects.filter(case=case).latest("id")


def test_staff_see_what_was_said_and_its_state(case: Case) -> None:
    assert "Waiting to be sent" in page(case) and "Send it again" not in page(case)
    Message.objects.update(to="ann@resident.example")
    send(latest(case))
    seen = page(case)
    assert "Sent" in seen and "to <bdi>ann@resident.example</bdi>" in seen
    assert "What it said" in seen and "[…]" in seen and "/case/open/" not in seen
    Message.objects.update(delivered_at=timezone.now())
    assert "Delivered" in page(case)


def test_what_did_not_arrive_is_told_another_way(case: Case) -> None:
    send(latest(case))
    seen = page(case)
    assert "Did not arrive" in seen and "Its address does not exist." in seen
    assert "Tell them another way." in seen
    assert "550 5.1.1 no such person here" in seen
    for words in ("as a text message", "Have a letter written", "Have them rung"):
        assert words in seen
    assert "by e-mail" not in seen  # to the address that is none
    assert case.customer
    case.customer.email = "ann@resident.example"
    case.customer.save()
    assert "by e-mail" in page(case)
    assert "<button" not in page(case, "manager")


def test_a_text_goes_once_and_says_where_the_rest_is_read(case: Case) -> None:
    bounced = send(latest(case))
    press(case, bounced, "text")
    assert "This is on its way again already" in press(case, bounced, "text")
    text = send(latest(case))
    assert to_do(case) == []  # it was told another way
    assert (text.channel, text.to, text.again_of) == ("text", "+447700900123", bounced)
    out = plug.get("messages.messenger").sent(text.key)
    assert out.link in out.body and "/case/open/" in out.link and bounced.subject in out.body
    seen = page(case)
    assert Message.objects.count() == 2 and "parts; an earlier one" in seen
    assert "It was sent again since." in seen and "Have them rung" not in seen


def test_at_night_a_text_waits_for_the_morning(case: Case) -> None:
    press(case, send(latest(case)), "text")
    text = send(latest(case), NIGHT)
    assert text.sent_at is None and text.not_before == datetime(2026, 7, 2, 8, tzinfo=ZONE)
    assert "Leaves later" in page(case)
    jobs.send_reminders()  # long past that morning by now
    assert send(text, datetime(2026, 7, 2, 8, 1, tzinfo=ZONE)).sent_at


def test_the_corrected_address_is_used_and_the_whole_is_said_again(case: Case) -> None:
    bounced = send(latest(case))
    press(case, bounced, "text")
    text = latest(case)
    sending.not_told(message_id=text.pk, why="address", now=DAY)
    assert case.customer
    case.customer.email = "ann@resident.example"
    case.customer.save()
    press(case, text, "email")
    mail = send(latest(case))
    assert (mail.to, mail.body) == ("ann@resident.example", bounced.body) and mail.sent_at


@pytest.mark.parametrize(("way", "says"), [("letter", "write a letter"), ("call", "ring the")])
def test_a_letter_and_a_call_are_asked_of_a_person(case: Case, way: str, says: str) -> None:
    bounced = send(latest(case))
    (before,) = to_do(case)
    press(case, bounced, way)
    (after,) = to_do(case)
    note = case.events.filter(kind="note").latest("number")
    assert "another way" in before and says in after
    assert note.personal.text == after and note.by_key == "adviser"


def test_only_the_ways_there_are(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    bounced, other = send(latest(case)), council.current().model_copy(update={"texts": None})
    monkeypatch.setattr(council, "current", lambda: other)
    for way in ("text", "pigeon"):
        assert "cannot be told in this way now" in press(case, bounced, way)
    assert Message.objects.count() == 1


def test_a_code_and_what_still_waits_are_not_sent_again(case: Case) -> None:
    assert "on its way again already" in press(case, latest(case), "email")
    Message.objects.update(name="code", sent_at=DAY, receipt="x")
    assert "cannot be told in this way now" in press(case, latest(case), "email")
    assert Message.objects.count() == 1
