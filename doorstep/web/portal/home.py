"""The first page: what most people come for, the services in groups, what is new; and the language."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.council.front import FrontLink, Tile
from doorstep.places.models import Property
from doorstep.reports import queries as reports
from doorstep.waste import news
from doorstep.web.kit.access import public
from doorstep.web.kit.alike import alike
from doorstep.web.kit.language import COOKIE
from doorstep.web.kit.visitor import HOME
from doorstep.web.portal import former_site, own_words

NEWEST = 3


@dataclass
class Group:
    """Services that belong together, and links beside them."""

    title: str
    services: list[Service] = field(default_factory=list)
    links: list[FrontLink] = field(default_factory=list)


@public
@require_http_methods(["GET", "POST"])
@alike(but=(HOME,))
def home(request: HttpRequest) -> HttpResponse:
    """Show what residents come for; or propose those services that their own words are about."""
    if text := own_words.text_of(request):
        return own_words.propose(request, text)
    now, online = timezone.now(), {s.slug: s for s in catalogue.online()}
    known, old = former_site.on_home(request)
    context = {
        "tiles": _tiles(online),
        "groups": _groups(online),
        "news": news.now_said(now),
        "notices": council.notices_on(now.astimezone(council.ZONE).date()),
        "newest": _newest(known) if any(s.public for s in online.values()) else [],
        "known": known,
        "old": old,
    }
    return render(request, "portal/home.html", context)


def _tiles(online: dict[str, Service]) -> list[tuple[Tile, Service | None]]:
    """Return the tiles with their services, without those that nobody can ask for here and now."""
    tiles = council.current().front.tiles
    return [(t, online.get(t.service)) for t in tiles if not t.service or t.service in online]


def _groups(online: dict[str, Service]) -> list[Group]:
    """Return the services in the council's order under their headings, those without one last."""
    listed = catalogue.in_councils_order(list(online.values()))
    groups: dict[str, Group] = {}
    for service in sorted(listed, key=lambda s: not s.about.group):
        title = service.about.group or _("Other services")
        groups.setdefault(title, Group(title)).services.append(service)
    for link in council.current().front.links:
        beside = online.get(link.beside)
        if beside and beside.about.group:
            groups[beside.about.group].links.append(link)
    return list(groups.values())


def _newest(known: Property | None) -> list[reports.Shown]:
    """Return the newest reports, of the ward of a home that this browser remembers."""
    found = reports.public()
    if known:
        found = reports.narrowed(found, ward=known.ward_id)
    return reports.some(found, 0, NEWEST)


@public
@require_GET
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the language a resident chose, and go back to the page."""
    if code not in council.languages():
        raise Http404
    there = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    response = HttpResponseRedirect(there if safe else "/")
    response.set_cookie(
        COOKIE,
        code,
        max_age=365 * 86400,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response
