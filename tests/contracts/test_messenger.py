"""The contract of messengers: one suite, run for each of them."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doorstep.connectors.demo.messenger import FileMessenger
from doorstep.messages.provider import Messenger, Outgoing
from doorstep.outside.errors import TryLater

MESSAGE = Outgoing("key-1", "ann@resident.example", "Your bin", "We have emptied it.")


@pytest.fixture(params=[FileMessenger])
def messenger(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Messenger:
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "data"))
    made: Messenger = request.param()
    return made


def test_the_same_key_is_sent_once_and_gives_the_same_receipt(messenger: Messenger) -> None:
    first = messenger.send_email(MESSAGE)
    again = messenger.send_email(replace(MESSAGE, body="Something else"))
    assert first == again and messenger.sent("key-1") == MESSAGE


def test_what_was_never_sent_is_not_there(messenger: Messenger) -> None:
    assert messenger.sent("key-2") is None


def test_what_cannot_be_sent_now_is_tried_later(messenger: Messenger, tmp_path: Path) -> None:
    # Root may write anywhere, so a file stands where a folder must be.
    Path(os.environ["DOORSTEP_DATA"]).write_text("in the way")
    with pytest.raises(TryLater):
        messenger.send_email(MESSAGE)
