"""Writes down below what is known above: a crew's list that has work about a case, a partner to whom it was sent."""

from datetime import datetime
from typing import Literal

from doorstep.cases.models import Case, Shared

Kind = Literal["round", "sent"]


def share(*, case: Case, kind: Kind, key: str) -> None:
    """Let whoever has this list, or is this partner, see a case from now on, with no end; twice does no harm."""
    Shared.objects.bulk_create(
        [Shared(case=case, kind=kind, key=key)],
        update_conflicts=True,
        unique_fields=["case", "kind", "key"],
        update_fields=["until"],
    )


def end(*, case_id: int, kind: Kind, until: datetime, key: str = "") -> None:
    """Let them see it until a moment and no longer: one of them, or all of a kind; an end that is sooner stays."""
    rows = Shared.objects.filter(case=case_id, kind=kind)
    rows = rows.filter(key=key) if key else rows
    (rows.filter(until=None) | rows.filter(until__gt=until)).update(until=until)


def forget(now: datetime) -> None:
    """Delete what is shared with nobody any more."""
    Shared.objects.filter(until__lt=now).delete()
