"""Who sits at a form, what they have before them, and where they go on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect

from doorstep.cases import drafts
from doorstep.cases import queries as case_queries
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import settings_of, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.forms import journey
from doorstep.forms.form import Page
from doorstep.staff.actor import Actor

Values = dict[str, object]


@dataclass
class Seat:
    """Who sits where: the visitor's hash, the channel, who acts, and the address the pages lie under."""

    slug: str
    visitor: str
    channel: str
    by: Actor
    base: str
    now: datetime
    done: Callable[[Case], HttpResponse]


def draft_of(seat: Seat) -> tuple[Service, Draft]:
    """Return the open draft of this seat with its service; a page that is not there otherwise."""
    draft = case_queries.open_draft(seat.visitor, seat.slug)
    if draft is None:
        raise Http404
    return catalogue.service(draft.version_id), draft


def pages_of(service: Service, draft: Draft, seat: Seat) -> tuple[list[Page], Values]:
    """Return the pages shown for a draft, and what rules may name."""
    values = values_of(draft, settings_of(draft, service, seat.now))
    asked = frozenset(draft.asked)
    return journey.shown(service.form, values, asked, clock_at(seat.now)), values


def stopped_at(draft: Draft) -> str:
    """Return the page where a check stopped, or nothing."""
    kept = draft.decisions.items()
    return next((p for p, d in kept if d["result"] in ("stop", "unavailable")), "")


def begin(seat: Seat) -> HttpResponse:
    """Open or find the draft and go to the first page not answered."""
    service = catalogue.current(seat.slug)
    if service is None:
        raise Http404
    draft = drafts.begin(
        service=service, visitor=seat.visitor, channel=seat.channel, by=seat.by, now=seat.now
    )
    pages, _ = pages_of(service, draft, seat)
    first = journey.first_open(pages, draft.answers, stopped_at(draft))
    return HttpResponseRedirect(f"{seat.base}/{first.id if first else 'check'}")
