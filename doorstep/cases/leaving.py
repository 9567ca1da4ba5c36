"""Which forms nobody went on with, and whether figures know: a form is counted once, and not as left when it goes on."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from doorstep.cases.access import expired
from doorstep.cases.models import Draft


def over_and_not_counted(now: datetime) -> QuerySet[Draft]:
    """Return forms that are over and not counted as left, locked; in a transaction."""
    drafts = Draft.objects.select_for_update(skip_locked=True, no_key=True)
    return drafts.filter(expired(now), left_at=None).exclude(device="").order_by("updated_at")


def come_back() -> QuerySet[Draft]:
    """Return forms that were counted as left and then gone on with, or sent; locked, in a transaction."""
    drafts = Draft.objects.select_for_update(skip_locked=True, no_key=True)
    went_on = Q(updated_at__gt=F("left_at")) | Q(sent_at__isnull=False)
    return drafts.filter(went_on, left_at__isnull=False)


def counted(*, draft: Draft, cell: list[str]) -> None:
    """Note as what a form was counted as left, and when it had been touched last."""
    Draft.objects.filter(pk=draft.pk).update(left_at=draft.updated_at, left_as=cell)


def taken_back(*, draft: Draft) -> None:
    """Note that a form is not counted as left any more."""
    Draft.objects.filter(pk=draft.pk).update(left_at=None, left_as=None)


def do_not_count(*, drafts: QuerySet[Draft]) -> None:
    """Take off some forms what they were to be counted by."""
    drafts.filter(sent_at=None).update(device="", campaign="")
