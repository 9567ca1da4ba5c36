"""Tokens by which other systems use the API: list, make, revoke."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.staff import actions as staff
from doorstep.staff import queries as known
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.kit.access import needs
from doorstep.web.kit.proof import proved


def _meanings() -> dict[str, str]:
    """Return what each scope lets a system do, in words."""
    return {
        "cases:create": _("Send requests for residents"),
        "cases:read": _("Read where cases stand"),
    }


@needs("tokens.manage")
@require_GET
def tokens(request: HttpRequest) -> HttpResponse:
    """List every token: what it may do, who made it, when it was last used."""
    now = timezone.now()
    rows = [(t, t.state(now)) for t in known.tokens()]
    return render(request, "desk/tokens.html", {"rows": rows, "meanings": _meanings()})


def _asked(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    typed = request.POST
    choices = {"scopes": typed.getlist("scope"), "meanings": _meanings(), "days": staff.DAYS}
    choices |= {"services": catalogue.running(), "chosen": typed.getlist("service")}
    code = refused.code if refused else ""
    return render(request, "desk/token_new.html", {**choices, "refused": code, "typed": typed})


@needs("tokens.manage")
@proved
@require_http_methods(["GET", "POST"])
@says_why_not(_asked)
def new(request: HttpRequest) -> HttpResponse:
    """Ask what a new token is for; once made, show its secret, this once."""
    if request.method == "GET":
        return _asked(request)
    user: Any = request.user
    typed = request.POST
    services = typed.getlist("service")
    if set(services) - {service.slug for service in catalogue.running()}:
        raise Refused("token_services_gone")  # none named would be every service
    token, secret = staff.make_token(
        name=typed.get("name", ""),
        scopes=typed.getlist("scope"),
        days=_number(typed.get("days", "")),
        by=user,
        now=timezone.now(),
        services=services,
    )
    return _once(request, {"token": token, "secret": secret, "meanings": _meanings()})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else 0


def _once(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """Show a secret; no cache keeps the page."""
    answer = render(request, "desk/token_made.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@needs("tokens.manage")
@proved
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a token should stop working, and stop it."""
    user: Any = request.user
    token = known.token(number)
    if token is None:
        raise Http404
    if request.method == "POST":
        staff.revoke_token(token_id=token.pk, by=user, now=timezone.now())
        return redirect("tokens")
    state = token.state(timezone.now())
    return render(request, "desk/token_revoke.html", {"token": token, "state": state})
