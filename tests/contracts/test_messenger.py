"""The contract of messengers: one suite, run for each of them, over HTTP or SMTP on loopback."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doorstep.connectors.demo.messenger import FileMessenger
from doorstep.connectors.govuk_notify import NotifyMessenger
from doorstep.connectors.smtp import SmtpMessenger
from doorstep.connectors.twilio import TwilioMessenger
from doorstep.messages.provider import Messenger, NotThere, Outgoing, Receipt, Unsure
from doorstep.outside.errors import GiveUp, TryLater
from standins.govuk_notify.app import EMAIL, TEXT, StandIn
from standins.mail.server import MailServer
from standins.twilio.app import StandIn as Twilio

MESSAGE = Outgoing(
    "key-1", "ann@resident.example", "Your bin", "We have emptied it.", template=EMAIL
)


MESSENGERS = [
    FileMessenger,
    NotifyMessenger,
    SmtpMessenger,
    TwilioMessenger,
]


@pytest.fixture(params=MESSENGERS)
def messenger(
    request: Any,
    mail: MailServer,
    notify: StandIn,
    twilio: Twilio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Messenger:
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "data"))
    made: Messenger = request.param()
    return made


def hand_over(messenger: Messenger, message: Outgoing) -> Receipt:
    """Hand a message over by e-mail, or as a text where the messenger says that it carries no e-mails."""
    try:
        return messenger.send_email(message)
    except GiveUp as exc:
        if "carries no e-mails" not in exc.reason:
            raise
        return messenger.send_text(replace(message, to="+447700900123"))


def looked_up(messenger: Messenger, key: str) -> Any:
    try:
        return messenger.taken(key)
    except Unsure:
        return Unsure


def test_what_was_handed_over_is_found_by_our_key_or_it_says_that_it_cannot(
    messenger: Messenger,
) -> None:
    receipt = hand_over(messenger, MESSAGE)
    assert receipt.id and looked_up(messenger, "key-1") in (receipt, Unsure)


def test_the_same_key_gives_the_same_receipt_and_what_is_shown_stays(messenger: Messenger) -> None:
    first = hand_over(messenger, MESSAGE)
    again = hand_over(messenger, replace(MESSAGE, body="Something else"))
    assert looked_up(messenger, "key-1") in (first, Unsure)
    if messenger.sent("key-1"):
        assert first == again and messenger.sent("key-1") == MESSAGE


def test_what_was_never_sent_is_not_there(messenger: Messenger) -> None:
    assert messenger.sent("key-2") is None
    assert looked_up(messenger, "key-2") in (None, Unsure)
    with pytest.raises(NotThere):
        messenger.delivery("a-receipt-of-nobody")


def test_what_cannot_be_sent_now_is_tried_later(
    messenger: Messenger, mail: MailServer, notify: StandIn, twilio: Twilio
) -> None:
    # Root may write anywhere, so a file stands where a folder must be.
    Path(os.environ["DOORSTEP_DATA"]).write_text("in the way")
    mail.moods["MAIL"] = "451 4.3.0 later"
    notify.mood = twilio.mood = "refuse"
    with pytest.raises(TryLater):
        hand_over(messenger, MESSAGE)
    assert not mail.taken and not notify.messages and not twilio.messages


def test_what_it_does_not_carry_it_refuses_in_a_sentence(messenger: Messenger) -> None:
    text = replace(MESSAGE, to="+447700900123", template=TEXT)
    carried = 0
    for act, message in ((messenger.send_email, MESSAGE), (messenger.send_text, text)):
        try:
            carried += bool(act(message).id)
        except GiveUp as exc:
            assert "carries no" in exc.reason and "set DOORSTEP_" in exc.reason
    assert carried
