"""Addresses of the site before this one: what a council declares of them in `old-addresses.yaml`, and the answers there.

Residents' own programs still call them. A council says which paths there were, what their
parameters were called, and how the front page spoke; fragments are files with a few placeholders.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Annotated, Literal

import yaml
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from doorstep.catalogue.words import fill
from doorstep.catalogue.words import places as placeholders
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.places import queries as places
from doorstep.places.models import Property
from doorstep.waste import calendar
from doorstep.waste.calendar import BoxDays
from doorstep.web.kit import their_homes
from doorstep.web.kit.access import public
from doorstep.web.kit.visitor import home_of, remember_home
from doorstep.web.portal.bins import homes_at

FILE = "old-addresses.yaml"
# What a fragment may name.
WHOLE = frozenset({"items", "address", "link"})
EACH = frozenset({"date", "container", "link"})
OldPath = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._-]+)+$")]
Parameter = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]+$")]
Fragment = Annotated[str, StringConstraints(pattern=r"^[a-z-]+\.html$")]


class BadOldAddress(ValueError):
    """A council's old addresses are not as they must be; says the file and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Remember(_Part):
    """An address that keeps a home in a cookie and leads on: its parameters' names."""

    does: Literal["remember"]
    path: OldPath
    property: Parameter
    keep: Parameter
    then: Parameter


class Addresses(_Part):
    """An address that lists the homes at a postcode: its parameter's name."""

    does: Literal["addresses"]
    path: OldPath
    postcode: Parameter


class Home(_Part):
    """How the front page spoke: two fragments, and the names of containers that programs know."""

    whole: Fragment
    each: Fragment
    containers: dict[str, str]


class Old(_Part):
    """All that a council declares of its former site."""

    prefix: Annotated[str, StringConstraints(pattern=r"^[a-z]*$")]
    addresses: tuple[Annotated[Remember | Addresses, Field(discriminator="does")], ...] = ()
    home: Home | None = None


@cache
def read(folder: Path) -> Old:
    """Return what a council declares; nothing when it has no such file. Raises BadOldAddress."""
    path = folder / FILE
    if not path.exists():
        return Old(prefix="")
    try:
        old = Old.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as exc:
        raise BadOldAddress(f"{path}: {exc}") from exc
    if old.home:
        _fragment(folder / old.home.whole, WHOLE)
        _fragment(folder / old.home.each, EACH)
    return old


@cache
def _fragment(path: Path, may: frozenset[str]) -> str:
    if not path.exists():
        raise BadOldAddress(f"{path}: there is no such file")
    text = path.read_text()
    unknown = {f"{name}:{unit}" if unit else name for name, unit in placeholders(text)} - may
    if unknown:
        raise BadOldAddress(f"{path}: {sorted(unknown)} stands for nothing; use {sorted(may)}")
    if re.search(r"[{}]", fill(text, {})):
        raise BadOldAddress(f"{path}: a brace that begins no placeholder")
    return text


def current() -> Old:
    """Return what this council declares."""
    return read(council.folder())


def uprn_in(text: str) -> str:
    """Return the UPRN behind this council's prefix, or nothing."""
    prefix = current().prefix
    rest = text.removeprefix(prefix)
    return rest if text.startswith(prefix) and re.fullmatch(r"[0-9]{1,12}", rest) else ""


def day_words(day: date, today: date) -> str:
    """Return a day as the old site wrote it: "Today", "Tomorrow", "Tue 1st Dec"."""
    if day - today <= timedelta(days=1):
        return "Today" if day == today else "Tomorrow"
    teen = 11 <= day.day <= 13
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{day:%a} {day.day}{ending} {day:%b}"


def _filled(name: str, may: frozenset[str], values: Mapping[str, str]) -> str:
    return fill(_fragment(council.folder() / name, may), values)


def fragment(home: Property, boxes: list[BoxDays], today: date) -> Markup:
    """Return what the front page said of a home's next collections; nothing if none was declared."""
    how = current().home
    if how is None:
        return Markup("")
    link = reverse("bins_at", kwargs={"uprn": home.uprn})
    due = [(b.next.day, b) for b in boxes if b.next]
    items = ""
    for day, box in sorted(due, key=lambda one: one[0]):
        name = how.containers.get(box.kind) or council.current().containers.get(box.kind, box.kind)
        fields = {"date": escape(day_words(day, today)), "container": escape(name), "link": link}
        items += _filled(how.each, EACH, fields)
    whole = {"items": items, "address": escape(home.address), "link": link}
    return Markup(_filled(how.whole, WHOLE, whole))


STATUS = {"too_many": 429, "postcode_shape": 400}


def _bad(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=400)


@public
@require_safe
def remember(request: HttpRequest, of: Remember) -> HttpResponse:
    """Keep a home in a cookie, and lead on to an address of this site."""
    uprn = uprn_in(request.GET.get(of.property, ""))
    if not uprn:
        values = {"name": of.property, "prefix": current().prefix}
        return _bad(_("“%(name)s” must be %(prefix)s and the digits of a UPRN.") % values)
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
def addresses(request: HttpRequest, of: Addresses) -> HttpResponse:
    """List the homes at a postcode as JSON, each with the number its house begins with."""
    try:
        _postcode, homes = homes_at(request, request.GET.get(of.postcode, ""))
    except Refused as exc:
        sentence = _("“%(name)s” must be a full UK postcode.") % {"name": of.postcode}
        if exc.code == "too_many":
            sentence = _("You have looked up many postcodes in a short time.")
        return JsonResponse({"error": sentence}, status=STATUS[exc.code])
    prefix = current().prefix
    listed = [{"label": home.address, "value": f"{prefix}{home.uprn}"} for home in homes]
    return JsonResponse(listed, safe=False)


def on_home(request: HttpRequest) -> tuple[Property | None, Markup]:
    """Return the home that this browser remembers, and what the former front page held for it, if it did."""
    home = places.find(home_of(request))
    if home is None or not current().home:
        return home, Markup("")
    now = timezone.now()
    today = now.astimezone(council.ZONE).date()
    if their_homes.bring(request, home.uprn, now):
        return home, Markup("")
    boxes = calendar.collections_at(home.uprn, today, today, now)
    return home, fragment(home, boxes, today)


VIEWS = {"remember": remember, "addresses": addresses}


def urlpatterns() -> list[URLPattern]:
    """Return the addresses that this council declares."""
    return [
        path(of.path.removeprefix("/"), VIEWS[of.does], {"of": of}, name=f"old_{of.does}")
        for of in current().addresses
    ]
