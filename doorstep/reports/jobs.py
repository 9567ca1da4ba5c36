"""Followers are told in the queue; wishes nobody confirmed are forgotten."""

from django.utils import timezone

from doorstep.outside import later


@later.job("reports.announce")
def announce(case_id: int, stage: str) -> None:
    """Tell those who follow a report, its street or its ward."""
    from doorstep.reports import following

    following.announce(case_id=case_id, stage=stage, now=timezone.now())


def forget() -> None:
    """Forget wishes that nobody confirmed."""
    from doorstep.reports import following

    following.WISHES.forget(now=timezone.now())
