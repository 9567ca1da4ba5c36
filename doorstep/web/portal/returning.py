"""Coming back: saving a draft by a link, opening a case by a code."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.cases import access, drafts
from doorstep.cases import queries as cases
from doorstep.cases.models import Draft
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.insight import actions as insight
from doorstep.messages import actions as messages
from doorstep.web.form.over import over
from doorstep.web.form.session import find
from doorstep.web.kit import limits
from doorstep.web.kit.access import public
from doorstep.web.kit.visitor import forget as drop_cookies
from doorstep.web.kit.visitor import is_known, keep, let_in, owner
from doorstep.web.portal.form import session_of
from doorstep.web.portal.online import only_online

EMAIL = Question("email", "email", "Email address")


def _too_many(request: HttpRequest, what: str, most: int, *also: str) -> HttpResponse | None:
    """Return the page for who does something too often; `also` are limits beside the person's own."""
    if not limits.over([limits.person(request, what), *also], most, 3600):
        return None
    return render(request, "kit/error.html", {"code": "too_many"}, status=429)


def _email(request: HttpRequest) -> str:
    return str(kinds.of(EMAIL).clean(EMAIL, request.POST, ()))


def _about(draft: Draft) -> dict[str, object]:
    service = catalogue.service(draft.version_id)
    reach = (q.id for q in service.form.questions.values() if q.contact == "email")
    email = draft.saved_to if "@" in draft.saved_to else ""
    email = email or next((draft.answers.get(q) for q in reach), "")
    base = reverse("go_on", kwargs={"slug": draft.slug, "draft": draft.pk})
    return {"service": service, "draft": draft, "base": base, "email": email or ""}


@public
@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Ask where to send the link to what was filled in so far, and send it."""
    session = session_of(request, slug)
    filling = find(session, draft)
    if filling is None:
        return over(request, session, draft)
    return _save(request, filling.draft)


def _save(request: HttpRequest, draft: Draft) -> HttpResponse:
    if request.method == "GET":
        return render(request, "portal/save.html", _about(draft))
    try:
        email = _email(request)
        if refused := _too_many(request, "save", 10, limits.mailbox("save", email)):
            return refused
        messages.save(draft=draft, email=email, now=timezone.now())
    except Invalid as exc:
        context = {**_about(draft), "email": request.POST.get("email", ""), "wrong": exc}
        return render(request, "portal/save.html", {**context, "question": EMAIL})
    return redirect("saved", slug=draft.slug, draft=draft.pk)


@public
@require_GET
def saved(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Say where the link went and until when it works, and offer to change the address."""
    session = session_of(request, slug)
    filling = find(session, draft)
    if filling is None:
        return over(request, session, draft)
    if not filling.draft.saved_to:
        return redirect("save", slug=slug, draft=draft)
    context = {**_about(filling.draft), "until": access.expires_at(filling.draft)}
    return render(request, "portal/saved.html", {**context, "session": session})


@public
@require_http_methods(["GET", "POST"])
@only_online
def resume(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Offer to go on with a saved draft; only the button binds it to this browser, so a scanner changes nothing."""
    if refused := _too_many(request, "link", 30):
        return refused
    draft = access.by_draft_link(token)
    if draft is None or draft.slug != slug:
        raise Http404
    if draft.sent_at:
        return render(request, "kit/error.html", {"code": "already_sent"}, status=409)
    if request.method == "GET" and not drafts.is_shut(draft):
        context = {**_about(draft), "until": access.expires_at(draft)}
        return render(request, "portal/resume.html", context)
    try:
        access.resume(token=token, owner=owner(request), now=timezone.now())
    except Refused as exc:
        if exc.code != "link_shut":
            raise
        return render(request, "kit/error.html", {"code": exc.code}, status=410)
    return keep(request, redirect("go_on", slug=slug, draft=draft.pk))


@public
@require_http_methods(["GET", "POST"])
def forget(request: HttpRequest) -> HttpResponse:
    """Forget all that this browser could open: forms that were not sent, cases, the home it remembered."""
    if request.method == "GET":
        return render(request, "portal/forget.html", {})
    unsaved = cases.unfinished(owner(request), timezone.now()).filter(saved_key="")
    dropped = 0
    if is_known(request):
        insight.count_dropped(unsaved)
        dropped = drafts.drop(drafts=unsaved)
    return drop_cookies(render(request, "portal/forget.html", {"done": True, "dropped": dropped}))


@public
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for reference and email address, and answer alike whether or not they are known."""
    if request.method == "GET":
        typed = {"reference": request.GET.get("reference", "")[:40].strip()}
        return render(request, "portal/ask.html", {"typed": typed})
    reference = request.POST.get("reference", "").strip()
    try:
        if not reference:
            raise Refused("reference_missing")
        email = _email(request)
    except (Refused, Invalid) as exc:
        context = {"wrong": exc, "question": EMAIL, "typed": request.POST}
        return render(request, "portal/ask.html", context)
    if refused := _too_many(request, "code", 10):
        return refused
    asked_for = messages.ask_code(reference=reference, email=email, now=timezone.now())
    return redirect("code", access_id=asked_for)


@public
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """Take the code that was sent, and open the case."""
    if request.method == "GET":
        return render(request, "portal/code.html", {"access": access_id})
    reference = access.tried_of(access_id)
    of_case = limits.over([f"code-of:{reference or access_id}"], 100, 3600)
    if refused := _too_many(request, "code-tried", 0 if of_case else 30):
        return refused
    typed = request.POST.get("code", "")[:20]
    try:
        case = access.open_by_code(access_id=access_id, code=typed, now=timezone.now())
    except Refused as exc:
        context = {"access": access_id, "refused": exc.code, "typed": typed}
        return render(request, "portal/code.html", context)
    return let_in(request, redirect("case", reference=case.reference), case.reference)
