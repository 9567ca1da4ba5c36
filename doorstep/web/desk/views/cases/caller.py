"""The same form, filled in for someone who rings, writes or comes by."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases import drafts
from doorstep.cases import queries as cases
from doorstep.cases.drafts import NOT_COUNTED
from doorstep.cases.models import Case, Draft
from doorstep.cases.prefill import Said
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.insight import actions as insight
from doorstep.payments import queries as payments
from doorstep.places import queries as places
from doorstep.places.models import Property
from doorstep.web.desk import at_home, in_contact
from doorstep.web.form import at_once as at_once_form
from doorstep.web.form import pages, stops
from doorstep.web.form import photo as photos
from doorstep.web.form import session as forms
from doorstep.web.kit.access import actor, needs, owner
from doorstep.web.kit.counted import counted_by
from doorstep.web.kit.opening import looked, may


def session_of(request: HttpRequest, slug: str, channel: str = "telephone") -> forms.FormSession:
    """Return the session of a member of staff who fills in a form for someone."""

    def done(case: Case) -> HttpResponse:
        in_contact.was_sent(case)
        # With the caller still on the line, what is to pay comes first.
        user: Any = request.user
        pays = user.may("payments.take") and payments.due(case)
        return redirect("desk_pay" if pays else "desk_case", reference=case.reference)

    def may_go_on_now(draft: Draft) -> bool:
        in_contact.goes_on(request, draft)
        return may_go_on(request, draft)

    return forms.FormSession(
        slug,
        owner(request),
        channel,
        actor(request),
        reverse("desk_begin", kwargs={"slug": slug}),
        timezone.now(),
        done,
        reverse("desk"),
        frame="desk/frame.html",
        case_page=lambda reference: reverse("desk_case", kwargs={"reference": reference}),
        # What is moved from another service by an officer nobody fills in.
        counted_by=counted_by(request) if channel in ADVISER_CHANNELS else NOT_COUNTED,
        begins=lambda draft, of: in_contact.begins(request, draft, of),
        may_go_on=may_go_on_now,
        met_stop=in_contact.stands_at,
        at_once=channel in ADVISER_CHANNELS,
    )


def channel_of(request: HttpRequest) -> str:
    """Return by which channel the caller came, as it was chosen; the first one where none was."""
    channel = request.POST.get("channel", "")
    return channel if channel in ADVISER_CHANNELS else ADVISER_CHANNELS[0]


def may_go_on(request: HttpRequest, draft: Draft) -> bool:
    """Say whether the case that a form changes, or goes on from, is open to this person still."""
    about = [case for case in (draft.changes, draft.moved_from) if case is not None]
    return all(may(request, "desk.send", case) for case in about)


@needs("desk.send")
@require_POST
def choose(request: HttpRequest) -> HttpResponseBase:
    """Begin the form that was chosen for a new caller."""
    slug = request.POST.get("service", "")
    if catalogue.current(slug) is None:
        raise Http404
    return begin(request, slug)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the form for a new caller, with the home they call from where it is known; a link leads to the one that is open."""
    if request.method == "GET":
        return forms.lead_on(request, session_of(request, slug))
    if catalogue.current(slug) is None:
        raise Http404
    # From the page of a home, which is not asked for again; a page that was drawn before the screen was turned brings none.
    is_turned = in_contact.facing(request)
    home = None if is_turned else places.find(request.POST.get("home", ""))
    contact = in_contact.begun(request, channel_of(request), home=home)
    if home == contact.home:
        home = in_contact.home_of(request, contact)
    in_contact.did(request, "begun", service=slug)
    session = session_of(request, slug, contact.channel)
    if not home and not contact.number:
        return forms.begin(session)
    answers: dict[tuple[str, str], object] = {("address", ""): str(home.uprn)} if home else {}
    # The number that rang is how to reach whoever is not known yet.
    known = {"phone": contact.number} if contact.number and contact.person_id is None else {}
    return forms.begin_with(session, Said(answers=answers, contact=known))


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def lead_on(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Lead from an address without a form's id to the one that is open."""
    return forms.lead_on(request, session_of(request, slug))


@needs("desk.send")
@require_GET
def resume(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Go on with a caller's form at the first page not answered."""
    return pages.resume(request, session_of(request, slug), draft)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def at_once(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Ask the caller all questions on one page, with what is known of their home beside it."""
    session = session_of(request, slug)

    # What a visitor can see is theirs alone: nothing of others at the home.
    is_turned = in_contact.facing(request)

    def beside(home: Property) -> dict[str, Any]:
        if is_turned:
            return {}
        looked(request, "home", str(home.uprn))
        return at_home.beside(request, home, session.now)

    look = at_once_form.Look("desk/form.html", "desk/form_live.html", beside)
    return at_once_form.page(request, session, draft, look)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str, draft: UUID, page: str) -> HttpResponse:
    """Ask one page's questions of the caller."""
    return pages.page(request, session_of(request, slug), draft, page)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def stopped(request: HttpRequest, slug: str, draft: UUID, page: str) -> HttpResponse:
    """Say to the caller why the form cannot go on, or go on all the same with a reason."""
    return stops.stopped(request, session_of(request, slug), draft, page)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Show all answers; send them."""
    return pages.check(request, session_of(request, slug), draft)


@needs("desk.send")
@require_GET
def photo(request: HttpRequest, slug: str, draft: UUID, name: str) -> HttpResponseBase:
    """Show the photo that came with a caller's form, to who fills it in."""
    return photos.photo(request, session_of(request, slug), draft, name)


@needs("desk.send")
@require_POST
def drop(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Throw away a caller's form that will not be sent."""
    # What somebody began online is theirs, and is given back (cases.handing).
    form = cases.unfinished(owner(request), timezone.now()).filter(pk=draft, lent_by="")
    insight.count_dropped(form)
    drafts.drop(drafts=form)
    return redirect("desk")
