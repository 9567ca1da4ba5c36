"""Fresh proof: what is dangerous is done by somebody who showed in the last ten minutes who they are."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from doorstep.staff import lost, sessions, ways
from doorstep.web.kit import typed
from doorstep.web.kit.access import View


def is_fresh(request: HttpRequest) -> bool:
    """Say whether whoever asks showed lately who they are."""
    session: Any = request.session
    return session.row is not None and sessions.is_proved(session.row, timezone.now())


def may_add_way(request: HttpRequest) -> bool:
    """Say whether whoever asks may set up a way to sign in: after a fresh proof, or for a link's hour where they have none to show."""
    session: Any = request.session
    if is_fresh(request) or session.row is None:
        return is_fresh(request)
    in_time = timezone.now() - session.row.began < lost.LASTS
    return session.row.how == "link" and in_time and not ways.of(session.row.staff).can_come_in


def proved(view: View) -> View:
    """Ask first who it is where that was not shown lately: what was typed is kept, and sent once it was.

    It stands below `needs`: whoever may not do it is not asked.
    """
    return _asked_first(view, is_fresh)


def proved_or_first(view: View) -> View:
    """Ask first who it is, as `proved` does, but for whoever sets up their first way by a colleague's link."""
    return _asked_first(view, may_add_way)


def _asked_first(view: View, may: Callable[[HttpRequest], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may(request):
            return view(request, *args, **kwargs)
        if request.method == "POST":
            return typed.keep(
                request, request.user.pk, lambda kept: ask(request, kept=kept, status=403)
            )
        there = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('prove')}?{there}")

    guarded.is_proved = True  # type: ignore[attr-defined]
    return guarded


def ask(
    request: HttpRequest, *, kept: str = "", to: str = "", refused: str = "", status: int = 200
) -> HttpResponse:
    """Draw the page on which somebody shows anew who they are."""
    user: Any = request.user
    session: Any = request.session
    context = {"kept": kept, "next": to, "refused": refused, "ways": ways.of(user)}
    context |= {"how": session.row.how, "may_add": may_add_way(request)}
    return render(request, "signing/prove.html", context, status=status)
