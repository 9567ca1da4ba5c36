"""Who may call: anyone within a limit, or a token with a scope; and the door around every address."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from ninja.security import HttpBearer

from doorstep.staff import actions as staff
from doorstep.staff import queries as known
from doorstep.staff.actor import Actor
from doorstep.staff.models import Token
from doorstep.web.api.problems import Problem, drawn
from doorstep.web.kit import limits, log
from doorstep.web.kit.when_away import AWAY, COME_BACK_SECONDS

LARGEST = 100_000
View = Callable[..., HttpResponseBase]


def _count(request: HttpRequest, whose: list[str], most: int, seconds: int) -> None:
    """Count a call; the door says in its headers how the caller stands."""
    standing = limits.count(whose, most, seconds)
    request.standing = standing  # type: ignore[attr-defined]
    if standing.is_over:
        raise Problem(429, "too_many")


class Anyone:
    """Lets anyone in, so many times in so many seconds from one address."""

    def __init__(self, what: str, most: int, seconds: int) -> None:
        self.what, self.most, self.seconds = what, most, seconds

    def __call__(self, request: HttpRequest) -> bool:
        """Count the call."""
        _count(request, [limits.person(request, self.what)], self.most, self.seconds)
        return True


READERS = Anyone("api", 300, 60)
# The same count as that of the form: what one person may look up, by whichever door.
FINDERS = Anyone("postcode", 60, 600)


class Bearer(HttpBearer):
    """Lets a valid token with the scope in; nothing else, and no cookie."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Return the token; raises Problem."""
        now = timezone.now()
        key = known.token_by_secret(token.strip(), now)
        if key is None:
            _count(request, [limits.person(request, "api-refused")], 60, 60)
            return None
        # One statement for both: a token used from many places, and many tokens from one.
        _count(request, [f"token:{key.pk}", limits.person(request, "api-token")], 600, 60)
        if self.scope not in key.scopes:
            raise Problem(403, "scope_missing")
        staff.token_used(token=key, now=now)
        if request.method == "POST":
            _check_body(request)
        return key


CREATE, READ = Bearer("cases:create"), Bearer("cases:read")


def _check_body(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise Problem(415, "not_json_type")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Problem(413, "too_large")


def token_of(request: HttpRequest) -> Token:
    """Return the token that came in."""
    return cast(Token, request.auth)  # type: ignore[attr-defined]


def check_service(request: HttpRequest, slug: str) -> None:
    """Refuse what is not of the services that the token is for; raises Problem 403."""
    who = token_of(request).who
    if who.services and slug not in who.services:
        raise Problem(403, "service_not_its")


def actor(request: HttpRequest) -> Actor:
    """Return the system that acts, by its token's name."""
    return Actor("token", token_of(request).name)


def count_home(request: HttpRequest, uprn: object) -> None:
    """Limit a caller's look-ups of one home, as the form does; raises Problem."""
    if not isinstance(uprn, str):
        return  # none was named: the answers say so
    standing = limits.count([limits.at_home(request, uprn)], 60, 3600)
    if standing.is_over:
        request.standing = standing  # type: ignore[attr-defined]
        raise Problem(429, "too_many")


def door(view: View) -> View:
    """Answer HEAD as GET, errors as problems, and say how the caller stands under the limits."""

    @csrf_exempt
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "HEAD":
            request.method = "GET"
        try:
            answer = view(request, *args, **kwargs)
        except Problem as exc:
            answer = drawn(exc.json)
        except AWAY as exc:
            log.fault(request, exc)
            answer = drawn(Problem(503, "away").json)
            answer["Retry-After"] = str(COME_BACK_SECONDS)
        except Exception as exc:
            log.fault(request, exc)
            answer = drawn(Problem(500, "broken").json)
        return _with_headers(request, answer)

    # Each operation behind it says who may call (Anyone, Bearer); a test walks them all.
    guarded.permission = ""  # type: ignore[attr-defined]
    return guarded


def _with_headers(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    if answer.status_code == 405:
        allow = answer["Allow"]
        answer = drawn(Problem(405, "method_not_allowed").json)
        answer["Allow"] = ", ".join(sorted(allow.split(", ")))
    if answer.status_code == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="api"'
    if standing := getattr(request, "standing", None):
        answer["RateLimit-Policy"] = f'"calls";q={standing.most};w={standing.seconds}'
        answer["RateLimit"] = f'"calls";r={max(0, standing.left)};t={standing.wait}'
        if answer.status_code == 429:
            answer["Retry-After"] = str(standing.wait)
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def nowhere(request: HttpRequest, *rest: str) -> HttpResponse:
    """Answer for an address that is none."""
    raise Problem(404, "not_found")
