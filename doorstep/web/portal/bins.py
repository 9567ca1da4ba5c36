"""Bin days: find a home by postcode, its page, and its feeds; only what holds for a whole round."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid
from doorstep.places import queries as places
from doorstep.places.models import Property
from doorstep.waste import calendar, mirror, sorting
from doorstep.waste.calendar import BoxDays
from doorstep.waste.queries import LOOK_BACK_DAYS, boxes_at
from doorstep.web.form.session import asks_address
from doorstep.web.kit import limits, their_homes
from doorstep.web.kit.access import public
from doorstep.web.kit.fresh import fresh, fresh_of
from doorstep.web.kit.visitor import forget_home, home_of, remember_home
from doorstep.web.portal import feeds
from doorstep.web.portal.weeks import weeks_of

View = Callable[[HttpRequest, str], HttpResponseBase]
PLACE = Question("property", "address", "")
# The page shows eight weeks, a feed a year; what is next is found however far ahead it is.
A_DAY = timedelta(days=1)
BACK, AHEAD, YEAR = timedelta(days=LOOK_BACK_DAYS), timedelta(weeks=8), timedelta(days=365)


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Ask for a postcode, and list its homes; it stands in the address, so that back and refresh work."""
    typed = request.GET.get("postcode")
    if typed is None:
        return render(request, "portal/bins/find.html", {})
    context: dict[str, object] = {"question": PLACE, "typed": typed[:200]}
    try:
        postcode, homes = homes_at(request, typed)
        context |= {"typed": postcode, "homes": homes, "searched": True}
    except Refused as exc:
        code = exc.code if typed.strip() else "postcode_missing"
        context |= {"wrong": Invalid(code)}
    return render(request, "portal/bins/find.html", context)


def homes_at(request: HttpRequest, typed: str) -> tuple[str, list[Property]]:
    """Return a tidy postcode and its homes; raises Refused("too_many" or "postcode_shape")."""
    if limits.over([limits.person(request, "postcode")], 60, 600):
        raise Refused("too_many")
    postcode = places.tidy_postcode(typed)
    return postcode, places.at_postcode(postcode)


def _at_a_home() -> list[Service]:
    """Return what residents can ask for that begins with an address, in the council's order."""
    return catalogue.in_councils_order([s for s in catalogue.online() if asks_address(s)])


@public
@require_safe
def page(request: HttpRequest, uprn: str) -> HttpResponseBase:
    """Show a home's next, last and coming collections."""
    home, now = places.find(uprn), timezone.now()
    if home is None:
        return render(request, "portal/bins/unknown.html", {}, status=404)
    today = now.astimezone(council.ZONE).date()
    unread = their_homes.bring(request, home.uprn, now)
    boxes = calendar.collections_at(home.uprn, today - BACK, today + AHEAD, now)
    boxes.sort(key=lambda box: box.next.day if box.next else date.max)
    coming, out = calendar.in_order(boxes), calendar.left_out(boxes)
    context = {
        "home": home,
        "today": today,
        "boxes": boxes,
        "unread": unread,
        "read": (read := mirror.known_since(home.uprn)),
        "is_old": bool(read and read.book_at and now - read.book_at > A_DAY),
        "coming": coming,
        "weeks": weeks_of(coming, [day for day, _of in out], today),
        "delays": calendar.delays(boxes),
        "stops": calendar.stops(boxes),
        "left_out": out,
        "notices": council.notices_on(today),
        "link": addresses.link("bins_at", uprn=home.uprn),
        "host": urlsplit(addresses.base()).netloc,
        "sorts": tuple(map(_sorted, boxes)),
        "services": tuple((s.slug, s.about.title) for s in _at_a_home()),
        "is_kept": home_of(request) == str(home.uprn),
    }
    return fresh(request, render(request, "portal/bins/page.html", context))


@dataclass(frozen=True)
class Sorts:
    """A container as the list of what goes where says it: until when its round is late, and its days."""

    kind: str
    late: datetime | None
    next: date | None
    last: date | None


def _sorted(box: BoxDays) -> Sorts:
    late, next_, last = box.delay, box.next, box.last
    return Sorts(
        box.kind,
        late.until if late else None,
        next_.day if next_ else None,
        last.day if last else None,
    )


class _Unread(Exception):
    """The council's own waste system does not answer, and this home was never read."""


def _or_later(view: View) -> View:
    """Have a feed say that it comes later: no calendar is not an empty one, which would take everybody's days away."""

    @wraps(view)
    def feed(request: HttpRequest, uprn: str) -> HttpResponseBase:
        try:
            return view(request, uprn)
        except _Unread:
            answer = HttpResponse(status=503, content_type="text/plain; charset=utf-8")
            answer["Retry-After"] = "600"
            return answer

    return feed


def _year(
    request: HttpRequest, uprn: str, now: datetime
) -> tuple[Property | None, date, list[BoxDays]]:
    today = now.astimezone(council.ZONE).date()
    home = places.find(uprn)
    if home and their_homes.bring(request, home.uprn, now):
        raise _Unread
    boxes = calendar.collections_at(home.uprn, today, today + YEAR, now) if home else []
    return home, today, boxes


def _language(request: HttpRequest) -> str:
    """Return the language that a feed's own address asks for: calendars keep no cookies."""
    param = request.GET.get("language", "")
    return param if param in council.languages() else council.language()


@public
@require_safe
@_or_later
def ics(request: HttpRequest, uprn: str) -> HttpResponseBase:
    """Give a home's collections of a year as a calendar to subscribe to."""
    home, today, boxes = _year(request, uprn, timezone.now())
    with council.speaking(_language(request)):
        if home is None:
            sentence = _("We know no home with this number.")
            return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=404)
        names = [feeds.label(box) for box in boxes]
        of = (council.language(), today, home.address, names, boxes)
        return fresh_of(request, of, lambda: _calendar(feeds.ics(home, boxes, today)))


def _calendar(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


@public
@require_safe
@_or_later
def json(request: HttpRequest, uprn: str) -> HttpResponseBase:
    """Give a home's collections of a year for programs."""
    home, _today, boxes = _year(request, uprn, timezone.now())
    with council.speaking(_language(request)):
        if home is None:
            return JsonResponse({"error": _("We know no home with this number.")}, status=404)
        return fresh(request, JsonResponse(feeds.json(home, boxes)))


@public
@require_safe
def snippet(request: HttpRequest) -> HttpResponse:
    """Show a form that the council's website can copy; it needs no script."""
    return render(request, "portal/bins/snippet.html", {"base": addresses.base()})


@public
@require_safe
def what_goes_where(request: HttpRequest) -> HttpResponse:
    """Say into which container a thing goes, of a home's where one is named; without a thing, list all."""
    typed = request.GET.get("thing", "")[:100].strip()
    home = places.find(request.GET.get("home", ""))
    today = timezone.now().astimezone(council.ZONE).date()
    context = {
        "typed": typed,
        "found": sorting.find(typed) if typed else sorting.things(),
        "home": home,
        "standing": {box.kind for box in boxes_at(home.uprn, today)} if home else None,
    }
    return render(request, "portal/bins/what_goes_where.html", context)


@public
@require_http_methods(["GET", "POST"])
def keep_home(request: HttpRequest, uprn: str) -> HttpResponse:
    """Ask whether this device shall show a home first, or no more; keep it in a cookie when that is wanted."""
    home = places.find(uprn)
    if home is None:
        return render(request, "portal/bins/unknown.html", {}, status=404)
    is_kept = home_of(request) == str(home.uprn)
    if request.method == "GET":
        return render(request, "portal/bins/keep.html", {"home": home, "is_kept": is_kept})
    there = redirect("bins_at", uprn=home.uprn)
    if "stop" in request.POST:
        return forget_home(there)
    return remember_home(there, str(home.uprn), long=True)
