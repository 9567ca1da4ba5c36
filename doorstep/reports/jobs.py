"""Followers are told in the queue; wishes nobody confirmed are forgotten, and who said what."""

from django.utils import timezone

from doorstep.reports import following, queue, still_there


@queue.announce.does()
def announce(case_id: int, stage: str) -> None:
    """Tell those who follow a report, its street or its ward."""
    following.announce(case_id=case_id, stage=stage, now=timezone.now())


def forget() -> None:
    """Forget wishes that nobody confirmed, and by what nobody was counted twice."""
    following.SUBSCRIPTIONS.forget(now=timezone.now())
    still_there.forget(now=timezone.now())
