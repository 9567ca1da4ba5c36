"""Says what became of a form that cannot be gone on with here; what was typed on the page is not lost."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from doorstep.cases import access
from doorstep.cases import queries as cases
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.forms.form import Question
from doorstep.web.form.session import FormSession

NOT_TYPED = ("csrfmiddlewaretoken", "seen", "save", "find", "update", "draft", "longer", "campaign")


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
    elsewhere = "sent_elsewhere" if other and other.sent_at else "elsewhere" if other else "gone"
    context = {
        "service": service,
        "session": session,
        "case": case,
        "code": "sent" if draft else elsewhere,
        "hours": access.UNSAVED_HOURS,
        "typed": _typed(request, list(service.form.questions.values())),
    }
    drawn = render(request, "form/over.html", context, status=200 if draft else 410)
    return session.let_in(drawn, case) if case else drawn


def _typed(request: HttpRequest, questions: list[Question]) -> list[tuple[str, str]]:
    """Return what was typed on the page that was sent, by the question it was for."""
    rows = []
    for name in request.POST:
        text = " ".join(request.POST.getlist(name)).strip()
        of = next((q for q in questions if name == q.id or name.startswith(f"{q.id}-")), None)
        if text and name not in NOT_TYPED:
            rows.append((of.label if of else "", text))
    return rows
