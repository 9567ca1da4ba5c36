"""Today's rounds, and saying that one is delayed."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.waste import actions as waste
from doorstep.waste import queries as rounds_of
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.kit import seen
from doorstep.web.kit.access import actor, needs


@needs("rounds.delay")
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """Show today's rounds, their progress, and the form to delay one."""
    return _rounds(request)


def _rounds(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    today = timezone.now().astimezone(ZONE).date()
    rounds = [(r, rounds_of.progress(r.code, today)) for r in rounds_of.rounds_on(today)]
    code = refused.code if refused else ""
    context = {"rounds": rounds, "today": today, "refused": code, "typed": request.POST}
    context["seen"] = seen.mark(_delays(request))
    return render(request, "desk/rounds.html", context)


def _delays(_request: HttpRequest) -> dict[str, object]:
    """Return the delay of each of today's rounds, as the page shows it."""
    today = timezone.now().astimezone(ZONE).date()
    days = {r.code: rounds_of.progress(r.code, today) for r in rounds_of.rounds_on(today)}
    return {code: d and (d.delayed_until, d.sentence) for code, d in days.items()}


def _chosen(request: HttpRequest) -> tuple[str, ...]:
    return (request.POST.get("round", ""),)


@needs("rounds.delay")
@require_POST
@says_why_not(_rounds)
@as_it_was_seen(_delays, _chosen)
def delay(request: HttpRequest) -> HttpResponse:
    """Say that a round is delayed, until when, in a sentence residents read; or take it back."""
    now = timezone.now()
    code, today = request.POST.get("round", ""), now.astimezone(ZONE).date()
    if code not in {r.code for r in rounds_of.rounds_on(today)}:
        raise Refused("no_such_round")
    if "end" in request.POST:
        waste.end_delay(round_code=code, day=today, by=actor(request), now=now)
    else:
        waste.delay_round(
            round_code=code,
            day=today,
            until=_until(request),
            sentence=request.POST.get("sentence", ""),
            by=actor(request),
            now=now,
        )
    return redirect("rounds")


def _until(request: HttpRequest) -> datetime:
    try:
        return datetime.fromisoformat(request.POST.get("until", "")).replace(tzinfo=ZONE)
    except ValueError as exc:
        raise Refused("until_missing") from exc
