"""What happened to requests since: the updates extension, as mySociety's programs speak it."""

from collections import defaultdict
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from doorstep.cases import history, needs_person
from doorstep.cases.history import Line
from doorstep.cases.models import Event
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.text import copied
from doorstep.web.kit import impersonal
from doorstep.web.kit.once import once
from doorstep.web.models import KeptAnswer
from doorstep.web.open311 import keys, statuses
from doorstep.web.open311.access import actor, key_of, sender
from doorstep.web.open311.formats import drawn, moment
from doorstep.web.open311.params import number, words
from doorstep.web.open311.problems import Problem, wrong
from doorstep.web.open311.requests import MOST, seen, seen_by, span

ROOT = "service_request_updates"
LONGEST, LONGEST_STATUS = 4000, 60


def updates(request: HttpRequest, format: str) -> HttpResponse:
    """List what happened between two moments, the oldest first; of some requests where ids are given."""
    params = request.GET
    start, end = span(params, timezone.now())
    cases = seen_by(key_of(request))
    if ids := words(params, "service_request_id"):
        cases = cases.filter(reference__in=[copied.reference(i) for i in ids])
    changes = Event.objects.filter(kind="stage", at__gte=start, at__lte=end)
    changes = changes.filter(case__in=cases.order_by().values("pk")).order_by("at", "pk")
    size = number(params, "page_size", MOST, MOST)
    first = (number(params, "page", 1, 100_000) - 1) * size
    events = list(
        changes.select_related("case__draft", "case__place__street")[first : first + size]
    )
    return drawn(format, ROOT, _rows(events))


def _rows(events: list[Event]) -> list[dict[str, object]]:
    """Return updates; what one means rests on the stages before it, read in one statement."""
    ways: dict[int, list[Event]] = defaultdict(list)
    came = Event.objects.filter(kind="stage", case__in={e.case_id for e in events})
    for event in came.order_by("number"):
        ways[event.case_id].append(event)
    of = {case_id: history.lines(stages) for case_id, stages in ways.items()}
    return [_row(e, [line for line in of[e.case_id] if line.number <= e.number]) for e in events]


def _row(event: Event, way: list[Line]) -> dict[str, object]:
    case = event.case
    flow = catalogue.service(case.version_id).workflow
    return {
        "update_id": f"{case.reference}.{event.number}",
        "service_request_id": case.reference,
        "updated_datetime": moment(event.at),
        "status": statuses.extended(flow, [line.stage for line in way]),
        "description": impersonal.sentence(case, way[-1]),
        "media_url": None,
    }


def tell(request: HttpRequest, format: str) -> HttpResponse:
    """Take in what a sender hears of a request: an officer reads it, and decides what it changes."""
    posted, now, token = request.POST, timezone.now(), sender(request)
    case = seen(request, posted.get("service_request_id") or "")
    if token.services and case.slug not in token.services:
        raise Problem(403, "service_not_its")
    # As they write it: an officer reads it, and no table says what it means.
    status = " ".join((posted.get("status") or "").split())
    text = (posted.get("description") or "").strip()
    if not any(letter.isalpha() for letter in status) or len(status) > LONGEST_STATUS:
        raise wrong("status: give one, such as OPEN, FIXED or CLOSED.")
    if len(text) > LONGEST:
        raise wrong(f"description: at most {LONGEST} characters.")
    link = (posted.get("media_url") or "").strip()
    picture = f"A picture is said to be at: {link}" if link else ""
    # Without words the status is the news.
    sentence = " ".join(
        filter(None, [f"{token.name} says of this request: {status}.", text, picture])
    )

    def do(kept: KeptAnswer) -> dict[str, Any]:
        needs_person.ask_officer(case_id=case.pk, text=sentence, by=actor(token), now=now)
        last = Event.objects.filter(case=case).aggregate(number=Max("number"))["number"]
        return {"update_id": f"{case.reference}.{last}"}

    body = keys.body(posted)
    key = keys.own(request) or keys.made(token, body, now)
    try:
        row = once(token=token, key=key, body=body, now=now, do=do)
    except Refused as exc:
        raise Problem(400, exc.code) from exc
    return drawn(format, ROOT, [row.answer], 201)
