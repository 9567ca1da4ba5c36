"""To be told of a street, a ward or a report: ask, confirm, stop. Nothing says whether an address is known."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.reports import following
from doorstep.web.kit import limits
from doorstep.web.kit.access import public

EMAIL = Question("email", "email", "Email address")


def _named(kind: str, key: str) -> str:
    name = following.named(kind, key)
    if not name:
        raise Http404
    return name


@public
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Ask for an e-mail address, and send it a link to confirm; the answer is alike for every address."""
    context: dict[str, object] = {"name": _named(kind, key), "kind": kind, "key": key}
    context |= {"question": EMAIL, "email": request.POST.get("email", "")[:254]}
    if request.method == "GET":
        return render(request, "portal/reports/follow.html", context)
    try:
        email = str(kinds.of(EMAIL).clean(EMAIL, request.POST, ()))
    except Invalid as exc:
        return render(request, "portal/reports/follow.html", context | {"wrong": exc})
    whose = [limits.person(request, "follow"), limits.mailbox("follow", email)]
    if limits.over(whose, 10, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    following.ask(kind=kind, key=key, email=email, now=timezone.now())
    return redirect("follow_asked", kind=kind, key=key)


@public
@require_GET
def asked(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Say that a link is on its way, whatever the address was."""
    return render(request, "portal/reports/follow_asked.html", {"name": _named(kind, key)})


@public
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Offer to confirm; only the button does, so that a mail scanner's visit changes nothing."""
    follower = following.SUBSCRIPTIONS.by_confirm_link(token)
    if follower is None:
        raise Http404
    if request.method == "POST":
        try:
            follower = following.SUBSCRIPTIONS.confirm(token=token, now=timezone.now())
        except Refused as exc:
            raise Http404 from exc
    context = {"follower": follower, "name": following.named(follower.kind, follower.key)}
    return render(request, "portal/reports/follow_confirm.html", context)


# Mail programs stop by a POST without cookies (RFC 8058); the token is the secret.
@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Offer to stop; the button, or a mail program's one click, does. Of a link that stops nothing that is said."""
    if request.method == "POST":
        context = {"stopped": following.SUBSCRIPTIONS.stop(token=token)}
        return render(request, "portal/reports/follow_stop.html", context)
    context = {"open": following.SUBSCRIPTIONS.is_stop_link(token)}
    return render(request, "portal/reports/follow_stop.html", context)
