"""Help with a form that is filled in online: a code by which an adviser goes on with it, as its person agrees by reading it out."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from doorstep.cases import handing
from doorstep.cases.models import Draft
from doorstep.council.errors import Refused
from doorstep.intake.filling import Filling
from doorstep.web.form.over import WAITS_SECONDS, or_where_it_went, over
from doorstep.web.form.session import FormSession, find, go_on
from doorstep.web.kit import limits
from doorstep.web.kit.waiting import waiting

# Codes from one address in an hour: a library has many readers behind one.
MOST = 60


def is_offered(session: FormSession, draft: Draft) -> bool:
    """Say whether an adviser can go on with a form: a resident's own, and no change of a case, which advisers make themselves."""
    return session.owner.kind == "browser" and draft.changes_id is None


def make_code(request: HttpRequest, session: FormSession, filling: Filling) -> HttpResponse:
    """Make a code for a form and lead to the page that shows it."""
    if not is_offered(session, filling.draft):
        return go_on(session, filling)
    if limits.over([limits.person(request, "help")], MOST, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    there = f"{session.address(filling.draft)}/help/code"
    try:
        handing.make_code(draft_id=filling.draft.pk, owner=session.owner, now=session.now)
    except Refused as exc:
        if exc.code == "not_theirs":
            return over(request, session, filling.draft.pk)
        return HttpResponseRedirect(f"{there}?often=1")
    return HttpResponseRedirect(there)


@or_where_it_went
def code(request: HttpRequest, session: FormSession, draft_id: UUID) -> HttpResponse:
    """Show the code to read out and whom to ring, or make one; or take the form back from the adviser who has it."""
    if "here" in request.POST:
        return _take_back(request, session, draft_id)
    filling = find(session, draft_id)
    if filling is None:
        return over(request, session, draft_id)
    if not is_offered(session, filling.draft):
        return go_on(session, filling)
    if request.method == "POST":
        return make_code(request, session, filling)
    made = handing.code_of(filling.draft, session.now)
    context = {
        "service": filling.service,
        "session": session,
        "draft": filling.draft,
        "base": session.address(filling.draft),
        "code": made[0] if made else "",
        "until": made[1] if made else None,
        "often": "often" in request.GET,
    }
    return waiting(request, "form/help.html", context, ended=made is None, every=WAITS_SECONDS)


def _take_back(request: HttpRequest, session: FormSession, draft_id: UUID) -> HttpResponse:
    try:
        handing.take_back(draft_id=draft_id, owner=session.owner, now=session.now)
    except (Refused, Draft.DoesNotExist):
        return over(request, session, draft_id)
    return HttpResponseRedirect(f"{session.base}/{draft_id}")
