"""What somebody typed and sent, kept for them while they sign in or show who they are: sealed, in the page alone.

Nothing is sent by itself, and nobody is given what another person typed: it is bound to an account, to the browser in which it
was typed, by a cookie of its own, and opened once. A stolen session plants nothing that its owner would send.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from doorstep.outside import sealed
from doorstep.outside.secret import hashed
from doorstep.web.kit import limits

PURPOSE, FIELD = "typed", "kept"
SECONDS = 3600
# More than this is shown to be copied, as are files, which cannot be given back.
MOST = 200_000
# What is typed anew each time, and what is a form's own.
NEVER = frozenset({"csrfmiddlewaretoken", "password", "code", "recovery", "answer", FIELD})


@dataclass(frozen=True)
class Typed:
    """What was sent to an address of ours, by name and value."""

    path: str
    fields: list[tuple[str, str]]


def cookie() -> str:
    """Return the name of the cookie by which a browser is known; as `__Host-` no other host of the council's can set it."""
    return "__Host-doorstep_typed" if settings.SECURE_COOKIES else "doorstep_typed"


def keep(
    request: HttpRequest, whose: int | None, draw: Callable[[str], HttpResponse]
) -> HttpResponse:
    """Draw a page with what was sent, sealed for its account and this browser; with "" where there is nothing or nobody to keep it for."""
    if whose is None or request.method != "POST" or request.FILES:
        return draw("")
    fields = [
        (name, text) for name, texts in request.POST.lists() if name not in NEVER for text in texts
    ]
    browser = request.COOKIES.get(cookie()) or secrets.token_urlsafe(24)
    once = secrets.token_urlsafe(12)
    text = json.dumps([whose, hashed(browser), once, request.get_full_path(), fields])
    if len(text) > MOST:
        return draw("")
    page = draw(sealed.seal(PURPOSE, text))
    page.set_cookie(
        cookie(),
        browser,
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return page


def kept(request: HttpRequest) -> str:
    """Return what a form brought along sealed, as it came."""
    return request.POST.get(FIELD, "")


def is_ours(text: str) -> bool:
    """Say whether a text was sealed here in the last hour, for whomever."""
    return bool(text) and sealed.unseal(PURPOSE, text, SECONDS) is not None


def opened(request: HttpRequest, text: str, whose: Any) -> Typed | None:
    """Return what this account typed in this browser in the last hour, once; else nothing."""
    found = sealed.unseal(PURPOSE, text, SECONDS) if text else None
    if found is None:
        return None
    try:
        owner, browser, once, path, fields = json.loads(found)
    except ValueError:  # of the version before, which bound it to no browser
        return None
    if owner != whose or browser != hashed(request.COOKIES.get(cookie(), "")):
        return None
    if not limits.is_first(f"typed:{once}", SECONDS):
        return None
    return Typed(path, [(name, value) for name, value in fields])
