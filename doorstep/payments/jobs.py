"""Work with the provider in the queue, and the look at our own tables that never stops before all is settled."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from django.utils import timezone

from doorstep.cases import queries as cases
from doorstep.outside.errors import OutsideError
from doorstep.payments import actions, comparing, queue, refunds
from doorstep.payments.models import THERE, Attempt, Callback, Charge, Comparison, Refund, Waiver
from doorstep.staff.actor import SYSTEM

log = structlog.get_logger("doorstep.payments")
# How often an unfinished payment is asked after: a tenth of its age, between these.
OFTEN, SELDOM = timedelta(seconds=50), timedelta(hours=6)
# A request that makes a payment has its answer by then, or has died.
GRACE = timedelta(seconds=15)
CALLBACKS_KEPT = timedelta(days=365)


def _quietly(act: Callable[[], None]) -> None:
    """Do it; where the provider cannot be had, `settle` asks again every minute, without an end.

    So these jobs never use up their runs, and a provider that is down for a day loses nothing.
    """
    try:
        act()
    except OutsideError as exc:
        # Our own words and the vendor's code: no address and nobody's name.
        log.warning("provider_not_had", error=type(exc).__name__, said=str(exc)[:200])


@queue.create.does()
def create(attempt_id: int) -> None:
    """Make a payment at the provider."""
    _quietly(lambda: actions.create(attempt_id=attempt_id, now=timezone.now()))


@queue.learn.does()
def learn(attempt_id: int) -> None:
    """Ask how a payment stands."""
    _quietly(lambda: actions.learn(attempt_id=attempt_id, now=timezone.now()))


@queue.lapse.does()
def lapse(charge_id: int) -> None:
    """Let a charge lapse."""
    actions.lapse(charge_id=charge_id, now=timezone.now())


@queue.close.does()
def close(attempt_id: int) -> None:
    """Cancel a payment at the provider."""
    _quietly(lambda: actions.close(attempt_id=attempt_id, now=timezone.now()))


@queue.refund.does()
def refund(refund_id: int) -> None:
    """Give money back, or ask how that stands."""
    _quietly(lambda: refunds.carry_out(refund_id=refund_id, now=timezone.now()))


def _compared_in_vain(comparison_id: int) -> None:
    """Say on the page that the comparison could not be made."""
    words = "The provider could not be reached, or did not answer in time"
    comparisons = Comparison.objects.filter(id=comparison_id, ended_at=None)
    comparisons.update(ended_at=timezone.now(), problem=words)


@queue.compare.does(on_give_up=_compared_in_vain)
def compare(comparison_id: int) -> None:
    """Set our payments against the provider's."""
    comparing.compare(comparison_id=comparison_id, now=timezone.now())


def settle() -> None:
    """Queue whatever is not settled: by our own tables, without a time window, until all has ended."""
    now = timezone.now()
    due = Charge.objects.filter(Q(until__lt=now) | Q(again_until__lt=now), state="due")
    for charge_id in due.values_list("id", flat=True)[:500]:
        queue.lapse.defer(charge_id=charge_id)
    live = Attempt.objects.filter(ended_at=None).select_related("charge").order_by("asked_at")
    for attempt in live[:2000]:
        _look(attempt, now)
    for refund_id in unsettled_refunds(now)[:500]:
        queue.refund.defer(refund_id=refund_id)


def unsettled_refunds(now: datetime) -> list[int]:
    """Return refunds on their way: new ones every minute, old ones once an hour."""
    young = now - timedelta(days=1)
    there = Refund.objects.filter(attempt__way__in=THERE)
    refunds = there.filter(state__in=("asked", "submitted"))
    if now.minute:
        refunds = refunds.filter(Q(state="asked") | Q(asked_at__gt=young))
    return list(refunds.values_list("id", flat=True))


def _look(attempt: Attempt, now: datetime) -> None:
    since = attempt.asked_at or attempt.made_at
    if attempt.charge.state != "due":  # it ends, or was paid another way
        queue.close.defer(attempt_id=attempt.pk)
    elif attempt.state == "new" and now - since > GRACE:
        queue.create.defer(attempt_id=attempt.pk)
    elif attempt.state == "open" and now - since > min(
        max((now - attempt.made_at) / 10, OFTEN), SELDOM
    ):
        queue.learn.defer(attempt_id=attempt.pk)


def forget() -> None:
    """Empty what officers wrote about refunds and waivers of cases that were erased; the sums stay, as the ledger must."""
    erased = cases.erased_lately(timezone.now())
    refunds = Refund.objects.filter(attempt__charge__case__in=erased)
    refunds.exclude(reason="").update(reason="", why_not="")
    waivers = Waiver.objects.filter(charge__case__in=erased)
    waivers.exclude(reason="").update(reason="", why_not="")
    # So late no provider tells us anything again; and what it tells is not believed, but asked.
    Callback.objects.filter(at__lt=timezone.now() - CALLBACKS_KEPT).delete()


def compare_daily() -> None:
    """Set ours against theirs once a day, where there is anything to compare."""
    now = timezone.now()
    recent = Comparison.objects.filter(asked_at__gt=now - timedelta(hours=20)).exists()
    if not recent and Attempt.objects.exists():
        comparing.ask(by=SYSTEM, now=now)
