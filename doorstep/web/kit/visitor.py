"""The resident's own cookie: a long random value, kept in the database only as a hash."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from doorstep.outside.secret import hashed

COOKIE, CASES, HOME = "doorstep_visitor", "doorstep_cases", "doorstep_home"


def visitor(request: HttpRequest) -> str:
    """Return the hash of this browser's cookie; a new value waits on the request when it has none."""
    value = request.COOKIES.get(COOKIE) or getattr(request, "new_visitor", "")
    if not value:
        value = secrets.token_urlsafe(24)
        request.new_visitor = value  # type: ignore[attr-defined]
    return hashed(value)


def keep(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Put a new visitor's cookie on the response."""
    value = getattr(request, "new_visitor", "")
    if value:
        _set(response, COOKIE, value, 30)
    return response


def _set(response: HttpResponse, name: str, value: str, days: int | None) -> None:
    response.set_cookie(
        name,
        value,
        max_age=days * 86400 if days else None,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )


def may_open(request: HttpRequest, reference: str) -> bool:
    """Say whether this browser was let into a case by a link or by sending it."""
    return reference in _opened(request)


def _opened(request: HttpRequest) -> list[str]:
    try:
        references = signing.loads(request.COOKIES.get(CASES, ""), salt=CASES, max_age=30 * 86400)
    except signing.BadSignature:
        return []
    return [str(reference) for reference in references]


def let_in(request: HttpRequest, response: HttpResponse, reference: str) -> HttpResponse:
    """Let this browser open a case from now on, for thirty days; the latest twenty are kept."""
    opened = [*[r for r in _opened(request) if r != reference], reference][-20:]
    _set(response, CASES, signing.dumps(opened, salt=CASES), 30)
    return response


def home_of(request: HttpRequest) -> str:
    """Return the UPRN that this browser asked us to remember, as it came."""
    return request.COOKIES.get(HOME, "")


def remember_home(response: HttpResponse, uprn: str, *, long: bool) -> HttpResponse:
    """Remember a home's UPRN, for a year or until the browser is closed."""
    _set(response, HOME, uprn, 365 if long else None)
    return response
