"""Signing in and out."""

from typing import Any

from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.staff import actions as staff
from doorstep.staff import queries, sessions
from doorstep.web.kit import limits, seat, typed
from doorstep.web.kit.access import public
from doorstep.web.kit.entry import come_in
from doorstep.web.kit.errors import locked_out

# Wrong passwords an hour for one account; and from one address, which may be a whole council's.
MOST_WRONG, MOST_FROM_ONE = 30, 200


def _too_often(request: HttpRequest, name: str, of_account: str, of_address: str) -> bool:
    """Say whether there were too many guesses at one account from many addresses, or at many from one.

    Whoever came in from this browser before is kept out by nobody else's.
    """
    account = limits.reached([of_account], MOST_WRONG, 3600)
    often = account or limits.reached([of_address], MOST_FROM_ONE, 3600)
    return often and not seat.is_of(request, name)


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign staff in; too many wrong passwords wait, from one address a quarter of an hour, for one account an hour."""
    address = request.POST.get("next") or request.GET.get("next", "")
    context = {"next": address, "kept": typed.kept(request), "wrong": False}
    if "username" not in request.POST:
        queries.has_people()  # who types a password for nothing is told so before: without a database, 503
        return render(request, "signing/sign_in.html", context)
    name, password = request.POST.get("username", ""), request.POST.get("password", "")
    of_account, of_address = f"sign-in:{name.lower()}", limits.person(request, "sign-in")
    if _too_often(request, name, of_account, of_address):
        return locked_out(request)
    user = authenticate(request, username=name, password=password)
    if user is None:
        limits.over([of_account, of_address], MOST_WRONG, 3600)
        staff.not_let_in(name=name, now=timezone.now())
        return render(request, "signing/sign_in.html", context | {"wrong": True, "username": name})
    return come_in(request, user, "password", to=address)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    user: Any = request.user
    if user.is_authenticated:
        staff.note(kind="signed out", about=user.username, by=user.username, now=timezone.now())
    logout(request)
    return redirect("sign_in")


@public
@require_GET
def left(request: HttpRequest) -> HttpResponse:
    """Say for how many seconds somebody is still signed in, without lengthening it."""
    return _left(request)


@public
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Go on being signed in, and say for how long."""
    return _left(request)


def _left(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    session: Any = request.session
    if not user.is_authenticated:
        return JsonResponse({"left": 0, "whole": False})
    ends, whole = sessions.ends_at(session.row), sessions.ends_whole(session.row)
    seconds = int((ends - timezone.now()).total_seconds())
    return JsonResponse({"left": seconds, "whole": ends == whole})
