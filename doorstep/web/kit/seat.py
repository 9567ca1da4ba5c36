"""A member of staff's own browser: whoever came in there before is not kept out by a stranger's guesses at their account.

OWASP calls it a device cookie. It opens nothing: the password is asked for all the same.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

NAME, DAYS = "doorstep_seat", 180


def is_of(request: HttpRequest, username: str) -> bool:
    """Say whether this account was signed in to from this browser."""
    try:
        kept = signing.loads(request.COOKIES.get(NAME, ""), salt=NAME, max_age=DAYS * 86400)
    except signing.BadSignature:
        return False
    return bool(kept == username)


def keep(response: HttpResponse, username: str) -> HttpResponse:
    """Note in the browser that this account was signed in to from it."""
    response.set_cookie(
        NAME,
        signing.dumps(username, salt=NAME),
        max_age=DAYS * 86400,
        path="/desk/sign-in",
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response
