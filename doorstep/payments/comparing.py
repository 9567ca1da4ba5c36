"""Sets our payments against the provider's: differences first, and nothing forgotten until both agree."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Sum

from doorstep.outside import plug
from doorstep.payments import queue, refunds
from doorstep.payments.models import LIVE, THERE, Attempt, Comparison
from doorstep.payments.provider import UNFINISHED, NotThere, Payment, PaymentProvider
from doorstep.staff.actor import Actor

Difference = dict[str, object]


@transaction.atomic
def ask(*, by: Actor, now: datetime) -> Comparison:
    """Queue a comparison; while one is under way, that one is returned."""
    under_way = Comparison.objects.filter(ended_at=None, asked_at__gt=now - timedelta(hours=1))
    if running := under_way.first():
        return running
    comparison = Comparison.objects.create(asked_at=now, asked_by=by.key or by.kind)
    queue.compare.defer(comparison_id=comparison.pk)
    return comparison


def _since(now: datetime) -> datetime:
    """Return from when on to compare: the oldest of ours that does not agree yet, two days at least."""
    oldest = Attempt.objects.filter(agreed_at=None, way__in=THERE).aggregate(m=Min("made_at"))["m"]
    return min(oldest or now, now - timedelta(days=2)) - timedelta(minutes=1)


def compare(*, comparison_id: int, now: datetime) -> None:
    """Compare all of ours that did not agree before, and all of theirs since then; raises TryLater."""
    comparison = Comparison.objects.get(id=comparison_id)
    if comparison.ended_at:
        return
    provider: PaymentProvider = plug.get("payments.provider")
    since = _since(now)
    theirs = {p.id: p for p in provider.search(since=since)}
    there = Attempt.objects.filter(way__in=THERE)  # the provider knows nothing of a counter
    ours = list(there.filter(made_at__gte=since).select_related("charge"))
    differences = [
        d for a in ours for d in _one(a, theirs.pop(a.provider_id or "", None), provider, now)
    ]
    differences += [d for p in theirs.values() for d in _theirs_only(p)]
    comparison.differences, comparison.since, comparison.compared = differences, since, len(ours)
    comparison.pence = sum(_held(a) for a in ours)
    comparison.ended_at = now
    comparison.save()


def _held(attempt: Attempt) -> int:
    return int(attempt.movements.aggregate(s=Sum("pence"))["s"] or 0)


def _one(
    attempt: Attempt, theirs: Payment | None, provider: PaymentProvider, now: datetime
) -> Iterator[Difference]:
    """Compare one of ours; how it stands is asked for where the search, which lags, is of another mind."""
    if attempt.provider_id is None:
        return
    if theirs is None or _lines(attempt, theirs):
        try:
            theirs = provider.find(attempt.provider_id)
        except NotThere:
            yield _line(attempt, "ours_only", attempt.state, "")
            return
        # It may have been recorded meanwhile.
        attempt.refresh_from_db()
    lines = _lines(attempt, theirs)
    yield from lines
    if lines and theirs.state not in UNFINISHED:
        queue.learn.defer(attempt_id=attempt.pk)
    settled = attempt.ended_at and not attempt.refunds.filter(ended_at=None).exists()
    if not lines and settled:
        Attempt.objects.filter(id=attempt.pk).update(agreed_at=now)


def _lines(attempt: Attempt, theirs: Payment) -> list[Difference]:
    lines = []
    same = theirs.state in UNFINISHED if attempt.state in LIVE else theirs.state == attempt.state
    if not same:
        lines.append(_line(attempt, "state", attempt.state, theirs.state))
    if theirs.pence != attempt.charge.pence:
        lines.append(_line(attempt, "sum", attempt.charge.pence, theirs.pence))
    back = refunds.sent_of(attempt)
    if theirs.refunded != back:
        lines.append(_line(attempt, "refunds", back, theirs.refunded))
    return lines


def _line(attempt: Attempt, kind: str, ours: object, theirs: object) -> Difference:
    ids = {"reference": attempt.reference, "provider_id": attempt.provider_id}
    return {"kind": kind, **ids, "pence": attempt.charge.pence, "ours": ours, "theirs": theirs}


def _theirs_only(theirs: Payment) -> Iterator[Difference]:
    """Name a payment of theirs that we do not know, where money came in by it."""
    if theirs.state == "paid":
        ids = {"reference": theirs.reference, "provider_id": theirs.id, "pence": theirs.pence}
        yield {"kind": "theirs_only", **ids, "ours": "", "theirs": theirs.state}
