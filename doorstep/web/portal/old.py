"""Answers at the addresses of the site before this one, as far as a council declares them."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.places import queries as places
from doorstep.waste import calendar
from doorstep.web.kit.doors import public
from doorstep.web.kit.visitor import home_of, remember_home
from doorstep.web.portal import before
from doorstep.web.portal.bins import homes_at

STATUS = {"too_many": 429, "postcode_shape": 400}
# The longest cycle is four weeks; a moved day may come a week later.
AHEAD = timedelta(days=42)


def _bad(said: str) -> HttpResponse:
    return HttpResponse(said, content_type="text/plain; charset=utf-8", status=400)


@public
@require_safe
def remember(request: HttpRequest, of: before.Remember) -> HttpResponse:
    """Keep a home in a cookie, and lead on to an address of this site."""
    uprn = before.uprn_in(request.GET.get(of.property, ""))
    if not uprn:
        wanted = {"name": of.property, "prefix": before.current().prefix}
        return _bad(_("“%(name)s” must be %(prefix)s and the digits of a UPRN.") % wanted)
    there = request.GET.get(of.then, "/")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return _bad(_("“%(name)s” must be an address of this site, like /.") % {"name": of.then})
    home = places.find(uprn)
    if home is None:
        return render(request, "portal/bins/unknown.html", {}, status=404)
    long = request.GET.get(of.keep) == "1"
    return remember_home(HttpResponseRedirect(there), str(home.uprn), long=long)


@public
@require_safe
def addresses(request: HttpRequest, of: before.Addresses) -> HttpResponse:
    """List the homes at a postcode as JSON, each with the number its house begins with."""
    try:
        _postcode, homes = homes_at(request, request.GET.get(of.postcode, ""))
    except Refused as exc:
        said = _("“%(name)s” must be a full UK postcode.") % {"name": of.postcode}
        if exc.code == "too_many":
            said = _("You have looked up many postcodes in a short time.")
        return JsonResponse({"error": said}, status=STATUS[exc.code])
    prefix = before.current().prefix
    listed = [{"label": home.address, "value": f"{prefix}{home.uprn}"} for home in homes]
    return JsonResponse(listed, safe=False)


def on_home(request: HttpRequest) -> Markup:
    """Return what the front page also holds for whoever's home is remembered."""
    home = places.find(home_of(request)) if before.current().home else None
    if home is None:
        return Markup("")
    now = timezone.now()
    today = now.astimezone(council.ZONE).date()
    boxes = calendar.collections_at(home.uprn, today, today + AHEAD, now)
    return before.fragment(home, boxes, today)


VIEWS = {"remember": remember, "addresses": addresses}


def urlpatterns() -> list[URLPattern]:
    """Return the addresses that this council declares."""
    return [
        path(of.path.removeprefix("/"), VIEWS[of.does], {"of": of}, name=f"old_{of.does}")
        for of in before.current().addresses
    ]
