"""A person: who they are, how to reach them, what is open and past, and a form for them."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.bookings import queries as bookings
from doorstep.cases import queries as cases
from doorstep.cases import workflow
from doorstep.cases.models import Case
from doorstep.cases.prefill import Said
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.contacts import queries as contacts
from doorstep.council.errors import Refused
from doorstep.customers import people, queries
from doorstep.customers.models import FORMATS, LANGUAGES, REACH, Person
from doorstep.customers.queries import Group
from doorstep.messages import queries as messages
from doorstep.payments import queries as payments
from doorstep.staff import queries as staff
from doorstep.web.desk import contact_rows, in_contact
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.desk.views.cases import caller
from doorstep.web.desk.views.customers.opening import (
    done,
    is_sent_again,
    may_restricted,
    of_person,
    why_page,
)
from doorstep.web.form import session as forms
from doorstep.web.kit import entry, seen
from doorstep.web.kit import typed as typed_before
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import looked, staff_of

SEE, CHANGE = "customer.see", "customer.change"
# Closed cases, and messages, on the page; all closed ones stand behind a link.
FEW, ALL = 8, 200
# Services that can be begun at once; the others stand behind a line.
IN_A_ROW = 4


def draw(request: HttpRequest, group: Group, refused: Refused | None = None) -> HttpResponse:
    """Draw a person whole, with why something was refused."""
    user: Any = request.user
    acted_by, acts_for = queries.acting(group, restricted=may_restricted(request))
    context = {
        "group": group,
        "person": group.person,
        "contacts": queries.contacts(group),
        "notes": queries.notes(group),
        "acted_by": acted_by,
        "acts_for": acts_for,
        "merges": queries.merges(group),
        "like": queries.likenesses(group, restricted=may_restricted(request)),
        "refused": refused.code if refused else "",
        "typed": request.POST,
        "now": timezone.now(),
        "may_change": user.may(CHANGE),
        "sees_why": may_restricted(request),
        "made": contact_rows.rows(request, contacts.of_people(group.ids, most=FEW)),
        "reasons": in_contact.reasons(),
        **_asked_for(request, group),
        **_trace(request, group),
    }
    if user.may("desk.send"):
        services = catalogue.in_councils_order(catalogue.running())
        context |= {"services": services, "channels": ADVISER_CHANNELS, "few": IN_A_ROW}
    return render(request, "desk/customers/customer.html", context)


def _asked_for(request: HttpRequest, group: Group) -> dict[str, Any]:
    """Return what a person asked for, as far as who looks may see it, and what they were told of it."""
    now = timezone.now()
    mine = cases.of_people(group.ids, staff_of(request), now)
    every = "all" in request.GET
    past = mine.filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
    shown = [
        *mine.filter(closed_at=None).order_by("due_on", "opened_at")[:ALL],
        *past[: ALL if every else FEW + 1],
    ]
    has_more = not every and sum(case.is_closed for case in shown) > FEW
    shown = shown[:-1] if has_more else shown
    ids = [case.pk for case in shown]
    booked, sums = bookings.of_cases(ids), payments.sums_of(ids)
    rows = [_row(case, booked.get(case.pk), sums.get(case.pk)) for case in shown]
    return {
        "open": [row for row in rows if not row["case"].is_closed],
        "past": [row for row in rows if row["case"].is_closed],
        "has_more": has_more,
        "told": messages.told_of(ids)[:FEW],
        "by_pk": {case.pk: case for case in shown},
    }


def _row(case: Case, booking: Any, sums: tuple[int, int] | None) -> dict[str, Any]:
    service = catalogue.service(case.version_id)
    return {
        "case": case,
        "title": service.about.title,
        "stage": workflow.stage_of(case).label,
        "flags": [e.label for e in service.workflow.escalate if e.flag in case.flags],
        "booking": booking,
        "sums": sums,
    }


def _trace(request: HttpRequest, group: Group) -> dict[str, Any]:
    """Return who opened and changed a person's record, for those who watch over that."""
    user: Any = request.user
    if not user.may("customer.trace"):
        return {}
    return {
        "looks": staff.of_many("customer", [str(number) for number in group.ids]),
        "openings": queries.openings(group),
        "events": queries.events(group),
    }


@needs(SEE)
@require_GET
@of_person
def customer(request: HttpRequest, group: Group) -> HttpResponse:
    """Show a person; in a contact of which nobody has said whose it is, it is theirs."""
    in_contact.is_with(request, person=group.person)
    return draw(request, group, Refused("person_gone") if "joined" in request.GET else None)


@needs("customer.restricted")
@require_POST
def why(request: HttpRequest, number: int) -> HttpResponse:
    """Open a restricted record for a while, with the reason that was given."""
    found = queries.person(number)
    person = found.shown if found else None
    if person is None or not person.restricted:
        return done(number) if person else _gone()
    user: Any = request.user
    reason = request.POST.get("why", "")
    try:
        people.open_restricted(person=person, why=reason, staff=user, now=timezone.now())
    except Refused as exc:
        return why_page(request, person, refused=exc.code, kept=typed_before.kept(request))
    return entry.lead_on(request, user, reverse("customer", kwargs={"number": number}))


def _gone() -> HttpResponse:
    raise Http404


def _edit(request: HttpRequest, person: Person, typed: Any, refused: str = "") -> HttpResponse:
    context = {
        "person": person,
        "typed": typed,
        "refused": refused,
        "seen": seen.mark(people.state_of(person)),
        "languages": LANGUAGES,
        "formats": FORMATS,
        "reaches": REACH,
    }
    return render(request, "desk/customers/edit.html", context)


def _edit_again(request: HttpRequest, refused: Refused, group: Group) -> HttpResponse:
    """Draw the form with what was typed, and by the mark of what stands there now."""
    person = queries.person(group.person.pk) or group.person
    return _edit(request, person, request.POST, refused.code)


def _locked_state(request: HttpRequest, group: Group) -> dict[str, object]:
    return people.locked_state(group.person.pk)


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
@of_person
@says_why_not(_edit_again)
@as_it_was_seen(_locked_state, "who")
def edit(request: HttpRequest, group: Group) -> HttpResponse:
    """Change a person's name, what they are, and how they like to be served."""
    person = group.person
    if request.method == "GET":
        typed = {key: getattr(person, key) for key in ("name", "language", "format", "reach")}
        typed["organisation"] = "1" if person.is_organisation else ""
        return _edit(request, person, typed)
    values = request.POST.dict()
    people.change(person_id=person.pk, values=values, by=actor(request), now=timezone.now())
    return done(person.pk)


@transaction.atomic
def _made(request: HttpRequest) -> HttpResponse:
    """Make a record, and lead to it; to the one that was made where the form came before."""
    by, name = actor(request), request.POST.get("name", "")[:400]
    if is_sent_again(request):
        last = queries.made_last(by.key, " ".join(name.split()))
        return done(last.pk) if last else redirect("customers")
    is_organisation = request.POST.get("organisation") == "1"
    made = people.make(name=name, is_organisation=is_organisation, by=by, now=timezone.now())
    return done(made.pk)


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a record of somebody who is in none yet, such as an organisation."""
    context: dict[str, Any] = {"typed": request.POST, "refused": ""}
    if request.method == "POST":
        try:
            return _made(request)
        except Refused as exc:
            context["refused"] = exc.code
    return render(request, "desk/customers/new.html", context)


@needs("desk.send")
@require_POST
@of_person
def begin(request: HttpRequest, group: Group, slug: str) -> HttpResponseBase:
    """Begin a service's form for a person, with what is known of them answered already."""
    if catalogue.current(slug) is None:
        raise Http404
    person = group.person
    contact = in_contact.begun(request, caller.channel_of(request), person=person)
    in_contact.did(request, "begun", service=slug)
    session = caller.session_of(request, slug, contact.channel)
    looked(request, "customer", str(group.person.pk))  # a later page shows how to reach them
    about: dict[str, Any] = {"begun_for": group.person.pk, "language": group.person.language}
    return forms.begin_with(session, _said(group), **about)


def _said(group: Group) -> Said:
    """Return what a person need not say again: their home, and how to reach them."""
    reached = queries.contacts(group)
    contact = {"name": group.person.name}
    for kind, part in (("email", "email"), ("phone", "phone")):
        contact[part] = next((c.value for c in reached if c.kind == kind), "")
    home = group.person.home_id
    answers: dict[tuple[str, str], object] = {("address", ""): str(home)} if home else {}
    return Said(answers=answers, contact={k: v for k, v in contact.items() if v})


@needs("customer.restricted")
@require_POST
@of_person
def restrict(request: HttpRequest, group: Group) -> HttpResponse:
    """Restrict a person's record, or open it again to whoever may see people."""
    on = request.POST.get("restricted") == "1"
    try:
        people.restrict(person_id=group.person.pk, on=on, by=actor(request), now=timezone.now())
    except Refused as exc:
        return draw(request, group, exc)
    return done(group.person.pk)
