"""Today's rounds, and saying that one is delayed."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.waste import actions as waste
from doorstep.waste import queries as rounds_of
from doorstep.web.kit.doors import actor, needs


@needs("rounds.delay")
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """Show today's rounds, their progress, and the form to delay one."""
    return _rounds(request)


def _rounds(request: HttpRequest, refused: str = "") -> HttpResponse:
    today = timezone.now().astimezone(ZONE).date()
    found = [(r, rounds_of.progress(r.code, today)) for r in rounds_of.rounds_on(today)]
    context = {"rounds": found, "today": today, "refused": refused, "typed": request.POST}
    return render(request, "desk/rounds.html", context)


@needs("rounds.delay")
@require_POST
def delay(request: HttpRequest) -> HttpResponse:
    """Say that a round is delayed, until when, in a sentence residents read; or take it back."""
    now = timezone.now()
    code, today = request.POST.get("round", ""), now.astimezone(ZONE).date()
    try:
        if code not in {r.code for r in rounds_of.rounds_on(today)}:
            raise Refused("no_such_round")
        if "end" in request.POST:
            waste.end_delay(round_code=code, day=today, by=actor(request), now=now)
        else:
            try:
                until = datetime.fromisoformat(request.POST.get("until", "")).replace(tzinfo=ZONE)
            except ValueError as exc:
                raise Refused("until_missing") from exc
            sentence = request.POST.get("sentence", "")
            waste.delay_round(
                round_code=code,
                day=today,
                until=until,
                sentence=sentence,
                by=actor(request),
                now=now,
            )
    except Refused as exc:
        return _rounds(request, exc.code)
    return HttpResponseRedirect("/desk/rounds")
