"""The resident's own cookie: a long random value that we signed, kept in the database only as a hash."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse

from doorstep.cases import access
from doorstep.cases.owners import Owner
from doorstep.outside.secret import hashed
from doorstep.staff.who import Browser
from doorstep.web.kit.first_and_last import cookie_was_read

# The first is `__Host-doorstep_browser` where it travels by https alone: no other host can set it.
BROWSER, CASES, HOME = "doorstep_browser", "doorstep_cases", "doorstep_home"
# Of the version before, not signed; nobody is known by it, what was begun with it is taken over once.
FORMER = "doorstep_visitor"
# By these a page may say what was begun here, and for which home.
OF_BROWSER = (BROWSER, f"__Host-{BROWSER}", FORMER, HOME)


def cookie() -> str:
    """Return the name of the cookie by which a browser is known."""
    return f"__Host-{BROWSER}" if settings.SECURE_COOKIES else BROWSER


def owner(request: HttpRequest) -> Owner:
    """Return whose drafts this browser's are; a new value waits on the request when it brought none of ours."""
    value = _signed(request) or getattr(request, "new_browser", "")
    if not value:
        value = secrets.token_urlsafe(24)
        request.new_browser = value  # type: ignore[attr-defined]
        if former := request.COOKIES.get(FORMER):
            access.take_over(former_key=hashed(former), owner=Owner("browser", hashed(value)))
    return Owner("browser", hashed(value))


def is_known(request: HttpRequest) -> bool:
    """Say whether this browser was here before, as far as a cookie of ours says so."""
    return bool(_signed(request) or request.COOKIES.get(FORMER))


def _signed(request: HttpRequest) -> str:
    cookie_was_read(request)
    try:
        return signing.Signer(salt=BROWSER).unsign(request.COOKIES.get(cookie(), ""))
    except signing.BadSignature:
        return ""


def keep(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Put a new browser's cookie on the response."""
    value = getattr(request, "new_browser", "")
    if value:
        _set(response, cookie(), signing.Signer(salt=BROWSER).sign(value), 30)
        response.delete_cookie(FORMER)
    return response


def forget(response: HttpResponse) -> HttpResponse:
    """Take every cookie away by which this browser is known."""
    for name in (cookie(), CASES, HOME, FORMER):
        response.delete_cookie(name)
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


def who(request: HttpRequest) -> Browser:
    """Return this browser with the cases that it was let into by a link, a code, or by sending them."""
    return Browser(frozenset(_opened(request)))


def may_open(request: HttpRequest, reference: str) -> bool:
    """Say whether this browser was let into a case by a link or by sending it."""
    return reference in _opened(request)


def _opened(request: HttpRequest) -> list[str]:
    cookie_was_read(request)
    try:
        references = signing.loads(request.COOKIES.get(CASES, ""), salt=CASES, max_age=30 * 86400)
    except signing.BadSignature:
        return []
    return [str(reference) for reference in references]


class NotLetIn(Http404):
    """This browser was not let into a case, if there is such a one."""


def let_in(request: HttpRequest, response: HttpResponse, reference: str) -> HttpResponse:
    """Let this browser open a case from now on, for thirty days; the latest twenty are kept."""
    opened = [*[r for r in _opened(request) if r != reference], reference][-20:]
    _set(response, CASES, signing.dumps(opened, salt=CASES), 30)
    return response


def forget_home(response: HttpResponse) -> HttpResponse:
    """Remember no home any more."""
    response.delete_cookie(HOME)
    return response


def home_of(request: HttpRequest) -> str:
    """Return the UPRN that this browser asked us to remember, as it came."""
    cookie_was_read(request)
    return request.COOKIES.get(HOME, "")


def remember_home(response: HttpResponse, uprn: str, *, long: bool) -> HttpResponse:
    """Remember a home's UPRN, for a year or until the browser is closed."""
    _set(response, HOME, uprn, 365 if long else None)
    return response
