"""A caller's form goes from hand to hand: on from what they began online, back to them, or to them by a link."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.cases import handing
from doorstep.cases.models import Draft
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.intake.filling import Filling
from doorstep.messages import actions as messages
from doorstep.messages.short import quiet_until
from doorstep.web.desk import in_contact
from doorstep.web.desk.views.cases.caller import channel_of, session_of
from doorstep.web.form.over import or_where_it_went, over
from doorstep.web.form.session import FormSession, find
from doorstep.web.kit import limits
from doorstep.web.kit.access import actor, needs, owner

EMAIL = Question("email", "email", "Email address")
# Wrong codes of one adviser in an hour; links that one sends, and that one address gets.
MOST_WRONG, MOST_SENT, MOST_TO_ONE = 20, 60, 10


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Go on with what somebody began online, by the code they were shown, once they agreed."""
    if request.method == "GET":
        return _ask(request)
    whose = [f"help-code:{request.user.pk}"]
    if limits.reached(whose, MOST_WRONG, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    contact = in_contact.current(request)
    channel = contact.channel if contact else channel_of(request)
    try:
        draft = handing.take(
            code=request.POST.get("code", "")[:40],
            owner=owner(request),
            channel=channel,
            agreed="agreed" in request.POST,
            by=actor(request),
            now=timezone.now(),
        )
    except Refused as exc:
        if exc.code == "code_wrong":
            limits.over(whose, MOST_WRONG, 3600)
        return _ask(request, exc.code)
    in_contact.begun(request, channel)
    in_contact.begins(request, draft)
    in_contact.did(request, "begun", service=draft.slug)
    return redirect("desk_go_on", slug=draft.slug, draft=draft.pk)


def _ask(request: HttpRequest, refused: str = "") -> HttpResponse:
    context: dict[str, Any] = {"channels": ADVISER_CHANNELS, "channel": channel_of(request)}
    context |= {"refused": refused, "typed": request.POST}
    return render(request, "desk/help.html", context)


@needs("desk.send")
@require_POST
def give_back(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Give a form back to the browser that began it."""
    session = session_of(request, slug)
    try:
        handing.give_back(draft_id=draft, owner=session.owner, by=session.by, now=session.now)
    except (Refused, Draft.DoesNotExist):
        return over(request, session, draft)
    in_contact.did(request, "link", service=slug)
    return redirect("desk_go_on", slug=slug, draft=draft)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, slug: str, draft: UUID) -> HttpResponse:
    """Ask where the link to a caller's form goes, and send it; of one that they began online, offer to give it back."""
    return _link(request, session_of(request, slug), draft)


@or_where_it_went
def _link(request: HttpRequest, session: FormSession, draft: UUID) -> HttpResponse:
    filling = find(session, draft)
    if filling is None:
        return over(request, session, draft)
    if request.method == "GET":
        return _draw(request, session, filling)
    way = request.POST.get("by", "")
    try:
        to = _to(request, way)
        whose = [limits.mailbox("save", to)]
        if limits.over(whose, MOST_TO_ONE, 3600) or limits.over(
            [f"link-by:{request.user.pk}"], MOST_SENT, 3600
        ):
            return render(request, "kit/error.html", {"code": "too_many"}, status=429)
        messages.send_on(draft=filling.draft, to=to, by=session.by, now=session.now)
    except (Refused, Invalid) as exc:
        if exc.args == ("went_elsewhere",):
            raise
        return _draw(request, session, filling, way, exc)
    in_contact.did(request, "link", service=session.slug)
    return redirect(f"{reverse('desk_link', kwargs={'slug': session.slug, 'draft': draft})}?sent=1")


def _to(request: HttpRequest, way: str) -> str:
    """Return where the link goes, as it was typed: an e-mail address, or a number; raises Invalid."""
    if way == "email":
        return str(kinds.of(EMAIL).clean(EMAIL, request.POST, ()))
    return request.POST.get("phone", "")[:40].replace("@", "").strip()


def _draw(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    way: str = "",
    refused: Refused | Invalid | None = None,
) -> HttpResponse:
    draft = filling.draft
    known = {q.contact: draft.answers.get(q.id) for q in filling.service.form.questions.values()}
    context: dict[str, Any] = {
        "service": filling.service,
        "session": session,
        "draft": draft,
        "base": session.address(draft),
        "may_send": handing.may_be_sent_on(draft) and filling.service.is_online,
        "has_texts": council.current().texts is not None,
        "email": request.POST.get("email") or known.get("email") or "",
        "phone": request.POST.get("phone") or known.get("phone") or "",
        "sent_to": draft.saved_to if "sent" in request.GET else "",
        "goes_at": None if "@" in draft.saved_to else quiet_until(session.now),
        "way": way,
        "refused": refused,
        "question": EMAIL,
    }
    return render(request, "desk/sent_on.html", context)
