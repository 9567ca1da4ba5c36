"""Signing in with name, password and code, and signing out."""

from typing import Any

from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.contacts import actions as contacts
from doorstep.council.errors import Refused
from doorstep.staff import actions as staff
from doorstep.staff import codes, queries, sessions, ways
from doorstep.web.kit import guesses, typed
from doorstep.web.kit.access import public
from doorstep.web.kit.entry import bounded, come_in
from doorstep.web.kit.errors import locked_out
from doorstep.web.signing import half


def to_of(request: HttpRequest) -> str:
    """Return where somebody wants to go once they are in."""
    return bounded(request.POST.get("next") or request.GET.get("next", ""))


def sign_in_page(request: HttpRequest, refused: str = "") -> HttpResponse:
    """Draw the page on which people sign in."""
    queries.has_people()  # who types a password for nothing is told so before: without a database, 503
    context = {"next": to_of(request), "kept": typed.kept(request), "refused": refused}
    context["username"] = request.POST.get("username", "")
    return render(request, "signing/sign_in.html", context)


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Take name and password, which let nobody in by themselves, and go on to the second thing."""
    if "username" not in request.POST:
        return sign_in_page(request)
    name, password = request.POST["username"], request.POST.get("password", "")
    if seconds := guesses.wait(request, "password", name):
        return locked_out(request, seconds)
    user: Any = authenticate(request, username=name, password=password)
    if user is None:
        guesses.was_wrong(request, "password", name)
        staff.not_let_in(name=name, now=timezone.now())
        return sign_in_page(request, "wrong")
    guesses.was_right(request, "password", name)
    has = ways.of(user)
    if not has.can_come_in and request.user.pk not in (None, user.pk):
        logout(request)  # or the passkey that is made next would be another person's
    page = second_page(request, user, has) if has.can_come_in else redirect("first_factor")
    return half.keep(page, user, to_of(request))


def second_page(request: HttpRequest, user: Any, has: ways.Ways, refused: str = "") -> HttpResponse:
    """Draw the page that asks for the second thing."""
    context = {"kept": typed.kept(request), "refused": refused, "ways": has, "next": to_of(request)}
    return render(request, "signing/second.html", context)


@public
@require_POST
def second(request: HttpRequest) -> HttpResponse:
    """Take the code of an authenticator app after the password, and sign in."""
    so_far = half.of(request)
    if so_far is None:
        return sign_in_page(request, "too_late")
    user, now = so_far.user, timezone.now()
    if seconds := guesses.wait(request, "code", user.username):
        return locked_out(request, seconds)
    try:
        codes.take(staff=user, code=request.POST.get("code", ""), now=now)
    except Refused as exc:
        guesses.was_wrong(request, "code", user.username)
        staff.not_let_in(name=user.username, now=now)
        return second_page(request, user, ways.of(user), exc.code)
    guesses.was_right(request, "code", user.username)
    return half.forget(come_in(request, user, "code", to=so_far.to))


@public
@require_http_methods(["GET", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    """Take a recovery code, and lead to the page on which ways to sign in are put right."""
    if request.method == "GET":
        return render(request, "signing/recovery.html", {"refused": ""})
    name, now = request.POST.get("username", ""), timezone.now()
    if seconds := guesses.wait(request, "recovery", name):
        return locked_out(request, seconds)
    user = queries.person_named(name)
    try:
        if user is None:
            raise Refused("code_wrong")
        codes.take_recovery(staff=user, code=request.POST.get("recovery", ""), now=now)
    except Refused:
        guesses.was_wrong(request, "recovery", name)
        staff.not_let_in(name=name, now=now)
        context = {"refused": "recovery_wrong", "username": name}
        return render(request, "signing/recovery.html", context)
    guesses.was_right(request, "recovery", name)
    return come_in(request, user, "recovery", to="/desk/sign-in/yours")


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    user: Any = request.user
    if user.is_authenticated:
        staff.note(kind="signed out", about=user.username, by=user.username, now=timezone.now())
        if user.has_contacts:
            contacts.leave(by=user, now=timezone.now())
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
