"""The page on which somebody who is signed in shows anew who they are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.council.errors import Refused
from doorstep.staff import codes, passkeys, sessions
from doorstep.staff.models import StaffUser
from doorstep.web.kit import guesses, proof, typed
from doorstep.web.kit.access import ones_own
from doorstep.web.kit.entry import lead_on
from doorstep.web.kit.errors import locked_out
from doorstep.web.signing.passkeys import answered
from doorstep.web.signing.views import to_of


@ones_own
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Take a passkey, or password and code, change the session's key, and go on with what was to be done."""
    user: Any = request.user
    kept, to = typed.kept(request), to_of(request)
    if request.method == "GET":
        return proof.ask(request, to=to)
    seconds = 0 if "answer" in request.POST else guesses.wait(request, "proof", user.username)
    if seconds:
        return locked_out(request, seconds)
    try:
        _shown(request, user)
    except Refused as exc:
        return proof.ask(request, kept=kept, to=to, refused=exc.code)
    session: Any = request.session
    sessions.proved(session=session.row, now=timezone.now())
    session.cycle_key()
    return lead_on(request, user, to)


def _shown(request: HttpRequest, user: StaffUser) -> None:
    """Take what somebody shows of themselves; raises Refused."""
    if "answer" in request.POST:
        passkeys.take(kind="prove", staff=user, **answered(request))
        return
    try:
        if not user.check_password(request.POST.get("password", "")):
            raise Refused("password_wrong")
        codes.take(staff=user, code=request.POST.get("code", ""), now=timezone.now())
    except Refused:
        guesses.was_wrong(request, "proof", user.username)
        raise
    guesses.was_right(request, "proof", user.username)
