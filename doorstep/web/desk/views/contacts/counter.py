"""The counter: who waits, whom to call next, and the screen turned to who sits there."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.contacts import queries, waiting
from doorstep.contacts.models import Contact
from doorstep.council.errors import Refused
from doorstep.payments import queries as payments
from doorstep.web.desk import in_contact
from doorstep.web.desk.views.contacts import bar
from doorstep.web.desk.views.contacts.opening import of_contact
from doorstep.web.kit.access import needs, public
from doorstep.web.kit.opening import looked, open_case

SCREEN_SECONDS = 10


@needs(bar.TAKES)
@require_http_methods(["GET", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show who waits, and give somebody who comes in a number."""
    if request.method == "GET":
        return _draw(request)
    sent = request.POST
    about = sent.get("about", "")[:50]
    try:
        visitor = waiting.arrive(
            name=sent.get("name", ""),
            about=about if about in _titles() else "",
            words=sent.get("words", ""),
            needs=sent.getlist("needs"),
            now=timezone.now(),
        )
    except Refused as exc:
        return _draw(request, exc.code)
    return redirect(f"{request.path}?given={visitor.number}")


def _titles() -> dict[str, str]:
    return {s.slug: s.about.title for s in catalogue.in_councils_order(catalogue.running())}


def _draw(request: HttpRequest, refused: str = "") -> HttpResponse:
    now = timezone.now()
    visitors = list(waiting.waits(now)[:200])
    if visitors:
        looked(request, "counter queue", f"{now:%Y-%m-%d}")
    given = request.GET.get("given", "")
    context: dict[str, Any] = {
        "visitors": visitors,
        "called": waiting.called_by(request.user.pk or 0, now),
        "titles": _titles(),
        "given": given if given.isdecimal() and len(given) < 6 else "",
        "nobody": "nobody" in request.GET,
        "refused": refused,
        "typed": request.POST,
        "typed_needs": request.POST.getlist("needs"),
        "now": now,
    }
    return render(request, "desk/queue.html", context)


@needs(bar.TAKES)
@require_POST
def call_next(request: HttpRequest) -> HttpResponse:
    """Call who waits longest, and begin their visit."""
    user: Any = request.user
    visitor = waiting.call_next(by=user, now=timezone.now())
    if visitor is None or visitor.contact_id is None:
        return redirect(f"{reverse('desk_queue')}?nobody=1")
    in_contact.changed(request)
    return redirect("desk_contact", number=visitor.contact_id)


@needs(bar.TAKES)
@require_POST
def left(request: HttpRequest, number: int) -> HttpResponse:
    """Note that somebody left."""
    try:
        waiting.left(visitor_id=number, now=timezone.now())
    except Refused as exc:
        return _draw(request, exc.code)
    return redirect("desk_queue")


@needs(bar.TAKES)
@require_POST
def put_back(request: HttpRequest, number: int) -> HttpResponse:
    """Put somebody back who was called and did not come."""
    user: Any = request.user
    try:
        waiting.put_back(visitor_id=number, by=user, now=timezone.now())
    except Refused as exc:
        return _draw(request, exc.code)
    in_contact.changed(request)
    return redirect("desk_queue")


@public
@require_GET
def screen(request: HttpRequest) -> HttpResponse:
    """Show a waiting room the numbers that were called, and nothing else: nobody has to be signed in on its screen."""
    context = {"numbers": waiting.called_lately(timezone.now()), "every": SCREEN_SECONDS}
    return render(request, "desk/queue_screen.html", context)


@needs(bar.TAKES)
@require_POST
@of_contact
def turn(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Turn the screen to the visitor, or back."""
    user: Any = request.user
    to_visitor = request.POST.get("to") == "visitor"
    turned = waiting.turn(contact_id=contact.pk, to_visitor=to_visitor, by=user, now=timezone.now())
    if turned.ended_at:
        in_contact.changed(request)
        return redirect("end_contact", number=contact.pk)
    return bar.answer(request, contact) if request.POST.get("next") else bar.to(contact)


@needs(bar.TAKES)
@require_GET
@of_contact
def sent(request: HttpRequest, contact: Contact, reference: str) -> HttpResponse:
    """Tell a visitor that what they asked for is sent, and what comes of it."""
    user: Any = request.user
    if not queries.was_sent_in(contact, reference):
        raise Http404
    case = open_case(request, reference)
    service = catalogue.service(case.version_id)
    stage, words = service.workflow.stages[case.stage], words_of(case)
    context = {
        "case": case,
        "contact": contact,
        "service": service,
        "headline": fill(stage.headline, words),
        "says": fill(stage.resident, words),
        "pays": user.may("payments.take") and payments.due(case),
    }
    return render(request, "desk/visitor_sent.html", context)
