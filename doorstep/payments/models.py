import uuid
from datetime import datetime
from typing import TypedDict

from django.db import models
from django.db.models import F, Q

from doorstep.cases.models import Case

# due: can be paid. lapsing, withdrawing: is being cancelled at the provider, so may yet be paid.
# waived: nothing has to be paid any more, because somebody said so.
CHARGE_STATES = ("due", "lapsing", "withdrawing", "paid", "lapsed", "withdrawn", "waived")
ENDING = {"lapsing": "lapsed", "withdrawing": "withdrawn"}
# How money comes in: at the provider, by whoever pays (card) or by staff for who rings (moto); or at a counter.
THERE = ("card", "moto")
COUNTER = ("cash", "cheque", "counter_card")
WAYS = (*THERE, *COUNTER)
# new: the provider may or may not know it. open: it does. unsent: it never heard of it.
ATTEMPT_STATES = ("new", "open", "paid", "declined", "cancelled", "expired", "error", "unsent")
LIVE = ("new", "open")
# waiting: for an officer. asked, submitted: on its way.
REFUND_STATES = ("waiting", "asked", "submitted", "done", "failed", "refused")
COUNTED = ("waiting", "asked", "submitted", "done")
# waiting: for a second person. back: the second entry of one that is taken back, which itself stays `done`.
WAIVER_STATES = ("waiting", "done", "refused", "back")


class ChargeFact(TypedDict):
    """The fact `charge` of a case: what is to pay, in words, until when, and its reference."""

    pounds: str
    until: datetime | None
    reference: str


class RefundFact(TypedDict):
    """The fact `refund` of a case, in words: what went back, what was paid, and what goes back in all."""

    pounds: str
    paid: str
    back: str


def _among(field: str, states: tuple[str, ...], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": states}), name=name)


class Charge(models.Model):
    """What someone has to pay for a case; pence include VAT."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="charges")
    purpose = models.CharField(max_length=40, default="fee")
    reference = models.CharField(max_length=40, unique=True)
    pence = models.PositiveIntegerField()
    description = models.CharField(max_length=255)
    code = models.CharField(max_length=40, blank=True)
    vat_rate = models.PositiveIntegerField(default=0)
    vat = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, default="due")
    # Minutes that it stays due after a payment failed, and until when that is; nothing: as long as `until` says.
    again = models.PositiveIntegerField(null=True)
    again_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "until"])]
        constraints = [
            _among("state", CHARGE_STATES, "charge_state"),
            models.CheckConstraint(condition=Q(pence__gt=0), name="charge_of_something"),
            models.CheckConstraint(condition=Q(vat__lt=F("pence")), name="vat_is_part_of_it"),
            models.UniqueConstraint(
                fields=["case", "purpose"], condition=Q(state="due"), name="one_due_charge"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["due", *ENDING], ended_at=None)
                | (~Q(state__in=["due", *ENDING]) & Q(ended_at__isnull=False)),
                name="charge_ended_at",
            ),
        ]


class Attempt(models.Model):
    """One payment for a charge, at the provider or at a counter: declined, then tried again, are two.

    The key is ours and is sent along; the payer comes back by a token of which only the hash is kept.
    """

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="attempts")
    reference = models.CharField(max_length=44, unique=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    back_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=3, default="en")
    state = models.CharField(max_length=10, default="new")
    way = models.CharField(max_length=12, default="card", db_default="card")
    # Who of staff took it; nobody where the payer paid by themselves.
    taken_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    # Where it was taken, and the number on the receipt, the cheque or the card slip.
    counter = models.CharField(max_length=120, blank=True, default="", db_default="")
    slip = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Who of staff ended it, so that it is paid another way: the payment did not fail.
    stopped_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    # unpaid: the payer has still to act; working: the bank has still to answer.
    working = models.BooleanField(default=False)
    provider_id = models.CharField(max_length=64, null=True, unique=True)
    # A secret of the payer's, emptied when the payment has ended.
    next_url = models.CharField(max_length=2000, blank=True)
    code = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="unsettled", condition=Q(ended_at=None))]
        constraints = [
            _among("state", ATTEMPT_STATES, "attempt_state"),
            # While one may still be paid there is no other: nobody pays twice.
            models.UniqueConstraint(
                fields=["charge"], condition=Q(state__in=LIVE), name="one_live_attempt"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at=None)
                | (~Q(state__in=LIVE) & Q(ended_at__isnull=False)),
                name="attempt_ended_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "paid"])
                | Q(provider_id__isnull=False)
                | Q(way__in=COUNTER),
                name="known_to_the_provider",
            ),
            _among("way", WAYS, "attempt_way"),
            models.CheckConstraint(
                condition=Q(way="card", taken_by="") | ~(Q(way="card") | Q(taken_by="")),
                name="taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(way__in=THERE) | (~Q(counter="") & Q(state="paid", provider_id=None)),
                name="taken_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE) | Q(next_url=""), name="ended_without_address"
            ),
        ]


class Refund(models.Model):
    """Money to be given back of one payment; counted against it unless refused or failed."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="refunds")
    pence = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    why_not = models.CharField(max_length=200, blank=True)
    provider_id = models.CharField(max_length=64, null=True, unique=True)
    ended_at = models.DateTimeField(null=True)
    # Who gave back by hand what was taken at a counter, and the number on what they gave it back with.
    given_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    slip = models.CharField(max_length=40, blank=True, default="", db_default="")
    # The payment was written down by mistake: no money went back, for none had come.
    mistake = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [models.Index(fields=["state", "ended_at"], name="refunds_by_state")]
        constraints = [
            _among("state", REFUND_STATES, "refund_state"),
            models.CheckConstraint(condition=Q(pence__gt=0), name="refund_of_something"),
            models.CheckConstraint(
                condition=Q(decided_by="", decided_at=None)
                | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="refund_decided_by",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["done", "failed", "refused"]) & Q(ended_at__isnull=False))
                | (Q(state__in=["waiting", "asked", "submitted"]) & Q(ended_at=None)),
                name="refund_ended_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "done"]) | Q(provider_id__isnull=False),
                name="refund_known_to_the_provider",
            ),
            # Two pairs of eyes: nobody approves what they asked for themselves.
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("asked_by")),
                name="refund_two_pairs_of_eyes",
            ),
        ]


class Movement(models.Model):
    """One line of the ledger: money in, or back out; the database refuses to change or delete it."""

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="movements")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="movements")
    refund = models.OneToOneField(Refund, null=True, on_delete=models.PROTECT)
    pence = models.IntegerField()
    vat = models.IntegerField()
    code = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(db_index=True)
    # The provider's id of it; of what was taken at a counter, one of ours.
    provider_id = models.CharField(max_length=64, unique=True)
    way = models.CharField(max_length=12, default="card", db_default="card")
    # Who of staff took it or gave it back by hand.
    by = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            _among("way", WAYS, "movement_way"),
            models.CheckConstraint(
                condition=Q(refund=None, pence__gt=0) | Q(refund__isnull=False, pence__lt=0),
                name="in_or_back_out",
            ),
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(refund=None), name="a_payment_comes_in_once"
            ),
        ]


class Waiver(models.Model):
    """That a charge need not be paid: no money moves, so it is no line of the ledger."""

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="waivers")
    pence = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    why_not = models.CharField(max_length=200, blank=True)
    # Which one a second entry takes back.
    of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="back")

    class Meta:
        constraints = [
            _among("state", WAIVER_STATES, "waiver_state"),
            models.CheckConstraint(condition=Q(pence__gt=0), name="waiver_of_something"),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(state="waiting"), name="one_waiver_waits"
            ),
            models.CheckConstraint(
                condition=Q(state="back", of__isnull=False) | (~Q(state="back") & Q(of=None)),
                name="waiver_back_of_one",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="", decided_at=None)
                | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="waiver_decided_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("asked_by")),
                name="waiver_two_pairs_of_eyes",
            ),
        ]


class Callback(models.Model):
    """That the provider told us something, by its own id; a second one with the id is a replay."""

    id = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=60)
    payment_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="callbacks_by_time")]


class Forgeries(models.Model):
    """How many callbacks with a wrong signature came on a day."""

    day = models.DateField(primary_key=True)
    count = models.PositiveIntegerField(default=1)


class Comparison(models.Model):
    """What came of setting our payments against the provider's: differences hold references, no person."""

    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    compared = models.PositiveIntegerField(default=0)
    pence = models.BigIntegerField(default=0)
    differences = models.JSONField(default=list)
    problem = models.CharField(max_length=200, blank=True)
