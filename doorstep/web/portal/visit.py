"""Where residents may come by, and when."""

from datetime import date, datetime, time, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from doorstep.catalogue.words import say
from doorstep.council import opening
from doorstep.council import queries as council
from doorstep.council.offices import Office
from doorstep.council.queries import ZONE
from doorstep.web.kit.access import public
from doorstep.web.kit.alike import alike


@public
@require_GET
@alike()
def visit(request: HttpRequest) -> HttpResponse:
    """Show each office: whether it is open now, its hours, what can be done there, and how easy it is to come to."""
    offices = council.current().offices
    if not offices:
        raise Http404
    now = timezone.now()
    rows = [
        {
            "office": office,
            "standing": _standing(office, now),
            "week": _week(office, now),
            "closed": opening.closed_soon(office, now),
        }
        for office in offices
    ]
    return render(request, "portal/visit.html", {"offices": rows})


def _standing(office: Office, now: datetime) -> str:
    """Say whether an office is open now, why it is not on a day like this, and when it opens next."""
    standing = opening.standing(office, now)
    if standing.until:
        return _("Open now until %(time)s.") % {"time": _clock(standing.until)}
    said = _("Closed now.")
    if standing.why is not None:
        said = _("Closed today: %(why)s.") % {"why": standing.why or _("bank holiday")}
    if standing.opens is None:
        return said
    parts = {"time": _clock(standing.opens.time()), "day": say(standing.opens.date())}
    if standing.opens.date() == now.astimezone(ZONE).date():
        return f"{said} {_('Opens today at %(time)s.') % parts}"
    return f"{said} {_('Opens on %(day)s at %(time)s.') % parts}"


def _week(office: Office, now: datetime) -> list[tuple[str, str]]:
    """Return each day of the week, Monday first, with the office's hours on it in words; "" where it is closed."""
    today = now.astimezone(ZONE).date()
    monday = today - timedelta(days=today.weekday())
    return [_day(office, monday + timedelta(days=n)) for n in range(7)]


def _day(office: Office, day: date) -> tuple[str, str]:
    spans = opening.hours_of(office, day)
    said = [
        _("%(start)s to %(end)s") % {"start": _clock(s.opens), "end": _clock(s.closes)}
        for s in spans
    ]
    return date_format(day, "l"), ", ".join(said)


def _clock(of: time) -> str:
    return say(of.strftime("%H:%M"))
