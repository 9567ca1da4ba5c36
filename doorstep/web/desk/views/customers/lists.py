"""The desk's room of people: how they are found, what is doubtful of them, and what is to be looked at again."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from doorstep.council.queries import ZONE
from doorstep.customers import queries
from doorstep.web.desk.views.customers.customer import CHANGE, SEE
from doorstep.web.desk.views.customers.opening import may_restricted
from doorstep.web.kit.access import needs
from doorstep.web.kit.opening import looked, staff_of

# Notes on a page, and so long beforehand they stand there.
PAGE, AHEAD = 50, timedelta(days=14)


def _today() -> date:
    return timezone.now().astimezone(ZONE).date()


@needs(SEE)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Say how people are found, and how much waits that is about their records."""
    until, restricted = _today() + AHEAD, may_restricted(request)
    may_change = staff_of(request).may(CHANGE)
    context = {
        "may_change": may_change,
        "doubtful": queries.doubtful(restricted=False).count() if may_change else 0,
        "notes": queries.notes_until(until, restricted=restricted).count(),
    }
    return render(request, "desk/customers/people.html", context)


@needs(SEE)
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """List the notes that are to be looked at again, the longest overdue first."""
    today = _today()
    rows = queries.notes_until(today + AHEAD, restricted=may_restricted(request))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    looked(request, "customers", "notes to be looked at again")
    return render(request, "desk/customers/reviews.html", {"page": page, "today": today})
