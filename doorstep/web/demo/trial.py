"""The page of a service that is tried out: where it begins, how its folder stands, the clock, what was sent."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep import moved_clock
from doorstep.council.queries import ZONE
from doorstep.demo import trial
from doorstep.messages import queries as messages
from doorstep.outside import later
from doorstep.staff.models import StaffUser
from doorstep.web.kit.access import public

# By how much a button moves the clock on.
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
# Whom the page offers to sign in as: who does something with a case.
ROLES = ("officer", "adviser", "crew", "supervisor")


def _tried() -> Path:
    if not settings.TRIED:
        raise Http404
    return Path(settings.TRIED)


@public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    folder, now = _tried(), timezone.now()
    context = {
        "folder": folder,
        "standing": trial.look(folder, now),
        "now": now,
        "at": now.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M"),
        "is_moved": bool(moved_clock.written(settings.TRIED_CLOCK)),
        "homes": trial.homes(3),
        "people": StaffUser.objects.filter(username__in=ROLES).order_by("username"),
        "told": messages.outbox("")[:10],
        "wrong": request.GET.get("wrong", "")[:10],
    }
    return render(request, "portal/trial.html", context)


@public
@require_POST
def clock(request: HttpRequest) -> HttpResponse:
    """Move the clock on, by a step or to a moment, and do what is due by then; never back."""
    _tried()
    now = timezone.now()
    to = _moment(request.POST.get("to", "")) if "to" in request.POST else None
    step = STEPS.get(request.POST.get("on", ""))
    moment = now + step if step else to
    if moment is None or not now - timedelta(minutes=1) <= moment <= now + moved_clock.FURTHEST:
        return redirect("/try?wrong=clock#clock")
    by = moved_clock.written(settings.TRIED_CLOCK) + (moment - now)
    moved_clock.write(settings.TRIED_CLOCK, by)
    later.reconcile()
    return redirect("/try#clock")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE)
    except ValueError:
        return None


@public
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Throw away all that was made, and begin again; the page that answers waits for it."""
    _tried()
    (Path(settings.DATA) / "begin-again").touch()
    return render(request, "portal/trial_again.html")
