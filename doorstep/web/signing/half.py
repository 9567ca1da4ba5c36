"""Whose password was right, and who is asked for the second thing now: a signed cookie, which opens nothing by itself."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from doorstep.outside.secret import hashed
from doorstep.staff import queries, ways
from doorstep.staff.models import StaffUser

NAME, SECONDS = "doorstep_half", 600


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
        max_age=SECONDS,
        path="/desk/sign-in",
        httponly=True,
        samesite="Strict",
        secure=settings.SECURE_COOKIES,
    )
    return response


def of(request: HttpRequest) -> Half | None:
    """Return who typed a right password in this browser, in the last ten minutes."""
    try:
        kept = signing.loads(request.COOKIES.get(NAME, ""), salt=NAME, max_age=SECONDS)
    except signing.BadSignature:
        return None
    user = queries.person(kept[0])
    good = user is not None and user.is_active and _mark(user) == kept[1]
    return Half(user, kept[2]) if user and good else None


def forget(response: HttpResponse) -> HttpResponse:
    """Take it away: the person has come in."""
    response.delete_cookie(NAME, path="/desk/sign-in")
    return response


def _mark(user: StaffUser) -> str:
    return hashed(user.get_session_auth_hash())[:20]
