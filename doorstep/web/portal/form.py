"""A service and its form, as a resident fills it in."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases import queries as cases
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.places import queries as places
from doorstep.staff.actor import RESIDENT
from doorstep.web.form import asking, counting, outages, pages, receive, stops
from doorstep.web.form import photo as photos
from doorstep.web.form import session as forms
from doorstep.web.kit import limits
from doorstep.web.kit.access import public
from doorstep.web.kit.alike import alike
from doorstep.web.kit.counted import counted_by
from doorstep.web.kit.visitor import OF_BROWSER, home_of, is_known, keep, let_in, owner
from doorstep.web.portal import own_words
from doorstep.web.portal.online import only_online

# What the version before had beside a form's own pages, at addresses without a form's id.
WITHOUT_ID = ("check", "continue", "save", "saved")


def session_of(request: HttpRequest, slug: str) -> forms.FormSession:
    """Return the session of a resident's browser at a service."""

    def let(response: HttpResponse, case: Case) -> HttpResponse:
        return let_in(request, response, case.reference)

    def done(case: Case) -> HttpResponse:
        return let(redirect("sent", reference=case.reference), case)

    def case_page(reference: str) -> str:
        return reverse("case", kwargs={"reference": reference})

    base = reverse("start", kwargs={"slug": slug})
    return forms.FormSession(
        slug,
        owner(request),
        "online",
        RESIDENT,
        base,
        timezone.now(),
        done,
        base,
        let,
        case_page,
        counted_by(request),
    )


@public
@require_GET
@only_online
def start(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Say what the service does and what is needed; what was begun here before is announced, and nothing in it shown."""
    service = catalogue.current(slug)
    if service is None:
        raise Http404
    counting.start_shown(service, counted_by(request), timezone.now())
    return _start_page(request, service)


@alike(but=OF_BROWSER)
def _start_page(request: HttpRequest, service: Service) -> HttpResponse:
    drafts: list[Draft] = []
    # From a home's page, or the one that this device shows first; "other" asks for another.
    named = request.GET.get("home") or home_of(request)
    brought = places.find(named) if forms.asks_address(service) else None
    if is_known(request):
        session = session_of(request, service.slug)
        drafts = list(cases.unfinished(session.owner, session.now, slug=service.slug)[:5])
    context = {
        "service": service,
        "campaign": counted_by(request).campaign,
        "begun": drafts,
        "home": brought,
        "asks_address": forms.asks_address(service),
        "down": outages.at_start(service, timezone.now()),
    }
    return keep(request, render(request, "portal/start.html", context))


@public
@require_POST
@only_online
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a form, another each time; what was written on the way here goes along."""
    text = request.POST.get("text", "").strip()
    # An address may be a whole library's.
    if limits.over([limits.person(request, "begin")], 300, 3600):
        context = {"code": "too_many", "typed": [text] if text else []}
        return render(request, "kit/error.html", context, status=429)
    session = session_of(request, slug)
    if text:
        return keep(request, own_words.begin(session, text, request.POST))
    if home := places.find(request.POST.get("home", "")):
        return keep(request, forms.begin_at(session, home.uprn))
    if not request.POST.get("postcode", "").strip():
        return keep(request, forms.begin(session))
    # The first page takes a postcode from here, as if it had been sent there.
    try:
        postcode = receive.find_postcode(request, session, request.POST)
    except Refused:
        postcode = ""
    return keep(request, forms.begin(session, brings=True, postcode=postcode))


@public
@require_http_methods(["GET", "POST"])
@only_online
def lead_on(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Lead from an address without a form's id to the form that is open, else to the start."""
    service = catalogue.current(slug)
    if service is None or not (page in WITHOUT_ID or service.form.page(page)):
        raise Http404
    if not is_known(request):
        return redirect("start", slug=slug)
    return keep(request, forms.lead_on(request, session_of(request, slug)))


@public
@require_GET
def resume(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Go on with a form at the first page not answered."""
    return keep(request, pages.resume(request, session_of(request, slug), draft))


@public
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str, draft: UUID, page: str) -> HttpResponse:
    """Ask one page's questions."""
    return keep(request, pages.page(request, session_of(request, slug), draft, page))


@public
@require_http_methods(["GET", "POST"])
def stopped(request: HttpRequest, slug: str, draft: UUID, page: str) -> HttpResponse:
    """Say why the form cannot go on, and what next."""
    return keep(request, stops.stopped(request, session_of(request, slug), draft, page))


@public
@require_GET
def photo(request: HttpRequest, slug: str, draft: UUID, name: str) -> HttpResponseBase:
    """Show the photo that was sent with a page, to who sent it."""
    return photos.photo(request, session_of(request, slug), draft, name)


@public
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, slug: str, draft: UUID, page: str) -> HttpResponse:
    """Ask a person to look at where the form stopped."""
    return keep(request, asking.person(request, session_of(request, slug), draft, page))


@public
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Show all answers; send them."""
    return keep(request, pages.check(request, session_of(request, slug), draft))
