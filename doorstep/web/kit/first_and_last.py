"""What is looked at before anything else of a request, and what is said with every answer."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.cache import has_vary_header

Next = Callable[[HttpRequest], HttpResponse]
# What no page of ours needs, or only ours: where a report is, from the phone itself.
PERMISSIONS = (
    "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), midi=(), magnetometer=(), "
    "gyroscope=(), accelerometer=(), display-capture=(), browsing-topics=()"
)


class Host:
    """Refuses an address that is not ours before anything is read; names it neither in the answer nor in a log."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on where the request is for one of ALLOWED_HOSTS."""
        try:
            request.get_host()
        except DisallowedHost:
            words = "This address does not lead here."
            return HttpResponse(words, status=400, content_type="text/plain")
        return self.get_response(request)


class Head:
    """Answers HEAD as GET, without the content: whatever can be read can be asked about (RFC 9110, 9.3.2)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Draw what GET would, and leave its content out."""
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        response = self.get_response(request)
        request.method = "HEAD"
        if not response.streaming:
            length = len(response.content)
            response.content = b""
            response["Content-Length"] = str(length)
        return response


def cookie_was_read(request: HttpRequest) -> None:
    """Note that an answer hangs on who asks."""
    request.cookie_was_read = True  # type: ignore[attr-defined]


class Last:
    """Has nothing kept by browsers and proxies that hangs on who asks, and asks for no rights of the device."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say so."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        asked = has_vary_header(response, "Cookie") or getattr(request, "cookie_was_read", False)
        # Who brings none and is given none is nobody: a calendar that asks for its feed may keep it.
        whose = asked and bool(request.COOKIES or response.cookies)
        if whose and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        return response
