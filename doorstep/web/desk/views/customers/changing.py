"""What staff add to a person and take away: contacts, notes, who acts for them."""

import re
from datetime import date
from typing import Any

from django.db import transaction
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
from doorstep.web.desk.views.customers.opening import done, is_sent_again, of_person
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
        try:
            _note(request, group)
            return done(group.person.pk, "#notes")
        except Refused as exc:
            context["refused"] = exc.code
    return render(request, "desk/customers/note.html", context)


@transaction.atomic
def _note(request: HttpRequest, group: Group) -> None:
    """Write down what was typed, once a form."""
    if not is_sent_again(request):
        about: dict[str, Any] = {
            name: request.POST.get(name, "")[:4000] for name in ("kind", "text", "why")
        }
        about |= {"person_id": group.person.pk, "review_on": _review(request)}
        people.add_note(**about, by=actor(request), now=timezone.now())


def _review(request: HttpRequest) -> date | None:
    """Return the day that was typed to look at a note again; one of a year that no calendar here knows is very far."""
    text = request.POST.get("review_on", "")[:60]
    is_far = any(int(year) > copied.LAST_YEAR for year in re.findall(r"\d{4}", text))
    return date.max if is_far else copied.day(text)


@needs(CHANGE)
@require_POST
@of_person
def keep_note(request: HttpRequest, group: Group) -> HttpResponse:
    """Keep a note that still holds, to be looked at again later."""
    number, day = _number(request, "note"), _review(request)
    try:
        people.keep_note(
            group.ids, note_id=number, review_on=day, by=actor(request), now=timezone.now()
        )
    except Refused as exc:
        return draw(request, group, exc)
    return done(group.person.pk, "#notes")


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
