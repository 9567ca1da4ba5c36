"""Asking a browser for a passkey: where it is for, and by what the browser that was asked is known again.

That is a cookie of its own, not the session: signing in ends that, and two tabs would end each other's.
"""

import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from doorstep.council import queries as council
from doorstep.staff.passkeys import Place

NAME, SECONDS = "doorstep_ceremony", 3600


def place() -> Place:
    """Return where our passkeys are for."""
    at = urlsplit(settings.BASE_ADDRESS)
    domain = settings.PASSKEY_DOMAIN or at.hostname or ""
    return Place(domain, str(council.current().name), f"{at.scheme}://{at.netloc}")


def browser(request: HttpRequest) -> str:
    """Return the value by which this browser is known; "" where it brings none of ours."""
    try:
        kept = signing.loads(request.COOKIES.get(NAME, ""), salt=NAME, max_age=SECONDS)
    except signing.BadSignature:
        return ""
    return str(kept)


def known(request: HttpRequest) -> str:
    """Return the value of a browser that is to be asked, a new one where it has none."""
    return browser(request) or secrets.token_urlsafe(24)


def keep(response: HttpResponse, value: str) -> HttpResponse:
    """Let the browser be known again by a value, for an hour from now."""
    response.set_cookie(
        NAME,
        signing.dumps(value, salt=NAME),
        max_age=SECONDS,
        path="/desk/sign-in",
        httponly=True,
        samesite="Strict",
        secure=settings.SECURE_COOKIES,
    )
    return response
