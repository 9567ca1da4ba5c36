"""The bar of the frame: a contact is begun, waits, goes on, says who and why, ends; in place with scripts, else page by page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.contacts import actions, queries
from doorstep.contacts.actions import Said
from doorstep.contacts.models import Contact
from doorstep.contacts.reasons import FAILURE
from doorstep.council.errors import Refused
from doorstep.text.clean import clean
from doorstep.web.desk import in_contact
from doorstep.web.desk.views.contacts.opening import of_contact, shown
from doorstep.web.kit.access import needs
from doorstep.web.kit.entry import bounded
from doorstep.web.kit.opening import SEE, may

TAKES = "desk.send"
# What somebody says that they did, by a button.
BY_HAND = ("answered", "signposted")


def answer(request: HttpRequest, contact: Contact, *, ended: bool = False) -> HttpResponse:
    """Draw the bar anew where it is asked for in place; else lead back to the page, or to the contact's own."""
    in_contact.changed(request)
    if "box" in request.POST:
        bar = in_contact.bar(request, contact if ended else None)
        return render(request, "desk/contacts/bar.html", {"drawn_bar": bar})
    there = bounded(request.POST.get("next", ""))
    is_ours = there.startswith("/desk") and url_has_allowed_host_and_scheme(there, None)
    return HttpResponseRedirect(there) if is_ours and not ended else to(contact)


def to(contact: Contact) -> HttpResponse:
    """Lead to the page of a contact."""
    return HttpResponseRedirect(reverse("desk_contact", kwargs={"number": contact.pk}))


def about(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """Return which contact it is that somebody acts in, who they are, and when, as actions take it."""
    user: Any = request.user
    return {"contact_id": contact.pk, "by": user, "now": timezone.now()}


@needs(TAKES)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a contact by a channel; the one that is open waits."""
    user: Any = request.user
    channel = request.POST.get("channel", "")
    try:
        contact = actions.begin(channel=channel, by=user, now=timezone.now())
    except Refused:
        return redirect("desk_contacts")
    return answer(request, contact)


@needs(TAKES)
@require_POST
@of_contact
def hold(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Let a contact wait."""
    return answer(request, actions.hold(**about(request, contact)))


@needs(TAKES)
@require_POST
@of_contact
def go_on(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Go on with a contact that waited."""
    return answer(request, actions.go_on(**about(request, contact)))


@needs(TAKES)
@require_POST
@of_contact
def why(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Say why they came, while they are there."""
    reason = request.POST.get("reason", "")[:60]
    return answer(request, actions.say_why(**about(request, contact), reason=reason))


@needs(TAKES)
@require_POST
@of_contact
def act(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Keep that a question was answered, or that they were sent to somebody else."""
    what = request.POST.get("what", "")
    if what in BY_HAND:
        actions.did(contact=contact, what=what, now=timezone.now())
    return answer(request, contact)


@needs(TAKES)
@require_http_methods(["GET", "POST"])
@of_contact
def end(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Ask what is kept of a contact, as the rule has it; end it as was said."""
    if in_contact.facing(request):
        return _say_goodbye(request, contact)
    if contact.ended_at:
        shown(request, contact)
    if request.method == "GET":
        return _ask(request, contact)
    if "drop" in request.POST:
        return _drop(request, contact)
    sent = request.POST.getlist("told")[:50]
    told = [int(number) for number in sent if number.isdecimal() and len(number) < 19]
    try:
        ended = actions.end(**about(request, contact), said=said_in(request), told=told)
    except Refused as exc:
        return _ask(request, contact, exc.code)
    return answer(request, ended, ended=True)


def _say_goodbye(request: HttpRequest, contact: Contact) -> HttpResponse:
    """End a visit in sight of its visitor, as the rule has it: what is kept of it is asked once the screen is turned back."""
    if request.method == "GET" and contact.ended_at is None:
        return render(request, "desk/visit_end.html", {"contact": contact})
    actions.end(**about(request, contact))
    in_contact.changed(request)
    return to(contact)


def _drop(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Delete a contact that was begun by mistake, and draw the bar without it, or the list of the day."""
    user: Any = request.user
    actions.drop(contact_id=contact.pk, by=user)
    in_contact.changed(request)
    if "box" not in request.POST:
        return redirect("desk_contacts")
    context = {"drawn_bar": in_contact.bar(request), "is_dropped": True}
    return render(request, "desk/contacts/bar.html", context)


def said_in(request: HttpRequest) -> Said:
    """Return what was said of a contact in a form."""
    sent = request.POST
    return Said(
        reason=sent["reason"][:60] if "reason" in sent else None,
        demand=sent["demand"][:20] if "demand" in sent else None,
        offered=sent["offered"][:20] if "offered" in sent else None,
        note=clean(sent.get("note", "")[:4000]),
    )


def _ask(request: HttpRequest, contact: Contact, refused: str = "") -> HttpResponse:
    is_box = "box" in request.GET or "box" in request.POST
    page = "desk/contacts/end_box.html" if is_box else "desk/contacts/end.html"
    return render(request, page, {**to_say(request, contact), "refused": refused})


def to_say(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """Return what the form shows that says what a contact was about: what was typed, said, or is the rule's."""
    rule, typed = queries.proposal(contact), request.POST
    reason = contact.reason or ("" if contact.is_corrected else rule.reason)
    demand, kind = contact.demand, contact.kind
    if not demand and not contact.is_corrected:
        demand, kind = rule.demand, rule.kind
    values = {"reason": reason, "demand": kind if demand == FAILURE else demand}
    # Once it ended, what was said stands there, or that nothing was.
    offered = contact.offered or ("" if contact.ended_at else queries.offered(contact))
    values |= {"offered": offered, "note": contact.note}
    is_typed = not values.keys().isdisjoint(typed)
    return {
        "contact": contact,
        "reasons": in_contact.reasons(),
        "shown": {**values, **typed.dict()} if is_typed else values,
        "told_of": [case for case in queries.to_tell(contact) if may(request, SEE, case)],
        "may_drop": contact.ended_at is None and queries.is_empty(contact),
        "typed_told": typed.getlist("told") if is_typed else None,
        "now": timezone.now(),
    }


@needs(TAKES)
@require_POST
@of_contact
def open_again(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Take an end back that was a slip."""
    shown(request, contact)
    return answer(request, actions.open_again(**about(request, contact)))
