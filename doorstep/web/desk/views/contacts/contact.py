"""The page of a contact: who it may be, what it is about; once it ended, what is kept of it, to be corrected."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.cases import needs_person
from doorstep.cases import queries as cases
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.contacts import actions, queries
from doorstep.contacts.models import Contact
from doorstep.council.errors import Refused
from doorstep.customers import finding
from doorstep.customers import queries as people
from doorstep.customers.models import Person
from doorstep.places import queries as places
from doorstep.web.desk import contact_rows, in_contact
from doorstep.web.desk.find import is_of
from doorstep.web.desk.views.cases.tasks import moment
from doorstep.web.desk.views.contacts import bar
from doorstep.web.desk.views.contacts.opening import of_any_contact, of_contact, shown
from doorstep.web.desk.views.customers.opening import ask_why, is_open, looked_at_found
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import mark, staff_of

# What a visitor is shown of what was done: never what was only looked at.
FOR_THEM = ("sent", "paid", "answered", "signposted")


def known_by(request: HttpRequest, contact: Contact) -> list[finding.Found]:
    """Return who is known by the number that rang, as far as who asks may see people; restricted ones are not told of."""
    user: Any = request.user
    if not contact.number or not user.may("customer.see"):
        return []
    found = [one for one in finding.find(contact.number) if not one.is_like]
    if found:
        looked_at_found(request)
    return found


@needs(bar.TAKES)
@require_http_methods(["GET", "POST"])
@of_any_contact
def page(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show a contact; a word of what it is about narrows the services."""
    return draw(request, contact)


def draw(request: HttpRequest, contact: Contact, refused: str = "") -> HttpResponse:
    """Draw a contact whole, with why something was refused."""
    mark(request, "contact", str(contact.pk))
    if in_contact.facing(request):
        return _draw_turned(request, contact)
    (row,) = contact_rows.rows(request, [contact])
    is_own = contact.by_id == request.user.pk
    is_open = is_own and contact.ended_at is None and not contact.is_held
    context = {
        **bar.to_say(request, contact),
        "row": row,
        "is_own": is_own,
        "is_open": is_open,
        "may_open_again": is_own
        and not row.is_hidden
        and contact.ended_at is not None
        and timezone.now() - contact.ended_at <= actions.AGAIN,
        "refused": refused,
        **(_to_begin(request, contact) if is_open else {}),
    }
    return render(request, "desk/contacts/contact.html", context)


def _draw_turned(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Draw a visit as its visitor may see it: their number, their name, and what was done in it for them."""
    (row,) = contact_rows.rows(request, [contact])
    context = {
        "contact": contact,
        "row": row,
        "visitor": queries.visitor_of(contact),
        "done": [one for one in row.done if one.what in FOR_THEM],
        **_services(request, contact),
    }
    return render(request, "desk/visit.html", context)


def _to_begin(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """Return who it may be, with what is open for each, and the services that fit what was typed."""
    found = known_by(request, contact)
    ids = [one.person.pk for one in found]
    open_cases = cases.open_of(ids, staff_of(request), timezone.now()) if ids else []
    return {
        "found": [(one, [c for c in open_cases if is_of(c, one.person.pk)]) for one in found],
        "visitor": queries.visitor_of(contact),
        **_services(request, contact),
    }


def _services(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    about = request.POST.get("about", "").strip()[:60]
    return {
        "about": about,
        "services": fitting(about),
        "channels": (contact.channel,),
        "home": in_contact.home_of(request, contact),
    }


def fitting(about: str) -> list[Service]:
    """Return the services of which a word of the title, then a keyword, begins with what was typed; all where nothing was."""
    running = catalogue.in_councils_order(catalogue.running())
    typed = about.casefold().split()
    by_title = [s for s in running if _begins(typed, s.about.title)]
    keyed = [s for s in running if s not in by_title and _begins(typed, " ".join(_keywords(s)))]
    return [*by_title, *keyed]


def _keywords(service: Service) -> tuple[str, ...]:
    return (service.about.title, *map(str, service.about.keywords))


def _begins(typed: list[str], text: str) -> bool:
    words = text.casefold().split()
    return all(any(word.startswith(part) for word in words) for part in typed)


@needs(bar.TAKES)
@require_POST
@of_contact
def who(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Say whose contact it is, or from which home; or that nobody knows."""
    sent: Any = request.POST
    person = _person(request, sent.get("person", ""))
    if person is not None and person.restricted and not is_open(request, person):
        return ask_why(request, person)
    home = places.find(sent.get("home", ""))
    said = actions.say_who(**bar.about(request, contact), person=person, home=home)
    return bar.answer(request, said)


def _person(request: HttpRequest, number: str) -> Person | None:
    """Return the person of a number that was sent; nobody where none was. Raises Http404 for one that is not there."""
    if not number:
        return None
    user: Any = request.user
    is_one = number.isdecimal() and len(number) < 19 and user.may("customer.see")
    record = people.person(int(number)) if is_one else None
    if record is None:
        raise Http404
    return record.shown


@needs(bar.TAKES)
@require_POST
@of_any_contact
def correct(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Say later what a contact was about."""
    try:
        shown(request, contact)
        actions.correct(**bar.about(request, contact), said=bar.said_in(request))
    except Refused as exc:
        return draw(request, contact, exc.code)
    return bar.to(contact)


@needs(bar.TAKES)
@require_http_methods(["GET", "POST"])
@of_contact
def call_back(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Ask when somebody is to be rung, whom and what about; put that on the list of what is to be done."""
    if request.method == "GET":
        return _ask(request, contact, _known(request, contact))
    typed = request.POST
    try:
        task = needs_person.promise(
            case_id=None,
            kind="ring",
            text=typed.get("text", ""),
            due_at=moment(typed["due"]) if typed.get("due") else None,
            who=typed.get("who", ""),
            telephone=typed.get("telephone", ""),
            once=f"call-{contact.pk}-{typed['once'][:40]}" if typed.get("once") else None,
            by=actor(request),
            now=timezone.now(),
        )
    except Refused as exc:
        return _ask(request, contact, typed.dict(), exc.code)
    actions.did(contact=contact, what="call_back", now=timezone.now(), task_id=task.pk)
    return bar.answer(request, contact)


def _ask(
    request: HttpRequest, contact: Contact, typed: dict[str, str], refused: str = ""
) -> HttpResponse:
    context = {"contact": contact, "typed": typed, "refused": refused}
    return render(request, "desk/contacts/call_back.html", context)


def _known(request: HttpRequest, contact: Contact) -> dict[str, str]:
    """Return what is known of whom to ring; of a restricted person nothing, since a task is open to all."""
    person = in_contact.who(request, contact)
    if person is None or person.restricted:
        return {"telephone": contact.number}
    reached = people.contacts(people.group_of(person))
    phone = next((one.value for one in reached if one.kind == "phone"), "")
    return {"who": person.name, "telephone": contact.number or phone}
