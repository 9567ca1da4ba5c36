"""What other authorities are asked about, and how often: what is with them often; what ended, there or here, seldom and for a while.

An end is not their last word: they take up again what fell again, or say what came of it.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from doorstep.authorities.models import ENDED, WITH_THEM, Passed
from doorstep.authorities.provider import Unreadable, Update
from doorstep.council import queries as council
from doorstep.outside import http

OFTEN, SELDOM = timedelta(minutes=5), timedelta(hours=1)
# So long after the case was closed, or after they last said something new of what had ended.
AFTERWARDS = timedelta(days=28)


def hosts(slug: str) -> set[str]:
    """Return the hosts of the authorities to which reports of a service may go."""
    recipients = [a.open311 for a in council.current().authorities.values() if a.open311]
    return {http.host_of(r.address) for r in recipients if slug in r.services}


def with_them() -> QuerySet[Passed]:
    """Return what is with others and still matters here."""
    return Passed.objects.filter(state__in=WITH_THEM, case__closed_at=None)


def ended_lately(now: datetime) -> QuerySet[Passed]:
    """Return what ended a while ago, there or here; of an erased case nothing is asked."""
    since = now - AFTERWARDS
    # Each by its own index: of what is older than that there is more each year.
    lately = Passed.objects.filter(news_at__gt=since).values("pk")
    closed = Passed.objects.filter(case__closed_at__gt=since).values("pk")
    rows = Passed.objects.filter(
        Q(state__in=ENDED) | Q(state__in=WITH_THEM, case__closed_at__isnull=False),
        pk__in=lately.union(closed),
        case__erased_at=None,
    )
    return rows.exclude(their_id="")


def due(now: datetime) -> set[str]:
    """Return the authorities that are to be asked now, by their codes."""
    often = with_them().exclude(heard_at__gt=now - OFTEN)
    return {code for rows in (often, _due_seldom(now)) for code in _codes(rows)}


def _due_seldom(now: datetime) -> QuerySet[Passed]:
    return ended_lately(now).exclude(heard_at__gt=now - SELDOM)


def _codes(rows: QuerySet[Passed]) -> QuerySet[Passed, str]:
    return rows.order_by().values_list("authority", flat=True).distinct()


def of(authority: str, now: datetime) -> list[Passed]:
    """Return what one authority is asked about now."""
    rows = [*with_them().filter(authority=authority), *_due_seldom(now).filter(authority=authority)]
    return sorted(rows, key=lambda row: row.pk)


def whose(update: Update | Unreadable, asked: list[Passed]) -> Passed | None:
    """Return of which of those that were asked for they speak, however they write its number; nothing if that cannot be known.

    Who says something of none, asked for one alone, speaks of that.
    """
    report = update.report
    if not report:
        return asked[0] if len(asked) == 1 and (update.words or update.status) else None
    exactly = [row for row in asked if row.their_id == report]
    caseless = [row for row in asked if row.their_id.casefold() == report.casefold()]
    meant = exactly or caseless
    return meant[0] if len(meant) == 1 else None
