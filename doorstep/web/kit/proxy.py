"""Behind a reverse proxy: who calls is whom the proxy says, and only the proxy is believed."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse


class Proxy:
    """Takes the caller's address from the last entry of X-Forwarded-For, the one our own proxy wrote.

    Used with BEHIND_PROXY=1 only: without a proxy anyone could write that header, and limits by
    person would count nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set REMOTE_ADDR, then go on."""
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)
