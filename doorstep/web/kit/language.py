"""Which language a page speaks: the resident's choice, kept in a cookie; staff work in the council's own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from doorstep.council import queries as council

COOKIE = "doorstep_language"
STAFF = ("/desk", "/crew")


def chosen(request: HttpRequest) -> str:
    """Return the code of the language that a page speaks to whoever asks."""
    language_code = request.COOKIES.get(COOKIE, "")
    is_staff = request.path.startswith(STAFF)
    offered = language_code in council.languages() and not is_staff
    return language_code if offered else council.own_language()


class Language:
    """Speaks the language of the cookie while a page is made, where the council offers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Make the response in the right language, and say so to caches."""
        speaks = chosen(request)
        with council.speaking(speaks):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", speaks)
        return response
