"""Followers are told in the queue; wishes nobody confirmed are forgotten."""

from django.utils import timezone

from doorstep.reports import following, queue


@queue.announce.does()
def announce(case_id: int, stage: str) -> None:
    """Tell those who follow a report, its street or its ward."""
    following.announce(case_id=case_id, stage=stage, now=timezone.now())


def forget() -> None:
    """Forget wishes that nobody confirmed."""
    following.SUBSCRIPTIONS.forget(now=timezone.now())
