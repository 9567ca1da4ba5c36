"""Lists of contacts: one's own of a day; of everybody what they were about and what they cost."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from doorstep.contacts import actions, cost, figures, queries
from doorstep.contacts.models import Contact
from doorstep.council.queries import ZONE
from doorstep.text import copied
from doorstep.web.desk import contact_rows, in_contact
from doorstep.web.desk.views.contacts.bar import TAKES
from doorstep.web.kit.access import needs
from doorstep.web.kit.opening import looked


def _day(request: HttpRequest) -> tuple[date, bool]:
    """Return the day that was asked for, today where none was; and whether what was typed is none, or to come."""
    today, typed = timezone.now().astimezone(ZONE).date(), request.GET.get("day", "").strip()[:40]
    day = copied.day(typed) if typed else today
    is_wrong = day is None or day > today
    return (today if day is None or is_wrong else day), is_wrong


@needs(TAKES)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show the contacts that who asks took today, or on another day."""
    day, is_wrong = _day(request)
    context = {
        **_listed(request, day, queries.of_day(day, staff_id=request.user.pk or 0)),
        "day": day,
        "is_wrong": is_wrong,
        "typed": request.GET.get("day", ""),
    }
    return render(request, "desk/contacts/mine.html", context)


def _listed(request: HttpRequest, day: date, contacts: list[Contact]) -> dict[str, Any]:
    """Return contacts for a list; that somebody was shown whose they are is written down."""
    if any(one.person_id for one in contacts):
        looked(request, "contacts", day.isoformat())
    rows = contact_rows.rows(request, contacts)
    return {"rows": rows, "reasons": in_contact.reasons(), "now": timezone.now()}


@needs("contacts.see")
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """Show what the contacts of a day were about and what they cost; each of them to who may correct it."""
    day, is_wrong = _day(request)
    user: Any = request.user
    contacts = queries.of_day(day) if user.may(actions.CORRECT) else []
    lines = figures.of_day(day)
    sums, prices = figures.by_channel(lines), figures.prices()
    costs = figures.costs(day, sums)
    context: dict[str, Any] = {
        **_listed(request, day, contacts),
        "lines": lines,
        "sums": sorted(sums.values(), key=lambda one: -one.count),
        "costs": costs,
        "whole_cost": sum(one.pence for one in costs.values()),
        "unpriced": [channel for channel, one in costs.items() if one.unpriced],
        "prices": {channel: cost.price_on(day, listed) for channel, listed in prices.items()},
        "day": day,
        "is_wrong": is_wrong,
        "typed": request.GET.get("day", ""),
    }
    return render(request, "desk/contacts/day.html", context)
