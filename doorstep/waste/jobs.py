"""Reads round plans in the queue."""

from datetime import timedelta

from django.utils import timezone

from doorstep.outside import later
from doorstep.waste.models import PlanFile


def _give_up(plan_id: int) -> None:
    from doorstep.waste import plan_files

    plan_files.give_up(plan_id=plan_id, now=timezone.now())


@later.job("waste.read_plan", max_runs=3, max_seconds=600, on_give_up=_give_up)
def read_plan(plan_id: int) -> None:
    """Read a plan and propose its change."""
    from doorstep.waste import plan_files

    plan_files.read(plan_id=plan_id, now=timezone.now())


def read_lost() -> None:
    """Queue again what was sent and has not moved for ten minutes."""
    old = timezone.now() - timedelta(minutes=10)
    lost = PlanFile.objects.filter(ended_at=None, moved_at__lt=old)
    for plan_id in lost.values_list("id", flat=True)[:100]:
        read_plan.defer(once=f"plan-{plan_id}", plan_id=plan_id)


def forget() -> None:
    """Forget the text of plans after three months, and changes that were proposed and never made."""
    from doorstep.waste.models import Change

    old = timezone.now() - timedelta(days=90)
    PlanFile.objects.filter(sent_at__lt=old).exclude(text="").update(text="")
    Change.objects.filter(made_at=None, proposed_at__lt=old).delete()
