"""Twilio's connector against a stand-in over HTTP: what is sent, what each answer means, and what nobody can know."""

import time
from dataclasses import replace
from typing import Any

import pytest

from doorstep.connectors import twilio as connector
from doorstep.connectors.twilio import REFUSED, STATES, WHY, TwilioMessenger
from doorstep.messages.provider import Delivery, NotThere, Outgoing, Undeliverable, Unsure
from doorstep.outside import breaker
from doorstep.outside.errors import GiveUp, NotSent, OutsideError, TryLater
from standins.twilio.app import MAGIC, StandIn

LINK = "https://council.example/case/open/abc"
TEXT = Outgoing("MB-1-1", "+447700900123", "Your bin", f"Your bin\n{LINK}\nThe council", link=LINK)


def test_a_text_goes_from_our_number_or_service_with_our_link_alone(
    twilio: StandIn, settings: Any
) -> None:
    said = f"https://evil.example says {LINK} www.evil.example"
    receipt = TwilioMessenger().send_text(replace(TEXT, body=said))
    settings.TWILIO_FROM = f"MG{'2' * 32}"
    TwilioMessenger().send_text(TEXT)
    first, second = twilio.messages.values()
    assert receipt.follows and receipt.id == first["sid"]
    assert (first["to"], first["from"]) == ("+447700900123", "+447700900999")
    assert first["body"] == f"… says {LINK} …" and second["body"] == TEXT.body
    assert second["messaging_service_sid"] == settings.TWILIO_FROM and second["from"] is None


def test_without_a_key_the_accounts_own_name_goes(twilio: StandIn, settings: Any) -> None:
    settings.TWILIO_KEY = ""
    with pytest.raises(GiveUp, match="TWILIO_KEY, TWILIO_SECRET"):
        TwilioMessenger().check()
    twilio.right = StandIn(settings.TWILIO_ACCOUNT, settings.TWILIO_ACCOUNT, settings.TWILIO_SECRET).right  # fmt: skip
    assert "127.0.0.1" in TwilioMessenger().check()


@pytest.mark.parametrize("status", sorted(STATES))
def test_each_status_means_one_thing(twilio: StandIn, status: str) -> None:
    receipt = TwilioMessenger().send_text(TEXT)
    twilio.move(receipt.id, status)
    assert TwilioMessenger().delivery(receipt.id) == STATES[status]


@pytest.mark.parametrize("code", [*WHY, 30008, None])
def test_each_way_not_to_arrive_means_one_thing(twilio: StandIn, code: int | None) -> None:
    receipt = TwilioMessenger().send_text(TEXT)
    for status in ("undelivered", "failed"):
        twilio.move(receipt.id, status, code)
        why = WHY.get(code or 0, "theirs")
        assert TwilioMessenger().delivery(receipt.id) == Delivery("undeliverable", why)


def test_a_status_that_we_do_not_know_is_asked_again(twilio: StandIn) -> None:
    receipt = TwilioMessenger().send_text(TEXT)
    twilio.move(receipt.id, "beamed")
    with pytest.raises(TryLater):
        TwilioMessenger().delivery(receipt.id)


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (400, 21606, GiveUp),  # not a number of ours
        (400, 21408, GiveUp),  # our account may not send there
        (400, 0, GiveUp),
        (401, 20003, GiveUp),
        (403, 20005, GiveUp),
        (404, 20404, GiveUp),  # no such account
        (429, 20429, TryLater),
        (400, 21611, TryLater),
        (500, 20500, Unsure),
        *((400, code, Undeliverable) for code in REFUSED),
    ],
)
def test_each_error_means_one_thing(
    twilio: StandIn, status: int, code: int, means: type[OutsideError]
) -> None:
    twilio.mood, twilio.error = "refuse", (status, code)
    with pytest.raises(means) as caught:
        TwilioMessenger().send_text(TEXT)
    assert caught.type is means and not twilio.messages


def test_a_number_it_refuses_comes_back_with_its_words_for_staff_alone(twilio: StandIn) -> None:
    for number, code in MAGIC.items():
        with pytest.raises(Undeliverable) as caught:
            TwilioMessenger().send_text(replace(TEXT, to=number))
        assert caught.value.why == REFUSED[code]
        assert number in caught.value.said and number not in str(caught.value)


@pytest.mark.parametrize("mood", ["lose", "odd", "down"])
def test_whether_it_left_is_not_known_where_its_answer_is_not(twilio: StandIn, mood: str) -> None:
    receipt = TwilioMessenger().send_text(TEXT)
    twilio.mood = mood
    with pytest.raises(Unsure):
        TwilioMessenger().send_text(TEXT)
    with pytest.raises(Unsure):
        TwilioMessenger().taken(TEXT.key)
    with pytest.raises(TryLater):
        TwilioMessenger().delivery(receipt.id)


def test_slow_is_not_known_and_gone_is_later(
    twilio: StandIn, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(connector, "LIMITS", replace(connector.LIMITS, seconds=1.2))
    twilio.mood, twilio.seconds = "slow", 1.6
    began = time.monotonic()
    with pytest.raises(Unsure):
        TwilioMessenger().send_text(TEXT)
    assert time.monotonic() - began < 1.6
    settings.TWILIO_URL = "http://127.0.0.1:9"
    # It surely was not taken: also once it is left alone, so that nobody is asked about what never left.
    for _ in range(breaker.FAILURES + 1):
        with pytest.raises(NotSent):
            TwilioMessenger().send_text(TEXT)


def test_what_is_missing_is_said_in_a_sentence(twilio: StandIn, settings: Any) -> None:
    twilio.status = "suspended"
    with pytest.raises(GiveUp, match="suspended or closed"):
        TwilioMessenger().check()
    settings.TWILIO_FROM = ""
    for act in (TwilioMessenger().check, lambda: TwilioMessenger().send_text(TEXT)):
        with pytest.raises(GiveUp, match="TWILIO_FROM is not set"):
            act()
    settings.TWILIO_FROM, settings.TWILIO_ACCOUNT = "Northboro", ""
    with pytest.raises(GiveUp, match="TWILIO_ACCOUNT or TWILIO_SECRET is not set"):
        TwilioMessenger().check()


def test_what_it_does_not_know_is_not_there(twilio: StandIn) -> None:
    with pytest.raises(NotThere):
        TwilioMessenger().delivery("SM0123456789abcdef0123456789abcdef")


def test_the_log_keeps_no_person(twilio: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        receipt = TwilioMessenger().send_text(TEXT)
        TwilioMessenger().delivery(receipt.id)
    said = " ".join(str(record.msg) + str(record.args) for record in caplog.records)
    assert "httpx" in said
    assert not [word for word in (TEXT.to, TEXT.to[1:], LINK, receipt.id) if word in said]
