"""Services and their versions; publishing what the library holds."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.catalogue.errors import DefinitionError
from doorstep.council.errors import Refused
from doorstep.rehearsal import actions as rehearsal
from doorstep.rehearsal import queries as shelf
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.proof import proved
from doorstep.web.kit.waiting import waiting


@needs("services.see")
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """List every service with its versions, and what the library holds beside them."""
    return render(request, "desk/services.html", {"services": shelf.shelf()})


@needs("services.see")
@require_GET
def newer(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the library's folder would change."""
    return _newer(request, slug)


def _newer(request: HttpRequest, slug: str, refused: str = "") -> HttpResponse:
    try:
        version = shelf.newer(slug)
    except Refused as exc:
        raise Http404 from exc
    user: Any = request.user
    context = {
        "found": version,
        "refused": refused,
        "under_way": shelf.under_way(slug),
        "may_publish": user.may("services.publish"),
    }
    return render(request, "desk/newer.html", context)


def _again(request: HttpRequest, refused: Refused, slug: str) -> HttpResponse:
    return _newer(request, slug, refused.code)


@needs("services.publish")
@proved
@require_POST
@says_why_not(_again)
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the examples of the folder that was looked at played, and publish it if all come out."""
    digest, now = request.POST.get("digest", ""), timezone.now()
    try:
        wish = rehearsal.ask_to_publish(slug=slug, digest=digest, by=actor(request), now=now)
    except DefinitionError as exc:
        raise Refused("has_mistakes") from exc
    return redirect("publishing", slug=slug, number=wish.pk)


@needs("services.see")
@require_GET
def publishing(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show how playing and publishing goes; the page asks again by itself until it has ended."""
    wish = shelf.publishing(slug, number)
    if wish is None:
        raise Http404
    context = {"wish": wish, "slug": slug}
    return waiting(request, "desk/publishing.html", context, ended=bool(wish.ended_at))
