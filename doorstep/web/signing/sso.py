"""The council's own sign-in: a link leads there, and one address receives who comes back.

What must come back with somebody lies in a cookie of its own for each time, so that two tabs do not disturb each other; it is signed,
lasts ten minutes, and works once.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.council import addresses
from doorstep.council.errors import Refused
from doorstep.outside import identity
from doorstep.outside.errors import OutsideError, TryLater
from doorstep.outside.secret import hashed
from doorstep.staff import joining
from doorstep.staff.models import StaffUser
from doorstep.web.kit import limits, typed
from doorstep.web.kit.access import public
from doorstep.web.kit.entry import bounded, come_in
from doorstep.web.kit.first_and_last import cookie_was_read

log = structlog.get_logger("doorstep.web.signing")
COOKIE, LASTS_SECONDS, MOST_AT_ONCE = "doorstep_sso_", 600, 4
# Whatever begins many of them fills no other page's request with cookies.
PATH = "/desk/sign-in"
# Where in the session lies what somebody had typed, under the session's key; with another key it is over.
KEPT = "typed_before_sso"
# Of a proof of which nobody says when it was.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ceremony:
    """What this browser began: what must come back, where it leads then, and who was signed in here."""

    state: str
    nonce: str
    verifier: str
    at: float
    fresh: bool
    to: str
    who: int | None


@public
@require_http_methods(["GET", "POST"])
def go(request: HttpRequest) -> HttpResponse:
    """Lead to the council's own sign-in; with `fresh` it asks for a proof made now. What a form brings along is kept meanwhile."""
    _only_where_connected()
    cookie_was_read(request)
    if request.method == "POST":
        return _go_on(request)
    fresh, to = request.GET.get("fresh") == "1", bounded(request.GET.get("next", ""))
    try:
        started = identity.provider().start(back=_back(), fresh=fresh, now=timezone.now())
    except OutsideError as exc:
        return _refused(request, exc, to)
    ceremony = Ceremony(
        started.state,
        started.nonce,
        started.verifier,
        started.at.timestamp(),
        fresh,
        to,
        request.user.pk,
    )
    return _keep(request, HttpResponseRedirect(started.url), ceremony)


def _go_on(request: HttpRequest) -> HttpResponse:
    """Keep what somebody had typed, sealed as it is, and go on by a page: a form of ours may lead to ourselves alone."""
    if typed.is_ours(brought := typed.kept(request)):  # nobody else's text is kept here for them
        session = request.session
        session.pop(KEPT, None)  # which reads it: one that is over has no key any more
        if session.session_key is None:
            session.create()
        session[KEPT] = [hashed(str(session.session_key)), brought]
    asked = {"next": bounded(request.POST.get("next", "")), "fresh": request.POST.get("fresh")}
    asked = {name: value for name, value in asked.items() if value}
    there = f"{addresses.link('sso')}?{urlencode(asked)}"
    page = render(request, "signing/go_on.html", {"there": there, "provider": settings.OIDC_NAME})
    page["Refresh"] = f"0; url={there}"
    return page


@public
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Receive who comes back; whoever is refused is told why, and what next."""
    _only_where_connected()
    state, to = request.GET.get("state", ""), ""
    try:
        ceremony = _opened(request, state)
        to = ceremony.to
        user, person = _arrived(request, ceremony)
    except (Refused, OutsideError) as exc:
        response = _refused(request, exc, to)
    else:
        response = come_in(request, user, "sso", person.proved or LONG_AGO, to, _kept(request))
    response.delete_cookie(_name(state), path=PATH, samesite="Lax")
    return response


def _kept(request: HttpRequest) -> str:
    """Return what was kept on the way there under the very key that is still the session's."""
    key, kept = request.session.get(KEPT, ("", ""))
    return str(kept) if key == hashed(str(request.session.session_key)) else ""


def _only_where_connected() -> None:
    if not identity.is_connected():
        raise Http404


def _back() -> str:
    """Return where the provider is to lead to, as it stands in its own list."""
    return addresses.link("sso_back")


def _arrived(request: HttpRequest, ceremony: Ceremony) -> tuple[StaffUser, identity.Person]:
    """Return the account of who came back, and what was said of them; raises Refused, OutsideError."""
    now = timezone.now()
    started = identity.Started(
        "",
        ceremony.state,
        ceremony.nonce,
        ceremony.verifier,
        datetime.fromtimestamp(ceremony.at, UTC),
        ceremony.fresh,
    )
    person = identity.provider().finish(
        started=started, answer=request.GET.dict(), back=_back(), now=now
    )
    user = joining.arrive(person=person, now=now)
    # Who proves anew who they are is the one who was signed in here: their work lies open.
    if ceremony.fresh and ceremony.who not in (None, user.pk):
        raise Refused("someone_else")
    return user, person


# The cookie.


def _name(state: str) -> str:
    """Return the name of a time's cookie; `__Secure-`, since `__Host-` would have it sent to every page of ours."""
    prefix = "__Secure-" if settings.SECURE_COOKIES else ""
    return f"{prefix}{COOKIE}{hashed(state)[:16]}"


def _keep(request: HttpRequest, response: HttpResponse, ceremony: Ceremony) -> HttpResponse:
    """Put a new time's cookie on the response; of many that were begun and left the first go."""
    begun = [name for name in request.COOKIES if COOKIE in name]
    for name in begun[: 1 - MOST_AT_ONCE]:  # a browser brings the oldest first
        response.delete_cookie(name, path=PATH, samesite="Lax")
    response.set_cookie(
        _name(ceremony.state),
        signing.dumps(asdict(ceremony), salt=COOKIE),
        max_age=LASTS_SECONDS,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response


def _opened(request: HttpRequest, state: str) -> Ceremony:
    """Return what this browser began with a state, once; raises Refused("not_begun", "used")."""
    cookie_was_read(request)
    kept = request.COOKIES.get(_name(state), "")
    try:
        ceremony = Ceremony(**signing.loads(kept, salt=COOKIE, max_age=LASTS_SECONDS))
    except (signing.BadSignature, TypeError) as exc:  # or of a version that kept other things
        raise Refused("not_begun") from exc
    if ceremony.state != state:
        raise Refused("not_begun")
    if not limits.is_first(f"sso:{state}", LASTS_SECONDS):
        raise Refused("used")
    return ceremony


# Who is not signed in.


def _refused(request: HttpRequest, exc: Exception, to: str) -> HttpResponse:
    """Draw the page that says why nobody was signed in, and what next."""
    code = "not_believed"
    if isinstance(exc, Refused):
        code = exc.code
    elif isinstance(exc, identity.Declined):
        code = "declined"
    elif isinstance(exc, TryLater):
        code = "away"
    if isinstance(exc, OutsideError):
        log.warning("not_signed_in", code=code, reason=str(exc))  # in words of ours, and of nobody
    context = {"code": code, "to": to, "provider": settings.OIDC_NAME}
    status = 503 if code == "away" else 403
    return render(request, "signing/not_signed_in.html", context, status=status)
