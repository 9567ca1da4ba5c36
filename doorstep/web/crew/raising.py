"""A crew that sees something reports it on the spot, by the same form as anyone."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.cases import drafts
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.outside.secret import hashed
from doorstep.web.form import pages, stops
from doorstep.web.form import session as forms
from doorstep.web.kit.access import actor, needs

CHANNEL = "field"


def _session(request: HttpRequest, slug: str) -> forms.FormSession:
    def done(case: Case) -> HttpResponse:
        return HttpResponseRedirect(reverse("crew_new") + f"?sent={case.reference}")

    who = hashed(f"crew:{request.user.pk}")
    return forms.FormSession(
        slug,
        who,
        CHANNEL,
        actor(request),
        reverse("crew_begin", kwargs={"slug": slug}),
        timezone.now(),
        done,
    )


@needs("crew.work")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """List what a crew may report, and say what was just reported."""
    services = [s for s in catalogue.running() if CHANNEL in s.about.channels]
    context = {"services": services, "sent": request.GET.get("sent", "")[:16]}
    return render(request, "crew/new.html", context)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a report; a new one each time the button is pressed."""
    session = _session(request, slug)
    if request.method == "POST":
        drafts.drop_draft(visitor=session.visitor, slug=slug)
    return forms.begin(session)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Ask one page's questions of the crew."""
    return pages.page(request, _session(request, slug), page)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def stopped(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Say why the form cannot go on, or go on all the same with a reason."""
    return stops.stopped(request, _session(request, slug), page)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all answers; send them."""
    return pages.check(request, _session(request, slug))
