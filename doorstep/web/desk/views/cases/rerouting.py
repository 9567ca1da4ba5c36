"""Moves a case to the service it belongs to, and takes that back."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from doorstep.cases import queries as cases
from doorstep.cases import rerouting
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.intake import prefill
from doorstep.web.desk.case_state import locked_state
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.desk.views.cases.caller import session_of
from doorstep.web.desk.views.cases.case import again, back_to
from doorstep.web.form.session import begin_filling
from doorstep.web.form.session import go_on as go_on_with
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import NOT_THEIRS, may, open_case


@needs("desk.decide")
@require_POST
@says_why_not(again)
@as_it_was_seen(locked_state, "stage")
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Move a case to another service, with all that was said; only what is missing is asked."""
    case, to = open_case(request, reference), request.POST.get("to", "")
    rerouting.move(case_id=case.pk, to=to, by=actor(request), now=timezone.now())
    return _go_on(request, open_case(request, reference), to)


@needs("desk.decide")
@require_POST
@says_why_not(again)
def go_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on with the form of the service that a case was moved to, as long as it was not sent."""
    case = open_case(request, reference)
    to = str(case.facts.get("moved", {}).get("to", ""))
    if not to or rerouting.came_of(case):
        return back_to(case)
    return _go_on(request, case, to)


def _go_on(request: HttpRequest, case: Case, to: str) -> HttpResponse:
    session = session_of(request, to, case.channel)
    if catalogue.current(to) is None:  # it was taken out of service meanwhile
        raise Refused("no_such_service")
    begun = cases.unfinished(session.owner, session.now, slug=to).filter(moved_from=case).first()
    if begun:
        return go_on_with(session, session.filling(begun))
    filling = begin_filling(session)
    new_case = prefill.move_on(filling, case)
    return session.done(new_case) if new_case else go_on_with(session, filling)


@needs("desk.decide")
@require_POST
@says_why_not(again)
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a move back that was a slip."""
    case = open_case(request, reference)
    became = rerouting.came_of(case)
    if became is not None and not may(request, "desk.decide", became):
        raise PermissionDenied(NOT_THEIRS)
    rerouting.undo(case_id=case.pk, by=actor(request), now=timezone.now())
    return back_to(case)
