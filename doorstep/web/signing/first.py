"""The first sign-in: a password was right, and somebody who has no second thing sets one up before they come in."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.outside import sealed
from doorstep.staff import codes, passkeys, ways
from doorstep.staff.models import StaffUser
from doorstep.web.kit import seat, typed
from doorstep.web.kit.access import ones_own, public
from doorstep.web.kit.entry import enter, lead_on
from doorstep.web.signing import half
from doorstep.web.signing.passkeys import answered, first_comer
from doorstep.web.signing.views import sign_in_page

PURPOSE, SECONDS = "setting up", 3600


@public
@require_http_methods(["GET", "POST"])
def first_factor(request: HttpRequest) -> HttpResponse:
    """Offer a passkey or an authenticator app; once there is one, sign in and show the recovery codes."""
    user, so_far = first_comer(request), half.of(request)
    if user is None:
        is_late = so_far is not None and request.method == "POST"
        return sign_in_page(request, "set_up_already") if is_late else redirect("sign_in")
    if request.method == "GET":
        return render(request, "signing/first.html", app_of(user) | {"refused": ""})
    how, refused = _first(request, user)
    if refused == "set_up_already":
        return half.forget(sign_in_page(request, refused))
    if refused:
        secret = _secret(request, user)
        return render(request, "signing/first.html", app_of(user, secret) | {"refused": refused})
    enter(request, user, how)
    return seat.keep(half.forget(show_recovery(request, user)), user.username)


@transaction.atomic
def _first(request: HttpRequest, user: StaffUser) -> tuple[str, str]:
    """Set up somebody's first way; return which, or why not. Of several browsers at once one does."""
    StaffUser.objects.select_for_update().get(pk=user.pk)
    if ways.of(user).can_come_in:
        return "", "set_up_already"
    try:
        return add(request, user), ""
    except Refused as exc:  # within the transaction: a challenge that was answered stays used
        return "", exc.code


def add(request: HttpRequest, user: StaffUser) -> str:
    """Keep the passkey, or the app, that somebody set up; return which. Raises Refused."""
    now = timezone.now()
    if "answer" in request.POST:
        passkeys.make(staff=user, name=request.POST.get("name", ""), **answered(request))
        return "passkey"
    typed_in = {name: request.POST.get(name, "") for name in ("code", "password")}
    codes.set_up(staff=user, secret=_secret(request, user), now=now, **typed_in)
    return "code"


def app_of(user: StaffUser, secret: str = "") -> dict[str, object]:
    """Return what an app is set up from: a new secret, or one that somebody has begun with."""
    secret = secret or codes.new_secret()
    name = str(council.current().name)
    return {
        "secret": secret,
        "needs_password": not user.has_usable_password(),
        "sealed": sealed.seal(PURPOSE, f"{user.pk} {secret}"),
        "picture": codes.picture(secret=secret, staff=user, issuer=name),
    }


def _secret(request: HttpRequest, user: StaffUser) -> str:
    """Return the secret that this person was shown, which comes back sealed; another new one where it does not."""
    opened = sealed.unseal(PURPOSE, request.POST.get("sealed", ""), SECONDS) or ""
    whose, _, secret = opened.partition(" ")
    return secret if whose == str(user.pk) else codes.new_secret()


def show_recovery(request: HttpRequest, user: StaffUser) -> HttpResponse:
    """Make recovery codes and show them, this once; no cache keeps the page."""
    made = codes.make_recovery(staff=user, now=timezone.now())
    context = {"codes": made, "user": user, "kept": typed.kept(request)}
    page = render(request, "signing/recovery_made.html", context)
    page["Cache-Control"] = "no-store"
    return page


@ones_own
@require_POST
def recovery_kept(request: HttpRequest) -> HttpResponse:
    """Go on once recovery codes are kept, to what was typed before or to the first page."""
    user: Any = request.user
    return lead_on(request, user, "")
