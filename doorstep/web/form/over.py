"""Says what became of a form that cannot be gone on with here; what was typed on the page is not lost."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from doorstep.cases import access, handing
from doorstep.cases import queries as cases
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.web.form.session import FormSession
from doorstep.web.kit import seen
from doorstep.web.kit.waiting import waiting

# How often a page asks whether the adviser is done.
WAITS_SECONDS = 10
# Fields that are no answers: buttons of each page, and what a form whose pages stand on one sends beside (`at_once`).
BUTTONS = ("csrfmiddlewaretoken", "save", "longer", "help", "link", "campaign", "add")
LOOKS = ("update", "find", "another", "pass_on", "override", "beside", "rule", "drawn", seen.FIELD)
NOT_TYPED = (*BUTTONS, *LOOKS, "draft", "here")


def not_online(request: HttpRequest, service: Service) -> HttpResponse:
    """Draw how to ask for a service that this council does not offer online."""
    return render(request, "form/not_online.html", {"service": service}, status=404)


def over(request: HttpRequest, session: FormSession, draft_id: UUID) -> HttpResponse:
    """Draw why a form is not there for this person: sent, opened in another browser, or gone."""
    service = catalogue.current(session.slug)
    draft = cases.draft(draft_id, session.owner, session.now)
    if service is None or (draft and draft.slug != session.slug):
        raise Http404
    if not session.may_ask(service):
        return not_online(request, service)
    case = draft.changes or Case.objects.filter(draft=draft).first() if draft else None
    if draft and case is None:  # it goes on: another page of it was asked for
        raise Http404
    other = None if draft else cases.went_on_elsewhere(draft_id, session.owner)
    if other and other.sent_at and _is_told(session, other):
        case = Case.objects.filter(draft=other, restricted=False).first()
    context = {
        "service": service,
        "session": session,
        "case": case,
        "code": "sent" if case else _where(session, other),
        "here": f"{session.base}/{draft_id}/help/code",
        "hours": access.UNSAVED_HOURS,
        "typed": _typed(request, list(service.form.questions.values())),
    }
    waits = context["code"] == "with_adviser"
    is_over = not waits or bool(context["typed"])  # what was typed stands there to be copied
    drawn = waiting(request, "form/over.html", context, ended=is_over, every=WAITS_SECONDS)
    drawn.status_code = 200 if case or waits else 410
    return session.let_in(drawn, case) if case else drawn


def _is_told(session: FormSession, other: Draft) -> bool:
    """Say whether somebody is told what became of a form that another sent: their own that an adviser had, or a caller's."""
    return handing.lent(other, session.owner) or (session.by.is_staff and bool(other.handed))


def _where(session: FormSession, other: Draft | None) -> str:
    """Return where a form goes on that is not there for this person."""
    if other is None:
        return "gone"
    if other.sent_at:
        return "sent_elsewhere"
    if handing.lent(other, session.owner):
        return "with_adviser"
    return "with_caller" if session.by.is_staff and other.owner_kind == "browser" else "elsewhere"


def or_where_it_went(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say of a form that went to another in this very moment where it went, with what was typed."""

    @wraps(view)
    def shown(
        request: HttpRequest, session: FormSession, draft_id: UUID, *more: Any
    ) -> HttpResponse:
        try:
            return view(request, session, draft_id, *more)
        except Refused as exc:
            if exc.code != "went_elsewhere":
                raise
            return over(request, session, draft_id)

    return shown


def _typed(request: HttpRequest, questions: list[Question]) -> list[tuple[str, str]]:
    """Return what was typed on the page that was sent, by the question it was for."""
    rows = []
    for name in request.POST:
        text = " ".join(request.POST.getlist(name)).strip()
        of = next((q for q in questions if name == q.id or name.startswith(f"{q.id}-")), None)
        if text and name not in NOT_TYPED:
            rows.append((of.label or of.short if of else "", text))
    return rows
