"""What staff add to a person and take away: contacts, notes, who acts for them."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.council.errors import Refused
from doorstep.customers import people
from doorstep.customers.models import NOTES
from doorstep.customers.queries import Group
from doorstep.text import copied
from doorstep.web.desk.views.customers.customer import CHANGE, draw
from doorstep.web.desk.views.customers.opening import done, of_person
from doorstep.web.kit.access import actor, needs


def _number(request: HttpRequest, name: str) -> int:
    """Return a row's number as it was sent; 0, which is none, for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@needs(CHANGE)
@require_POST
@of_person
def contact(request: HttpRequest, group: Group) -> HttpResponse:
    """Write down what reaches a person, or take it away."""
    by, now, number = actor(request), timezone.now(), group.person.pk
    if gone := _number(request, "remove"):
        people.remove_contact(group.ids, contact_id=gone, by=by, now=now)
        return done(number, "#contacts")
    try:
        people.add_contact(
            person_id=number, text=request.POST.get("contact", "")[:254], by=by, now=now
        )
    except Refused as exc:
        return draw(request, group, exc)
    return done(number, "#contacts")


@needs(CHANGE)
@require_http_methods(["GET", "POST"])
@of_person
def note(request: HttpRequest, group: Group) -> HttpResponse:
    """Ask for a need, care or a warning, why, and when to look at it again; write it down."""
    context = {"person": group.person, "typed": request.POST, "refused": "", "kinds": NOTES}
    if request.method == "POST":
        about = {name: request.POST.get(name, "")[:4000] for name in ("kind", "text", "why")}
        try:
            people.add_note(
                person_id=group.person.pk,
                review_on=copied.day(request.POST.get("review_on", "")),
                by=actor(request),
                now=timezone.now(),
                **about,
            )
            return done(group.person.pk, "#notes")
        except Refused as exc:
            context["refused"] = exc.code
    return render(request, "desk/customers/note.html", context)


@needs(CHANGE)
@require_POST
@of_person
def end_note(request: HttpRequest, group: Group) -> HttpResponse:
    """End a note that holds no more."""
    number = _number(request, "note")
    people.end_note(group.ids, note_id=number, by=actor(request), now=timezone.now())
    return done(group.person.pk, "#notes")


@needs(CHANGE)
@require_POST
@of_person
def end_actor(request: HttpRequest, group: Group) -> HttpResponse:
    """End that somebody acts for a person."""
    number = _number(request, "acting")
    people.end_actor(group.ids, acting_id=number, by=actor(request), now=timezone.now())
    return done(group.person.pk, "#acting")


def day_of(text: str) -> date | None:
    """Return the day that was typed, or nothing where none was; raises Refused("day_shape") for what is none."""
    if not text.strip():
        return None
    day = copied.day(text)
    if day is None:
        raise Refused("day_shape")
    return day
