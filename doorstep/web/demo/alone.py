"""The demo stays on its machine: it refuses what a proxy passes on, and signs in nobody from elsewhere."""

import os
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

# What proxies say of themselves and of whom they ask for.
FROM_A_PROXY = ("FORWARDED", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP", "VIA")  # fmt: skip
SIGN_INS = {
    "demo_as",
    "sign_in",
    "sso",
    "sso_back",
    "second",
    "first_factor",
    "recovery",
    "passkey",
    "passkey_options",
    "way_back",
}
# The last one is what Django's own client of tests asks for.
HERE = ("localhost", "testserver")
PROXY = "This is the demo, with sign-ins for anyone: it answers to no proxy. Ask it on its own machine.\n"
ELSEWHERE = (
    "The demo signs people in on its own machine only, at http://127.0.0.1 or http://localhost.\n"
)


def _words(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=403, content_type="text/plain")


def is_loopback(host: str) -> bool:
    """Say whether an address, or the name of one, is this machine's own."""
    try:
        return host in HERE or ip_address(host).is_loopback
    except ValueError:
        return False


class Alone:
    """Refuses in the demo what came through a proxy, and sign-ins that are not asked for and answered on loopback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.DEMO:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on where no proxy stands between."""
        if any(f"HTTP_{name}" in request.META for name in FROM_A_PROXY):
            return _words(PROXY)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse a sign-in from elsewhere, by where it leads and not by how its address is written."""
        found = request.resolver_match
        if found is None or found.url_name not in SIGN_INS or _is_here(request):
            return None
        return _words(ELSEWHERE)


def _is_here(request: HttpRequest) -> bool:
    """Say whether the caller, the address that was asked for and the one that is listened on are all loopback."""
    try:
        asked = urlsplit(f"//{request.get_host()}").hostname or ""
    except DisallowedHost:
        return False
    listens = os.environ.get("BIND", "127.0.0.1").strip("[]")
    return all(is_loopback(where) for where in (request.META["REMOTE_ADDR"], asked, listens))
