"""A note by e-mail the evening before: ask, confirm, stop. Nothing says whether an address is known."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.places import queries as places
from doorstep.places.models import Property
from doorstep.waste import notes
from doorstep.web.kit import limits
from doorstep.web.kit.access import public

EMAIL = Question("email", "email", "Email address")


def _home(uprn: str) -> Property:
    home = places.find(uprn)
    if home is None:
        raise Http404
    return home


def _too_often(request: HttpRequest, email: str) -> bool:
    """Limit what one person sends, and what one mailbox gets; a home's own people are kept out by nobody else."""
    whose = [limits.person(request, "note"), limits.mailbox("note", email)]
    return limits.over(whose, 10, 3600)


@public
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, uprn: str) -> HttpResponse:
    """Ask for an e-mail address, and send it a link to confirm; the answer is alike for every address."""
    home = _home(uprn)
    context: dict[str, object] = {"home": home, "question": EMAIL, "email": ""}
    if request.method == "GET":
        return render(request, "portal/bins/note.html", context)
    try:
        email = str(kinds.of(EMAIL).clean(EMAIL, request.POST, ()))
    except Invalid as exc:
        context |= {"wrong": exc, "email": request.POST.get("email", "")[:254]}
        return render(request, "portal/bins/note.html", context)
    if _too_often(request, email):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    notes.ask(home=home, email=email, now=timezone.now())
    return redirect("note_asked", uprn=home.uprn)


@public
@require_GET
def asked(request: HttpRequest, uprn: str) -> HttpResponse:
    """Say that a link is on its way, whatever the address was."""
    return render(request, "portal/bins/note_asked.html", {"home": _home(uprn)})


@public
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Offer to confirm; only the button does, so that a mail scanner's visit changes nothing."""
    note = notes.SUBSCRIPTIONS.by_confirm_link(token)
    if note is None:
        raise Http404
    if request.method == "POST":
        try:
            note = notes.SUBSCRIPTIONS.confirm(token=token, now=timezone.now())
        except Refused as exc:
            raise Http404 from exc
    return render(request, "portal/bins/note_confirm.html", {"note": note, "home": note.place})


# Mail programs stop a note by a POST without cookies (RFC 8058); the token is the secret.
@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Offer to stop; the button, or a mail program's one click, does. Of a link that stops nothing that is said."""
    if request.method == "POST":
        context = {"stopped": notes.SUBSCRIPTIONS.stop(token=token)}
        return render(request, "portal/bins/note_stop.html", context)
    context = {"open": notes.SUBSCRIPTIONS.is_stop_link(token)}
    return render(request, "portal/bins/note_stop.html", context)
