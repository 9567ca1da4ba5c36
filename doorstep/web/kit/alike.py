"""Pages that are alike for everybody: made once for all of whom nothing is known, and given without the database.

What each copy has of its own is put in: the nonce of its policy, and the token of its forms. Of whom a cookie of ours says
something that the page would say, gets it made for them, by the same view. A page is kept for so many seconds
(KEPT_PAGES_SECONDS) in each web process: that late, at most, somebody who comes for the first time reads of a delay that was
entered just now.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token

from doorstep.council import queries as council
from doorstep.web.kit.access import View
from doorstep.web.kit.first_and_last import cookie_was_read
from doorstep.web.kit.fresh import fresh

Key = tuple[Path, str, str]
# Addresses of services come from outside; more than these is nobody's council.
MOST = 500
NONCE, TOKEN = b"\x00nonce\x00", b"\x00token\x00"
_TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]+(?=")')


@dataclass(frozen=True)
class _Page:
    """A page with marks where each copy has its own, and until when it is given (of `time.monotonic`)."""

    body: bytes
    until: float


_kept: dict[Key, _Page] = {}


def alike(*, but: tuple[str, ...] = (), by: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Keep the page of a view for everybody who asks for it at its bare address, `but` those who bring one of these cookies.

    It is kept for each of the values that are asked for `by` these names (`?ward=…`), and where nothing else is: nobody's own
    words are. Nor is it given to anybody who is signed in: the frame of each page says so.
    """
    own = frozenset((*but, settings.SESSION_COOKIE_NAME))

    def keeping(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not _is_for_all(request, own) or set(request.GET).difference(by):
                return view(request, *args, **kwargs)
            key = (council.folder(), council.language(), request.get_full_path())
            page = _kept.get(key)
            if page is None or page.until < time.monotonic():
                made = view(request, *args, **kwargs)
                if not isinstance(made, HttpResponse) or made.status_code != 200 or made.cookies:
                    return made  # not found, or somebody is given a cookie with it
                page = _keep(key, request, made)
            return _copy(page, request)

        return shown

    return keeping


def _is_for_all(request: HttpRequest, own: frozenset[str]) -> bool:
    """Say whether nothing is known of who asks, and the demo's clock goes as others do."""
    asked = request.method == "GET" and own.isdisjoint(request.COOKIES)
    return asked and settings.KEPT_PAGES_SECONDS > 0 and settings.CLOCK_MOVED_BY is None


def _keep(key: Key, request: HttpRequest, made: HttpResponse) -> _Page:
    body = _TOKEN.sub(TOKEN, made.content)
    nonce = str(getattr(request, "csp_nonce", "")).encode()
    page = _Page(body.replace(nonce, NONCE), time.monotonic() + settings.KEPT_PAGES_SECONDS)
    if len(_kept) >= MOST:
        _kept.clear()
    _kept[key] = page
    return page


def _copy(page: _Page, request: HttpRequest) -> HttpResponseBase:
    """Return a page with this request's own nonce; one with forms with a token of its own, which no browser keeps."""
    body = page.body.replace(NONCE, str(getattr(request, "csp_nonce", "")).encode())
    if TOKEN not in body:
        return fresh(request, HttpResponse(body))
    cookie_was_read(request)
    return HttpResponse(body.replace(TOKEN, get_token(request).encode()))
