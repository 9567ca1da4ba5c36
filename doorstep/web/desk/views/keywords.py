"""Keywords that officers' corrections suggest, and those that this council added."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.catalogue import teaching
from doorstep.council.errors import Refused
from doorstep.web.kit.doors import actor, needs


@needs("words.teach")
@require_GET
def keywords(request: HttpRequest) -> HttpResponse:
    """List what people wrote whose requests were moved, and the keywords added so far."""
    return _draw(request)


def _draw(request: HttpRequest, refused: str = "", status: int = 200) -> HttpResponse:
    context = {"found": teaching.suggestions(), "own": teaching.own(), "refused": refused}
    return render(request, "desk/keywords.html", context, status=status)


@needs("words.teach")
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Accept a suggested keyword, which proposals use at once, or decline it."""
    act = teaching.accept if request.POST.get("add") else teaching.decline
    slug, text = request.POST.get("slug", ""), request.POST.get("text", "")
    try:
        act(slug=slug, text=text, by=actor(request), now=timezone.now())
    except Refused as exc:
        return _draw(request, exc.code, status=409)
    return HttpResponseRedirect("/desk/keywords")


@needs("words.teach")
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a keyword of the council's own away again."""
    teaching.remove(number=number)
    return HttpResponseRedirect("/desk/keywords")
