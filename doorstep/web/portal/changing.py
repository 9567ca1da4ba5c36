"""A resident changes what they sent: the form's pages again, from the page of the case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.cases import changing
from doorstep.council.errors import Refused
from doorstep.staff.actor import RESIDENT
from doorstep.web.form import session as forms
from doorstep.web.kit import limits
from doorstep.web.kit.access import public
from doorstep.web.kit.opening import own_case
from doorstep.web.kit.visitor import keep
from doorstep.web.portal.case import led_to_code
from doorstep.web.portal.form import session_of


@public
@require_http_methods(["POST"])
@led_to_code
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin a change of a case: its form, with all that was answered."""
    case, now = own_case(request, reference), timezone.now()
    if limits.over([limits.person(request, "begin")], 300, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    session = session_of(request, case.slug)
    try:
        draft = changing.begin(
            case_id=case.pk, owner=session.owner, channel="online", by=RESIDENT, now=now
        )
    except Refused as exc:
        context = {"code": exc.code, "case_page": session.case_page(case.reference)}
        return render(request, "kit/error.html", context, status=409)
    return keep(request, forms.go_on(session, session.filling(draft)))
