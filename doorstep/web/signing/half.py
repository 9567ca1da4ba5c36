"""Whose password was right, and who is asked for the second thing now: a signed cookie, which opens nothing by itself."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from doorstep.outside.secret import hashed
from doorstep.staff import queries, ways
from doorstep.staff.models import StaffUser

NAME, SECONDS = "doorstep_half", 600
# Whoever has nothing to show yet sets that up meanwhile, as by a colleague's link.
FIRST_SECONDS = 3600


@dataclass(frozen=True)
class Half:
    """Who typed a right password, and where they wanted to go."""

    user: StaffUser
    to: str

    @property
    def has_way_in(self) -> bool:
        """Say whether there is a second thing that is asked for now, rather than set up."""
        return ways.of(self.user).can_come_in


def keep(response: HttpResponse, user: StaffUser, to: str) -> HttpResponse:
    """Note in the browser that a password was right; another password makes that worthless."""
    response.set_cookie(
        NAME,
        signing.dumps([user.pk, _mark(user), to], salt=NAME),
        max_age=FIRST_SECONDS,
        path="/desk/sign-in",
        httponly=True,
        samesite="Strict",
        secure=settings.SECURE_COOKIES,
    )
    return response


def of(request: HttpRequest) -> Half | None:
    """Return who typed a right password in this browser, in the last ten minutes; in the last hour where they have no way in yet."""
    kept = _kept(request, FIRST_SECONDS)
    user = queries.person(kept[0]) if kept else None
    if kept is None or user is None or not user.is_active or _mark(user) != kept[1]:
        return None
    so_far = Half(user, kept[2])
    return None if so_far.has_way_in and _kept(request, SECONDS) is None else so_far


def _kept(request: HttpRequest, seconds: int) -> list[Any] | None:
    try:
        kept: list[Any] = signing.loads(request.COOKIES.get(NAME, ""), salt=NAME, max_age=seconds)
    except signing.BadSignature:
        return None
    return kept


def forget(response: HttpResponse) -> HttpResponse:
    """Take it away: the person has come in."""
    response.delete_cookie(NAME, path="/desk/sign-in")
    return response


def _mark(user: StaffUser) -> str:
    return hashed(user.get_session_auth_hash())[:20]
