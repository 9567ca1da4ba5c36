"""The page of a case, for the person who sent it."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from doorstep.bookings import queries as bookings
from doorstep.bookings.models import Booking
from doorstep.cases import access, adding, changing, choosing, history, needs_person, timeline
from doorstep.cases.models import Case
from doorstep.cases.values import files_of, of_nature, photos_of, spoken, words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Stage
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.files import papers, photos
from doorstep.payments import queries as payments
from doorstep.payments.models import Charge
from doorstep.reports import queries as reports
from doorstep.web.kit import limits, uploads
from doorstep.web.kit.access import public
from doorstep.web.kit.opening import own_case
from doorstep.web.kit.visitor import NotLetIn, let_in
from doorstep.web.portal import feeds


def led_to_code(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead a browser that was not let into a case to a code, whatever the reference; what it sent is there to be copied."""

    @wraps(view)
    def led(request: HttpRequest, reference: str, **more: str) -> HttpResponseBase:
        try:
            return view(request, reference, **more)
        except NotLetIn:
            if request.method in ("GET", "HEAD"):
                return redirect(f"{reverse('ask')}?{urlencode({'reference': reference[:40]})}")
            written = [text for text in [request.POST.get("text", "")] if text.strip()]
            context = {"code": "not_let_in", "typed": written}
            return render(request, "kit/error.html", context, status=404)

    return led


@public
@require_GET
@led_to_code
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm that a case was made, with its reference and what happens next."""
    case = own_case(request, reference)
    charges = payments.every(case)
    if any(charge.state == "due" for charge in charges):
        return redirect("pay", reference=case.reference)
    if case.closed_at:  # what that page promises is over
        return redirect("case", reference=case.reference)
    return render(request, "portal/sent.html", told(case, charges))


def told(case: Case, charges: list[Charge] | None = None) -> dict[str, object]:
    """Return what the pages of a case say: where it stands, what happened, what may be chosen.

    `charges` are its charges, where they were read already.
    """
    charges = payments.every(case) if charges is None else charges
    service = catalogue.service(case.version_id)
    stages = service.workflow.stages
    words, events = words_of(case), timeline.of(case)
    stage, added = stages[case.stage], [] if case.erased_at else history.added(events)
    return {
        "case": case,
        "service": service,
        "stage": stage,
        "says": fill(stage.resident, words),
        "headline": fill(stage.headline, words),
        "ahead": [(fill(what, words), fill(when, words)) for what, when in stage.ahead],
        "named": words["named"],
        "lines": [
            (line.at, stages[line.stage].label, _said(stages[line.stage], line.said(words)))
            for line in history.lines(events)
            if not (line.is_through and stages[line.stage].passing)
        ],
        "other": reports.stood_for_by(case),
        "left": choosing.has_left(case),
        "reopen": _reopen_offer(case),
        "choices": choosing.offered(case, timezone.now()),
        "change": changing.offered(case, timezone.now()),
        "late": choosing.late(case, timezone.now()),
        "replies": history.replies(events),
        "added": added,
        "reading": needs_person.last_of(case, adding.TOPIC) if added else None,
        "answers": _answers(case),
        "photos": photos_of(service, case.answers),
        "papers": papers.of(files_of(service, case.answers)).values(),
        "booking": _booked(case),
        "owed": payments.latest_of(charges),
        "was_paid": any(charge.state == "paid" for charge in charges),
    }


def _said(stage: Stage, words: dict[str, object]) -> str:
    """Return the sentence of a stage that is past; nothing where it was true only then."""
    return "" if stage.passing else fill(stage.resident, words)


def _booked(case: Case) -> Booking | None:
    """Return the booking of a case that stands; one that is only held, or given back, is no day to keep."""
    booking = bookings.of_case(case)
    return booking if booking and booking.state == "booked" else None


def _answers(case: Case) -> list[tuple[str, str]]:
    """Return what the person told us, in the words of the form: no contact, no photos and no files."""
    service, words = catalogue.service(case.version_id), spoken(case.words)
    pictures = {q.id for q in of_nature(service, "photos", "files")}
    asked = [q for q in service.form.questions.values() if not q.contact and q.id not in pictures]
    rows = [
        (q.short or q.label, words.get(q.id, ""))
        for q in asked
        if case.answers.get(q.id) is not None
    ]
    return [(label, said) for label, said in rows if label and said]


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
    return let_in(request, redirect("case", reference=case.reference), case.reference)


@public
@require_GET
def photo(request: HttpRequest, reference: str, name: str) -> HttpResponseBase:
    """Give a photo of a case to the person who sent it."""
    case = own_case(request, reference)
    path = photos.path_of(name, small="small" in request.GET)
    if path is None or name not in history.photos(case):
        raise Http404
    return uploads.give(path)


@public
@require_GET
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the day that a case has as an event for a calendar, with a reminder the evening before."""
    case = own_case(request, reference)
    booking = _booked(case)
    if booking is None:
        raise Http404
    said, service = told(case), catalogue.service(case.version_id)
    title = f"{said['headline'] or service.about.title} ({council.current().name})"
    says = f"{service.about.title}, {case.reference}\n{said['named']}\n{said['says']}"
    body = feeds.one_day(case.reference, booking.day.day, title, says, timezone.now())
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}.ics"'
    return answer


@public
@require_GET
@led_to_code
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where a case stands to the person who sent it; another browser is led to a code."""
    return render(request, "portal/case.html", told(own_case(request, reference)))
