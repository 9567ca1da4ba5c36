"""A service and its form, as a resident fills it in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.staff.actor import RESIDENT
from doorstep.web.form import pages, stops
from doorstep.web.form import session as forms
from doorstep.web.kit.access import public
from doorstep.web.kit.visitor import keep, let_in, visitor
from doorstep.web.portal import own_words


def _session(request: HttpRequest, slug: str) -> forms.FormSession:
    def done(case: Case) -> HttpResponse:
        there = redirect("sent", reference=case.reference)
        return let_in(request, there, case.reference)

    base = reverse("start", kwargs={"slug": slug})
    return forms.FormSession(slug, visitor(request), "online", RESIDENT, base, timezone.now(), done)


@public
@require_GET
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what the service does and what is needed."""
    service = catalogue.current(slug)
    if service is None:
        raise Http404
    return render(request, "portal/start.html", {"service": service})


@public
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin or go on with a draft; what was written on the way here goes along."""
    if text := request.POST.get("text", "").strip():
        return keep(request, own_words.begin(_session(request, slug), text, request.POST))
    return keep(request, forms.begin(_session(request, slug)))


@public
@require_GET
def go_on(request: HttpRequest, slug: str) -> HttpResponse:
    """Go on with the draft of this browser, at the first page not answered."""
    return keep(request, forms.begin(_session(request, slug)))


@public
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Ask one page's questions."""
    return keep(request, pages.page(request, _session(request, slug), page))


@public
@require_http_methods(["GET", "POST"])
def stopped(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Say why the form cannot go on, and what next."""
    return stops.stopped(request, _session(request, slug), page)


@public
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all answers; send them."""
    return keep(request, pages.check(request, _session(request, slug)))
