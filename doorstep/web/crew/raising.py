"""A crew that sees something reports it on the spot, by the same form as anyone."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.cases import queries as cases
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.web.form import pages, stops
from doorstep.web.form import photo as photos
from doorstep.web.form import session as forms
from doorstep.web.kit.access import actor, needs, owner
from doorstep.web.kit.counted import counted_by

CHANNEL = "field"


def _session(request: HttpRequest, slug: str) -> forms.FormSession:
    def done(case: Case) -> HttpResponse:
        return HttpResponseRedirect(reverse("crew_new") + f"?sent={case.reference}")

    return forms.FormSession(
        slug,
        owner(request),
        CHANNEL,
        actor(request),
        reverse("crew_begin", kwargs={"slug": slug}),
        timezone.now(),
        done,
        reverse("crew_new"),
        counted_by=counted_by(request),
    )


@needs("crew.work")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """List what a crew may report, what it has begun, and say what was just reported."""
    begun = cases.unfinished(owner(request), timezone.now()).filter(channel=CHANNEL)[:20]
    context = {
        "services": [s for s in catalogue.running() if CHANNEL in s.about.channels],
        "sent": request.GET.get("sent", "")[:16],
        "begun": [(d, catalogue.service(d.version_id)) for d in begun],
    }
    return render(request, "crew/new.html", context)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a report, another each time the button is pressed; a link leads to the one that is open."""
    session = _session(request, slug)
    return forms.begin(session) if request.method == "POST" else forms.lead_on(request, session)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def lead_on(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Lead from an address without a report's id to the one that is open."""
    return forms.lead_on(request, _session(request, slug))


@needs("crew.work")
@require_GET
def resume(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Go on with a report at the first page not answered."""
    return pages.resume(request, _session(request, slug), draft)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str, draft: UUID, page: str) -> HttpResponse:
    """Ask one page's questions of the crew."""
    return pages.page(request, _session(request, slug), draft, page)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def stopped(request: HttpRequest, slug: str, draft: UUID, page: str) -> HttpResponse:
    """Say why the form cannot go on, or go on all the same with a reason."""
    return stops.stopped(request, _session(request, slug), draft, page)


@needs("crew.work")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Show all answers; send them."""
    return pages.check(request, _session(request, slug), draft)


@needs("crew.work")
@require_GET
def photo(request: HttpRequest, slug: str, draft: UUID, name: str) -> HttpResponseBase:
    """Show the photo that a crew took, to who took it."""
    return photos.photo(request, _session(request, slug), draft, name)
