"""Round plans are read in the queue; the evening's notes; work that the council's own waste system does; what is forgotten when."""

from datetime import datetime, timedelta

from django.utils import timezone

from doorstep.cases import queries as cases
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.waste import keyed, mirror, notes, plan_files, queue, sheets, theirs
from doorstep.waste.models import Change, PlanFile, RoundDay, Sheet, StreetDay

# Between these hours; a worker that was down for a while catches up, and nobody is woken.
FROM_HOUR, TO_HOUR = 17, 22
PLANS_KEPT = timedelta(days=90)


def tell_this_evening() -> None:
    """Queue the notes that are due and not queued yet; asked every minute, it looks at state."""
    now = timezone.now()
    if FROM_HOUR <= now.astimezone(ZONE).hour < TO_HOUR:
        notes.tell_all(now=now)


def _give_up(plan_id: int) -> None:
    plan_files.give_up(plan_id=plan_id, now=timezone.now())


@queue.read_plan.does(on_give_up=_give_up)
def read_plan(plan_id: int) -> None:
    """Read a plan and propose its change."""
    plan_files.read(plan_id=plan_id, now=timezone.now())


def read_lost() -> None:
    """Queue again what was sent and has not moved for ten minutes."""
    old = timezone.now() - timedelta(minutes=10)
    lost = PlanFile.objects.filter(ended_at=None, progress_at__lt=old)
    for plan_id in lost.values_list("id", flat=True)[:100]:
        queue.read_plan.defer(plan_id=plan_id)


@queue.sheet.does()
def sheet(sheet_id: int) -> None:
    """Go on with a piece of work in the waste system."""
    sheets.go_on(sheet_id=sheet_id, now=timezone.now())


@queue.read_homes.does()
def read_homes() -> None:
    """Read homes again in the waste system, those that were read longest ago."""
    mirror.walk(timezone.now())


def look_there() -> None:
    """Queue what is to be done in the waste system now, and at night the reading of homes."""
    now = timezone.now()
    sheets.look(now)
    if theirs.is_kept_there() and now.astimezone(ZONE).hour in mirror.NIGHT:
        queue.read_homes.defer()


def forget() -> None:
    """Forget wishes nobody confirmed; after months the text of plans, changes never made, and work in the waste system."""
    now = timezone.now()
    notes.SUBSCRIPTIONS.forget(now=now)
    old = now - PLANS_KEPT
    PlanFile.objects.filter(sent_at__lt=old).exclude(text="").update(text="")
    Change.objects.filter(made_at=None, proposed_at__lt=old).delete()
    Sheet.objects.filter(job__case__in=cases.erased_lately(now)).exclude(
        state__in=Sheet.LIVE
    ).delete()
    Sheet.objects.filter(job=None, began_at__lt=now - keyed.KEPT).delete()
    _forget_progress(now)


def _forget_progress(now: datetime) -> None:
    """Forget where rounds and their crews were, as long ago as what they saw on them is forgotten."""
    old = now.astimezone(ZONE).date() - timedelta(days=council.current().keep_logs_days)
    for progress in (StreetDay, RoundDay):
        progress.objects.filter(day__lt=old).delete()
