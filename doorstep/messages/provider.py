"""The contract with whoever carries our messages."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """A message as it leaves: an e-mail address, subject and plain-text body.

    `unsubscribe` is an address that stops such messages by one POST: it belongs into the headers
    List-Unsubscribe and List-Unsubscribe-Post (RFC 8058).
    """

    key: str
    to: str
    subject: str
    body: str
    unsubscribe: str = ""


@dataclass(frozen=True)
class Receipt:
    """The provider's own id for what it took."""

    id: str


class Messenger(Protocol):
    """Carries messages. Raises outside's TryLater or GiveUp."""

    def send_email(self, message: Outgoing) -> Receipt:
        """Send once: the same key again gives the same receipt and sends nothing."""

    def sent(self, key: str) -> Outgoing | None:
        """Return what was sent under a key, where the provider can show it."""
