"""Keywords that officers' corrections suggest, and those that this council added."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.council.errors import Refused
from doorstep.signposts import suggestions
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.kit.access import actor, needs


@needs("words.teach")
@require_GET
def keywords(request: HttpRequest) -> HttpResponse:
    """List what people wrote whose requests were moved, and the keywords added so far."""
    return _draw(request)


def _draw(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    code = refused.code if refused else ""
    context = {"found": suggestions.suggestions(), "own": suggestions.own(), "refused": code}
    return render(request, "desk/keywords.html", context)


@needs("words.teach")
@require_POST
@says_why_not(_draw)
def decide(request: HttpRequest) -> HttpResponse:
    """Accept a suggested keyword, which proposals use at once, or decline it."""
    act = suggestions.accept if request.POST.get("add") else suggestions.decline
    slug, text = request.POST.get("slug", ""), request.POST.get("text", "")
    act(slug=slug, text=text, by=actor(request), now=timezone.now())
    return redirect("keywords")


@needs("words.teach")
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a keyword of the council's own away again."""
    suggestions.remove(number=number)
    return redirect("keywords")
