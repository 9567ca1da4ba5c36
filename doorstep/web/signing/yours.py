"""How you sign in: one's own passkeys, app, recovery codes, password and devices."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.council.errors import Refused
from doorstep.staff import actions as staff
from doorstep.staff import passkeys, queries, sessions, ways
from doorstep.web.kit.access import ones_own
from doorstep.web.kit.entry import come_in, enter
from doorstep.web.kit.proof import proved, proved_or_first
from doorstep.web.signing import first


def page(request: HttpRequest, refused: str = "") -> HttpResponse:
    """Draw the page of whoever is signed in."""
    user: Any = request.user
    session: Any = request.session
    context = {
        "ways": ways.of(user),
        "keys": user.keys.order_by("made_at"),
        "sessions": sessions.of(user, timezone.now()),
        "this": session.row.pk,
        "events": queries.done_to(user.username),
        "refused": refused,
    }
    return render(request, "signing/yours.html", context)


@ones_own
@require_GET
def yours(request: HttpRequest) -> HttpResponse:
    """Show the ways to sign in and the devices that are signed in."""
    return page(request)


@ones_own
@proved_or_first
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a passkey, or set up an authenticator app in place of the one before."""
    user: Any = request.user
    session, had_password = _row(request), user.has_usable_password()
    context = {"ways": ways.of(user), "refused": ""}
    if request.method == "GET":
        return render(request, "signing/add.html", context | first.app_of(user))
    try:
        first.add(request, user)
    except Refused as exc:
        context["refused"] = exc.code
        return render(request, "signing/add.html", context | first.app_of(user))
    if user.has_usable_password() and not had_password:  # which ended every session
        enter(request, user, session.how, session.proved)
    return redirect("yours") if ways.of(user).is_enough else first.show_recovery(request, user)


@ones_own
@proved
@require_POST
def key(request: HttpRequest, number: int) -> HttpResponse:
    """Give a passkey another name, or remove it."""
    user: Any = request.user
    try:
        if request.POST.get("do") == "remove":
            ways.remove_key(staff=user, number=number, now=timezone.now())
        else:
            passkeys.rename(staff=user, number=number, name=request.POST.get("name", ""))
    except Refused as exc:
        return page(request, exc.code)
    return redirect("yours")


@ones_own
@proved
@require_POST
def remove_app(request: HttpRequest) -> HttpResponse:
    """Remove the authenticator app."""
    user: Any = request.user
    try:
        ways.remove_app(staff=user, now=timezone.now())
    except Refused as exc:
        return page(request, exc.code)
    return redirect("yours")


@ones_own
@proved
@require_POST
def new_recovery(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes in place of those before."""
    user: Any = request.user
    if not ways.of(user).can_come_in:
        return page(request, "way_first")
    return first.show_recovery(request, user)


@ones_own
@proved
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password: all other devices are signed out."""
    user: Any = request.user
    if request.method == "GET":
        return render(request, "signing/password.html", {"refused": ""})
    now, session = timezone.now(), _row(request)
    how, shown = session.how, session.proved
    try:
        staff.change_password(staff=user, password=request.POST.get("password", ""), now=now)
    except Refused as exc:
        return render(request, "signing/password.html", {"refused": exc.code})
    return come_in(request, user, how, proved=shown, to="/desk/sign-in/yours")


@ones_own
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Sign out one device, or every other one; this one by the usual button."""
    user: Any = request.user
    which, this = request.POST.get("device", ""), _row(request).pk
    if which == "others":
        sessions.end_of(staff=user, but=this)
    elif which.isdecimal() and len(which) < 19:
        sessions.end_of(staff=user, number=int(which), but=this)
    else:
        return redirect("yours")
    staff.note(kind="devices signed out", about=user.username, by=user.username, now=timezone.now())
    return redirect("yours")


def _row(request: HttpRequest) -> Any:
    session: Any = request.session
    return session.row
