"""Keywords that officers' corrections suggest, and those that this council added."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.council.errors import Refused
from doorstep.signposts import suggestions
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.kit import seen
from doorstep.web.kit.access import actor, needs


@needs("words.teach")
@require_GET
def keywords(request: HttpRequest) -> HttpResponse:
    """List what people wrote whose requests were moved, and the keywords added so far."""
    return _draw(request)


def _draw(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    code = refused.code if refused else ""
    context = {
        "found": suggestions.suggestions(),
        "own": suggestions.own(),
        "refused": code,
        "seen": _mark,
    }
    return render(request, "desk/keywords.html", context)


def _mark(suggestion: suggestions.Suggestion) -> str:
    return seen.mark({"leads_to": suggestion.leads_to})


def _shown() -> dict[tuple[str, str], str]:
    """Return the mark of each suggestion that nobody has decided on, by service and words."""
    return {(s.slug, s.text): _mark(s) for s in suggestions.suggestions()}


@needs("words.teach")
@require_POST
@says_why_not(_draw)
def decide(request: HttpRequest) -> HttpResponse:
    """Accept a suggested keyword, which proposals use at once, or decline it."""
    act = suggestions.accept if request.POST.get("add") else suggestions.decline
    slug, text = request.POST.get("slug", ""), request.POST.get("text", "")
    if seen.FIELD in request.POST and request.POST[seen.FIELD] != _shown().get((slug, text)):
        raise Refused("changed_since")
    act(slug=slug, text=text, by=actor(request), now=timezone.now())
    return redirect("keywords")


@needs("words.teach")
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a keyword of the council's own away again."""
    suggestions.remove(number=number)
    return redirect("keywords")
