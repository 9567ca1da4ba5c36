"""The contract with whoever takes payments for us; no card data passes through here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from doorstep.outside.errors import OutsideError

# unpaid: the payer has still to act. working: the payer has acted, the bank has not answered.
State = Literal["unpaid", "working", "paid", "declined", "cancelled", "expired", "error"]
UNFINISHED: frozenset[State] = frozenset({"unpaid", "working"})
RefundState = Literal["submitted", "done", "failed"]


class NotThere(OutsideError):
    """The provider knows no such payment or refund."""


class NotCancellable(OutsideError):
    """The payment has ended, or is just ending: ask how it stands."""


class BalanceChanged(OutsideError):
    """The provider has another idea of what is left to refund: look at its refunds first."""


class NotRefundable(OutsideError):
    """The payment cannot be refunded, or not by that much."""


class Forged(OutsideError):
    """A callback whose signature is wrong or missing."""


@dataclass(frozen=True)
class NewPayment:
    """What we ask for: our key (the same again is the same payment), our reference, whole pence."""

    key: str
    reference: str
    pence: int
    description: str
    return_url: str = field(repr=False)
    language: str = "en"
    # Staff type the card of who is on the telephone.
    moto: bool = False


@dataclass(frozen=True)
class Payment:
    """How a payment stands; `next_url` is a secret of the payer's, `code` says why it failed."""

    id: str
    reference: str
    pence: int
    state: State
    made_at: datetime
    code: str = ""
    next_url: str = field(default="", repr=False)
    refundable: int = 0
    refunded: int = 0


@dataclass(frozen=True)
class NewRefund:
    """Part or all of a payment, given back if this much of it is left as far as we know."""

    payment_id: str
    pence: int
    available: int


@dataclass(frozen=True)
class Refund:
    """How a refund stands."""

    id: str
    payment_id: str
    pence: int
    state: RefundState
    made_at: datetime


@dataclass(frozen=True)
class Event:
    """That something happened to a payment, by the provider's own id for telling us.

    Only a hint: it may come twice, late or never. How the payment stands is always asked for.
    """

    id: str
    kind: str
    payment_id: str


class PaymentProvider(Protocol):
    """Takes payments. Raises outside's TryLater or GiveUp, and what each call names."""

    def create(self, wanted: NewPayment) -> Payment:
        """Make a payment; the same key again gives the same payment, where the provider honours it."""

    def find(self, payment_id: str) -> Payment:
        """Return how a payment stands now; raises NotThere."""

    def cancel(self, payment_id: str) -> None:
        """Cancel a payment nobody has paid; raises NotThere, NotCancellable."""

    def refund(self, wanted: NewRefund) -> Refund:
        """Give money back; raises NotThere, BalanceChanged, NotRefundable."""

    def refunds(self, payment_id: str) -> list[Refund]:
        """Return every refund of a payment; raises NotThere."""

    def search(self, *, reference: str = "", since: datetime | None = None) -> Iterator[Payment]:
        """Return payments by our reference or since a moment; may lag behind `find` by some seconds."""

    def read_callback(self, body: bytes, signature: str) -> Event:
        """Return what a callback says; raises Forged, and GiveUp for one that is ours and unreadable."""

    def check(self) -> str:
        """Say in a sentence that address and key work; raises TryLater or GiveUp."""
