"""Passkeys: the browser is asked, and its answer signs in or is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from doorstep.council.errors import Refused
from doorstep.staff import passkeys
from doorstep.staff.models import StaffUser
from doorstep.web.kit import ceremony, limits, proof
from doorstep.web.kit.access import public
from doorstep.web.kit.entry import come_in
from doorstep.web.signing import half
from doorstep.web.signing.views import sign_in_page, to_of

# Where nobody is signed in, or a proof is too old, or what is asked for does not exist.
NOT_NOW = 403
MOST = 5000


@public
@require_POST
def options(request: HttpRequest) -> HttpResponse:
    """Ask the browser for a passkey: to come in, to prove who is there, or for a new one."""
    kind: Any = request.GET.get("for", "")
    who = _whose(request, kind)
    # Each leaves a row for ten minutes: more than a whole council's people ask for from one address is no sign-in.
    if (who is None and kind != "come in") or limits.over([limits.person(request, "passkey")], MOST, 3600):  # fmt: skip
        return JsonResponse({}, status=NOT_NOW)
    value = ceremony.known(request)
    asked = passkeys.begin(
        kind=kind, staff=who, browser=value, place=ceremony.place(), now=timezone.now()
    )
    return ceremony.keep(HttpResponse(asked, content_type="application/json"), value)


def _whose(request: HttpRequest, kind: str) -> StaffUser | None:
    """Return whose passkey is asked for: of whoever comes in nobody's, of a new one only who showed that it is they."""
    user: Any = request.user
    if kind == "come in":
        return None
    if user.is_authenticated:
        return (
            user if kind == "prove" or (kind == "register" and proof.may_add_way(request)) else None
        )
    return first_comer(request) if kind == "register" else None


def first_comer(request: HttpRequest) -> StaffUser | None:
    """Return who typed a right password and has no way in yet."""
    so_far = half.of(request)
    return so_far.user if so_far and not so_far.has_way_in else None


def answered(request: HttpRequest) -> dict[str, Any]:
    """Return what the browser answered, with what it is held against."""
    return {
        "answer": request.POST.get("answer", ""),
        "browser": ceremony.browser(request),
        "place": ceremony.place(),
        "now": timezone.now(),
    }


@public
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone: it holds both who somebody is and that it is they."""
    try:
        user = passkeys.take(kind="come in", staff=None, **answered(request))
    except Refused as exc:  # nobody is named, so nothing is written down of anybody
        return sign_in_page(request, exc.code)
    return half.forget(come_in(request, user, "passkey", to=to_of(request)))
