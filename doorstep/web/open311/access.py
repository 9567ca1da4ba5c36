"""Who may call, how often and by which method; and the door around every address."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.staff import actions as staff
from doorstep.staff import queries as known
from doorstep.staff.actor import Actor
from doorstep.staff.models import Token
from doorstep.web.kit import limits, log
from doorstep.web.kit.when_away import AWAY, COME_BACK_SECONDS
from doorstep.web.open311.formats import MEDIA, drawn
from doorstep.web.open311.problems import Problem, wrong

LARGEST, LARGEST_WITH_PHOTOS = 100_000, 128 * 1024 * 1024
SCOPE = "cases:create"
FORM, WITH_PHOTOS = "application/x-www-form-urlencoded", "multipart/form-data"
View = Callable[..., HttpResponse]
UNREADABLE = (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent, UnicodeError)


def jurisdiction() -> str:
    """Return the name of the jurisdiction here: the host of this site."""
    return urlsplit(addresses.base()).hostname or ""


def _jurisdictions() -> set[str]:
    """Return every name under which programs may ask here: the site's host, and what the council says besides."""
    names = (jurisdiction(), *council.current().jurisdictions)
    return {name.lower().removeprefix("www.") for name in names}


def _count(request: HttpRequest, whose: list[str], most: int, seconds: int) -> None:
    standing = limits.count(whose, most, seconds)
    if standing.is_over:
        request.wait = standing.wait  # type: ignore[attr-defined]
        raise Problem(429, "too_many")


def key_of(request: HttpRequest) -> Token | None:
    """Return the token that came as `api_key`, or as `Authorization: Bearer`; nothing when none came.

    The header keeps the key out of addresses, which are logged on the way. Raises Problem 403.
    """
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    param = request.POST.get("api_key") or request.GET.get("api_key") or ""
    secret = bearer.strip() if scheme.lower() == "bearer" else param.strip()
    if not secret:
        return None
    now = timezone.now()
    key = known.token_by_secret(secret, now)
    if key is None:
        _count(request, [limits.person(request, "api-refused")], 60, 60)
        raise Problem(403, "no_key")
    _count(request, [f"token:{key.pk}", limits.person(request, "api-token")], 600, 60)
    if SCOPE not in key.scopes:
        raise Problem(403, "scope_missing")
    staff.token_used(token=key, now=now)
    return key


def sender(request: HttpRequest) -> Token:
    """Return the token of who sends something; raises Problem 403 where none came."""
    key = key_of(request)
    if key is None:
        _count(request, [limits.person(request, "api-refused")], 60, 60)
        raise Problem(403, "no_key")
    return key


def actor(token: Token) -> Actor:
    """Return the program that acts, by its token's name."""
    return Actor("token", token.name)


def _check(request: HttpRequest) -> None:
    """Refuse what no call may be; raises Problem."""
    if request.method == "POST":
        most = {FORM: LARGEST, WITH_PHOTOS: LARGEST_WITH_PHOTOS}.get(request.content_type or "")
        if most is None:
            raise Problem(415, "not_a_form")
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise Problem(413, "too_large")
        if (request.encoding or "utf-8").lower() not in ("utf-8", "utf8"):
            raise wrong("Send the form as UTF-8.")
    else:
        _count(request, [limits.person(request, "api")], 300, 60)
    site = request.GET.get("jurisdiction_id") or request.POST.get("jurisdiction_id") or ""
    if site and site.strip().lower().removeprefix("www.") not in _jurisdictions():
        raise Problem(404, "no_such_jurisdiction")


def _answer(request: HttpRequest, view: View, params: Mapping[str, Any]) -> HttpResponse:
    kind = str(params["format"])
    try:
        if kind not in MEDIA:
            raise Problem(404, "not_found")
        _check(request)
        return view(request, **params)
    except Problem as exc:
        answer = _errors(kind, exc)
        if exc.status == 429:
            answer["Retry-After"] = str(getattr(request, "wait", 60))
        return answer
    except RequestDataTooBig:
        return _errors(kind, Problem(413, "too_large"))
    except UNREADABLE:
        return _errors(kind, wrong("The form cannot be read."))
    except AWAY as exc:
        log.fault(request, exc)
        answer = _errors(kind, Problem(503, "away"))
        answer["Retry-After"] = str(COME_BACK_SECONDS)
        return answer
    except Exception as exc:
        log.fault(request, exc)
        return _errors(kind, Problem(500, "broken"))


def _errors(kind: str, problem: Problem) -> HttpResponse:
    return drawn(kind if kind in MEDIA else "xml", "errors", problem.errors, problem.status)


@csrf_exempt
def nowhere(request: HttpRequest, *rest: str) -> HttpResponse:
    """Answer for an address that is none."""
    return _errors("json" if request.path.endswith(".json") else "xml", Problem(404, "not_found"))


nowhere.permission = ""  # type: ignore[attr-defined]


def door(**views: View) -> View:
    """Return the view of an address from one for each method; HEAD is answered as GET, any other not at all."""
    allowed = sorted([*views, "HEAD"])

    @csrf_exempt
    def guarded(request: HttpRequest, **given: Any) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in views:
            answer = _errors(str(given["format"]), Problem(405, "method_not_allowed"))
            answer["Allow"] = ", ".join(allowed)
            return answer
        answer = _answer(request, views[method], given)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    # Anyone may read; what sends asks for its key itself (`sender`), and tests walk them all.
    guarded.permission = ""  # type: ignore[attr-defined]
    return guarded
