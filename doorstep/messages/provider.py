"""The contract with whoever carries our messages.

What may come of handing one over:

| it says                     | we say                                                     |
|-----------------------------|------------------------------------------------------------|
| a receipt                   | it was taken; whether it arrives may be asked (`follows`)  |
| outside's TryLater          | it surely was not taken, and may be later                  |
| Undeliverable, or GiveUp    | it surely was not taken, and will not be                   |
| Unsure                      | nobody knows: it is never sent again blindly               |
"""

import re
from dataclasses import dataclass
from typing import Literal, Protocol

from doorstep.outside.errors import GiveUp, OutsideError

# Why a message did not arrive: the address is wrong; it could not be reached for now; something at the
# carrier's went wrong; it was refused; nobody knows whether it left; nobody ever said what became of it.
Why = Literal["address", "for_now", "theirs", "refused", "unsure", "silent"]
# `sent`: it left, and nobody will ever say more.
Standing = Literal["on_its_way", "sent", "delivered", "undeliverable"]


@dataclass(frozen=True)
class Outgoing:
    """A message as it leaves: an e-mail address or a telephone number, subject and plain-text body.

    `unsubscribe` is an address that stops such messages by one POST: it belongs into the headers
    List-Unsubscribe and List-Unsubscribe-Post (RFC 8058). `link` is the one address of ours in the
    body: all beside it may have been typed by anyone. `template` is the council's name for what the
    carrier keeps as its frame, where it keeps one.
    """

    key: str
    to: str
    subject: str
    body: str
    unsubscribe: str = ""
    link: str = ""
    template: str = ""


# A text message is sanitised by no carrier, and telephones make a link of whatever looks like one.
_ADDRESS = re.compile(r"(?i)\b(?:https?://|www\.)\S+")


def harmless(words: str) -> str:
    """Return words of a text message that anyone may have typed, with no address in them."""
    return _ADDRESS.sub("…", words)


def without_addresses(message: Outgoing) -> str:
    """Return a text message's words with no address in them but our own link, as anyone may have typed the rest."""
    before, _, after = (
        message.body.partition(message.link) if message.link else (message.body, "", "")
    )
    return harmless(before) + message.link + harmless(after)


@dataclass(frozen=True)
class Receipt:
    """The provider's own id for what it took; `follows` says that it can be asked what became of it."""

    id: str
    follows: bool = False


@dataclass(frozen=True)
class Delivery:
    """What became of a message that was taken."""

    state: Standing
    why: Why | None = None


class Undeliverable(GiveUp):
    """This message will not arrive; `said` are the carrier's own words for staff, which may name a person."""

    def __init__(self, reason: str, why: Why, said: str = "") -> None:
        super().__init__(reason)
        self.why, self.said = why, said


class Unsure(OutsideError):
    """It may or may not have been taken, and cannot be looked up."""


class NotThere(OutsideError):
    """The provider knows no such receipt."""


class Forged(OutsideError):
    """A callback without our secret."""


class Messenger(Protocol):
    """Carries messages."""

    def send_email(self, message: Outgoing) -> Receipt:
        """Hand over an e-mail: the same key again gives the same receipt, where the provider honours it."""

    def send_text(self, message: Outgoing) -> Receipt:
        """Hand over a text message likewise; raises GiveUp where none are carried."""

    def taken(self, key: str) -> Receipt | None:
        """Return the receipt of what an earlier try handed over, or nothing; raises Unsure, TryLater."""

    def delivery(self, receipt: str) -> Delivery:
        """Return what became of a message whose receipt follows; raises NotThere, TryLater."""

    def sent(self, key: str) -> Outgoing | None:
        """Return what was sent under a key, where the provider can show it."""
