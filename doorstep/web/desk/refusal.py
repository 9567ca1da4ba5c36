"""Do it, or say why not: the one way in which a view of the desk answers a refusal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from doorstep.council.errors import Refused
from doorstep.web.kit.access import View

Again = Callable[..., HttpResponse]


def says_why_not(again: Again) -> Callable[[View], View]:
    """Draw the page again where what a view does is refused, as a form with a wrong answer: with 200.

    `again` is given the request, the refusal, and what the address names.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def tried(request: HttpRequest, **named: Any) -> HttpResponseBase:
            try:
                return view(request, **named)
            except Refused as exc:
                return again(request, exc, **named)

        return tried

    return wrap
