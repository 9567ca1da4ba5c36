"""Who is counted, and by what: a browser's kind of device, its link's code; nobody who says "Do not count my visits"."""

import re
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from doorstep.cases.drafts import NOT_COUNTED, CountedBy
from doorstep.web.kit.first_and_last import cookie_was_read

COOKIE = "doorstep_not_counted"
YEAR = 365 * 86400
Device = Literal["phone", "tablet", "computer"]
# The first that fits. An iPad that asks for pages as a Mac does is one.
_KINDS: tuple[tuple[re.Pattern[str], Device | None], ...] = (
    (re.compile(r"bot\b|crawl|spider|slurp|monitor|preview|headless|python|curl|wget", re.I), None),
    (re.compile(r"iPad|Tablet|Kindle|Silk|PlayBook|Android(?!.*Mobi)", re.I), "tablet"),
    (re.compile(r"Mobi|iPhone|iPod|Opera Mini|Windows Phone", re.I), "phone"),
    (re.compile(r"Mozilla|Opera"), "computer"),
)
# One code for all who get the same leaflet.
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def device_of(user_agent: str) -> Device | None:
    """Return the kind of device that a browser says it is on; none of a program."""
    return next((kind for pattern, kind in _KINDS if pattern.search(user_agent)), None)


def campaign_of(request: HttpRequest) -> str:
    """Return the code of the link that led here (`?c=leaflet-7`), or that the start page sent along; "" where there is none."""
    asked = request.GET.get("c") or request.GET.get("campaign") or request.POST.get("campaign", "")
    code = asked.strip().lower()
    return code if len(code) <= 40 and _CODE.fullmatch(code) else ""


def refuses_by_signal(request: HttpRequest) -> bool:
    """Say whether a browser sends the signal of Global Privacy Control with everything it asks."""
    return request.headers.get("Sec-GPC", "").strip() == "1"


def refuses_by_cookie(request: HttpRequest) -> bool:
    """Say whether somebody asked here not to be counted."""
    return request.COOKIES.get(COOKIE) == "1"


def counted_by(request: HttpRequest) -> CountedBy:
    """Return by what a browser is counted: nothing, where it does not want it, or is none."""
    if refuses_by_signal(request) or refuses_by_cookie(request) or not settings.COUNTING:
        return NOT_COUNTED
    device = device_of(request.headers.get("User-Agent", ""))
    return CountedBy(device, campaign_of(request)) if device else NOT_COUNTED


def choose(request: HttpRequest, response: HttpResponse, *, is_counted: bool) -> HttpResponse:
    """Keep whether a browser is counted: a cookie that says no and nothing else, or none."""
    cookie_was_read(request)
    if is_counted:
        response.delete_cookie(COOKIE)
        return response
    response.set_cookie(
        COOKIE,
        "1",
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response
