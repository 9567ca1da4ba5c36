"""Do it, or say why not: the one way in which a view of the desk answers a refusal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from doorstep.council.errors import Refused
from doorstep.web.kit import seen
from doorstep.web.kit.access import View

Again = Callable[..., HttpResponse]
State = Callable[..., dict[str, object]]


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


def as_it_was_seen(
    state: State, *parts: str | Callable[[HttpRequest], tuple[str, ...]], always: bool = False
) -> Callable[[View], View]:
    """Act only on what the page showed: refuse ("changed_since") where one of these parts is another by now.

    Parts may hang on what is sent. `state` is given the request and what the address names; it locks what
    it looks at, until the view has acted. A form without a mark (one of the version before) is taken as it
    comes; with `always`, for money and decisions, it is refused.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def compared(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if seen.FIELD not in request.POST and not always:
                return view(request, **named)
            with transaction.atomic():
                changed = seen.changed(request.POST, state(request, **named))
                acted_on = [q for p in parts for q in (p(request) if callable(p) else (p,))]
                others = [p for p in changed or () if p in acted_on]
                if others or changed == []:
                    raise Refused("changed_since", parts=others)
                return view(request, **named)

        return compared

    return wrap
