"""Whatever waits on another authority waits a bounded time; then an officer knows, once.

The days stand in `council.yaml` (`patience_days`). What is asked about holds the moment since which
we wait, so that a later wait is asked about anew.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max

from doorstep.authorities import actions, asking, officers
from doorstep.authorities.models import OfficerAsked, Passed
from doorstep.catalogue.words import say

# A try that just began, or is due within the hour, says itself what went wrong.
GRACE = timedelta(hours=2)


def tell_officers(*, now: datetime) -> None:
    """Tell officers of all that has waited too long."""
    for row in Passed.objects.filter(state="waiting", asked_at__lt=now - GRACE):
        if row.asked_at + timedelta(days=officers.patience(row.authority).taken) + GRACE < now:
            actions.give_up(passed=row, why=row.problem or "no try came to an end", now=now)
    rows = list(asking.with_them().order_by("sent_at", "pk"))
    asked = set(
        OfficerAsked.objects.filter(case__in={row.case_id for row in rows}).values_list(
            "case_id", "about"
        )
    )
    for row, about, text in [*_silent(rows, now), *_unreached(rows, now)]:
        if (row.case_id, about) not in asked:
            officers.ask_once(row=row, about=about, text=text, now=now)


def _silent(rows: list[Passed], now: datetime) -> Iterator[tuple[Passed, str, str]]:
    """Go through what has no id yet, or nothing new, for longer than we wait."""
    for row in rows:
        name, days = officers.name(row), officers.patience(row.authority)
        since = row.news_at or row.sent_at or row.asked_at
        if not row.their_id and now - since > timedelta(days=days.number):
            text = f"{name} took this under “{row.token}” and gives it no number. Please ask them for it."
            yield row, f"{row.pk} no number", text
        if now - since > timedelta(days=days.news):
            text = f"{name} has said nothing new of this since {say(since)}. Please ask them what became of it."
            yield row, f"{row.pk} no news since {since:%Y-%m-%d %H:%M}", text


def _unreached(rows: list[Passed], now: datetime) -> Iterator[tuple[Passed, str, str]]:
    """Go through the authorities that could not be asked; the case that is longest with one stands for all."""
    by_code: dict[str, list[Passed]] = {}
    for row in rows:
        by_code.setdefault(row.authority, []).append(row)
    for code, theirs in by_code.items():
        since = _asked_until(code, theirs)
        if since and now - since > timedelta(days=officers.patience(code).contact):
            text = (
                f"{officers.name(theirs[0])} could not be asked since {say(since)} what became of"
                f" reports: {len(theirs)} of ours with them. Please ask them another way, and have it"
                " looked into."
            )
            about = f"{code} not reached since {since:%Y-%m-%d %H:%M}"
            if not OfficerAsked.objects.filter(about=about).exists():
                yield theirs[0], about, text


def _asked_until(code: str, theirs: list[Passed]) -> datetime | None:
    """Return until when an authority could be asked; nothing where there is nothing to ask yet."""
    sent = [row.sent_at for row in theirs if row.their_id and row.sent_at]
    if not sent:
        return None
    last = Passed.objects.filter(authority=code).aggregate(last=Max("heard_at"))["last"]
    return max(last, min(sent)) if last else min(sent)
