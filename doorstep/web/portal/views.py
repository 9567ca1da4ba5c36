"""The resident's pages."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases import access, choosing
from doorstep.cases import queries as cases
from doorstep.cases.models import Case
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.demo import week
from doorstep.messages import queries as messages
from doorstep.payments import queries as payments
from doorstep.staff.actor import RESIDENT
from doorstep.staff.models import StaffUser
from doorstep.web.form import pages, stops
from doorstep.web.form import session as forms
from doorstep.web.kit import limits
from doorstep.web.kit.doors import public
from doorstep.web.kit.language import COOKIE
from doorstep.web.kit.visitor import keep, let_in, may_open, visitor
from doorstep.web.portal import old, own_words


@public
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """List the services; or propose those that a resident's own words are about."""
    if text := own_words.text_of(request):
        return own_words.propose(request, text)
    context = {"services": catalogue.running(), "old": old.on_home(request)}
    return render(request, "portal/home.html", context)


@public
@require_GET
@cache_control(max_age=300)
def brand(request: HttpRequest) -> HttpResponse:
    """Give the council's own colours and font as a style sheet."""
    look = council.current().brand
    css = (
        f":root{{--govuk-brand-colour:{look.colour};--govuk-link-colour:{look.link};"
        f"--council-font:{look.font}}}"
    )
    return HttpResponse(css, content_type="text/css")


@public
@require_GET
@cache_control(max_age=86400)
def icon(request: HttpRequest) -> HttpResponse:
    """Give the browser's tab a doorstep in the council's own colour."""
    colour = council.current().brand.colour
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" '
        f'fill="{colour}"/><path d="M5 12V4h6v8M2 12.5h12" fill="none" stroke="#fff" stroke-width="1.6"/></svg>'
    )
    return HttpResponse(svg, content_type="image/svg+xml")


def _session(request: HttpRequest, slug: str) -> forms.FormSession:
    def done(case: Case) -> HttpResponse:
        there = HttpResponseRedirect(f"/case/{case.reference}/sent")
        return let_in(request, there, case.reference)

    base = f"/services/{slug}"
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


def own_case(request: HttpRequest, reference: str) -> Case:
    """Return a case that this browser may open; anyone else meets "not found"."""
    if not may_open(request, reference):
        raise Http404
    case = cases.by_reference(reference)
    if case is None:
        raise Http404
    return case


@public
@require_GET
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm that a case was made, with its reference and what happens next."""
    case = own_case(request, reference)
    if payments.due(case):
        return HttpResponseRedirect(f"/case/{case.reference}/pay")
    return render(request, "portal/sent.html", told(case))


def told(case: Case) -> dict[str, object]:
    """Return what the pages of a case say: where it stands, what happened, what may be chosen."""
    service = catalogue.service(case.version_id)
    stages = service.workflow.stages
    words = words_of(case)
    lines = [
        (e.at, stages[e.data["stage"]].label, fill(stages[e.data["stage"]].resident, words))
        for e in case.events.all()
        if e.kind == "stage"
    ]
    stage = stages[case.stage]
    return {
        "case": case,
        "service": service,
        "stage": stage,
        "says": fill(stage.resident, words),
        "named": words["named"],
        "lines": lines,
        "reopen": _reopen_offer(case),
        "choices": choosing.offered(case, timezone.now()),
        "owed": payments.latest(case),
    }


def _reopen_offer(case: Case) -> str:
    """Return the words that offer to open a closed case again, while it can be."""
    offer = catalogue.service(case.version_id).workflow.stages[case.stage].reopen
    if offer is None or case.closed_at is None or timezone.now() > choosing.reopen_until(case):
        return ""
    return offer.offer


@public
@require_GET
def open_case(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange a link's token for a cookie; a wrong one says so, and guessing is limited."""
    if limits.over([limits.person(request, "link")], 30, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    case = access.by_link(token, timezone.now())
    if case is None:
        raise Http404
    return let_in(request, HttpResponseRedirect(f"/case/{case.reference}"), case.reference)


@public
@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where a case stands to the person who sent it."""
    return render(request, "portal/case.html", told(own_case(request, reference)))


@public
@require_GET
def words(request: HttpRequest, name: str) -> HttpResponse:
    """Show one of the statements made from council data."""
    return render(request, f"portal/{name}.html", {"services": catalogue.running()})


@public
@require_GET
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the language a resident chose, and go back to the page."""
    if code not in council.languages():
        raise Http404
    there = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    response = HttpResponseRedirect(there if safe else "/")
    response.set_cookie(
        COOKIE,
        code,
        max_age=365 * 86400,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404


@public
@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """Offer an address for each outcome, and a button to sign in as each role."""
    _demo_only()
    people = StaffUser.objects.order_by("username")
    return render(request, "portal/demo.html", {"kept": week.kept(), "people": people})


@public
@require_POST
def demo_as(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as a demo role; loopback only, and nowhere but in the demo."""
    _demo_only()
    user = StaffUser.objects.filter(username=role).first()
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(
        "/crew" if user.may("crew.work") and not user.may("desk.see") else "/desk"
    )


@public
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Show what the demo's residents were sent."""
    _demo_only()
    found = messages.outbox(request.GET.get("case", "")[:20])
    return render(request, "portal/outbox.html", {"messages": found})
