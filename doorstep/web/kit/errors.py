"""Error pages: what happened, what next, how to reach a person."""

import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from csp.exceptions import CSPNonceError
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict

from doorstep.council import queries as council
from doorstep.web.kit import programs, typed
from doorstep.web.kit.language import chosen
from doorstep.web.kit.when_away import AWAY, COME_BACK_SECONDS


def _page(request: HttpRequest, status: int, code: str) -> HttpResponse:
    return render(request, "kit/error.html", {"code": code}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Draw the page for an address that does not exist."""
    return _page(request, 404, "not_found")


def not_readable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Draw the page for a request that cannot be read, such as one with far too much in it."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    status, code = (413, "too_much") if too_large else (400, "not_readable")
    request._post, request._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]
    return _without_database(request, status, code)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Draw the page for someone whose role does not allow this, or not for this case."""
    is_of_case = exception is not None and "not_theirs" in exception.args
    return _page(request, 403, "not_theirs" if is_of_case else "not_allowed")


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Draw the page for a form that did not come from our own page, or whose cookie is gone; what was typed is given back."""
    code = "no_cookie" if reason == REASON_NO_CSRF_COOKIE else "forged"
    return render(request, "kit/error.html", {"code": code, "typed": _written(request)}, status=403)


def _written(request: HttpRequest) -> list[str]:
    """Return what somebody wrote in a form that was sent, not what the form says of itself."""
    names = [
        name for name in request.POST if name not in ("seen", "csrfmiddlewaretoken", "password")
    ]
    texts = [text.strip() for name in names for text in request.POST.getlist(name)]
    return [text for text in texts if " " in text]


def signed_out(request: HttpRequest) -> HttpResponse:
    """Draw the page for staff who sent a form after their session had ended; what they wrote is given back."""
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    back = came_from.path if came_from.netloc == request.get_host() else ""
    was: Any = request.session
    # What wants a fresh proof is typed again: nothing of it lies ready for whoever comes in next.
    match = request.resolver_match
    is_proved = bool(match and getattr(match.func, "is_proved", False))

    def draw(kept: str) -> HttpResponse:
        context = {"code": "signed_out", "typed": _written(request), "back": back, "kept": kept}
        return render(request, "kit/error.html", context, status=403)

    return draw("") if is_proved else typed.keep(request, was.was, draw)


def broken(request: HttpRequest) -> HttpResponse:
    """Draw the page for a fault of ours; while the database is away, one that says to come back."""
    is_away = isinstance(sys.exc_info()[1], AWAY)
    status, code = (503, "away") if is_away else (500, "broken")
    if programs.asks(request.path):
        page = programs.fault(status, code)
    else:
        page = _without_database(request, status, code) if is_away else _page(request, status, code)
    if is_away:
        page["Retry-After"] = str(COME_BACK_SECONDS)
    return page


def _without_database(request: HttpRequest, status: int, code: str) -> HttpResponse:
    """Draw a page that asks nobody who is signed in, and speaks as the page would have."""
    # Whoever has a session would be looked up for the page's head, and fail again; a fault between
    # the middlewares comes here before the language is chosen.
    request.user = AnonymousUser()
    try:
        str(getattr(request, "csp_nonce", ""))
    except CSPNonceError:  # too late for one, and so for a policy
        request.csp_nonce = ""  # type: ignore[attr-defined]
    with council.speaking(chosen(request)):
        return _page(request, status, code)


def locked_out(request: HttpRequest, seconds: int) -> HttpResponse:
    """Draw the page for someone who tried too many passwords: how long to wait, and what else works."""
    context = {"code": "locked_out", "seconds": seconds}
    page = render(request, "kit/error.html", context, status=429)
    page["Retry-After"] = str(seconds)
    return page


class WrongWay:
    """Draws a page for who follows a link to what only a form may do, such as after signing in again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Fill an empty 405 with a page."""
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        page = _page(request, 405, "wrong_way")
        page["Allow"] = response["Allow"]
        return page
