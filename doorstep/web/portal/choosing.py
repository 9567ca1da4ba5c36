"""What residents choose on the page of their case, of what the service offers there."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from doorstep.cases import asking, choosing, locking
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.payments import queries as payments
from doorstep.staff.actor import RESIDENT
from doorstep.web.kit.access import public
from doorstep.web.kit.opening import own_case
from doorstep.web.portal.case import led_to_code, told


@public
@never_cache
@require_http_methods(["GET", "POST"])
@led_to_code
def choose(request: HttpRequest, reference: str, choice: str) -> HttpResponse:
    """Say what a choice means and until when, and ask once more; then do it."""
    case, now = own_case(request, reference), timezone.now()
    try:
        if request.method == "GET":
            return _ask(request, case, choice, now)
        about = {
            "chosen": request.POST.get(asking.FIELD, ""),
            "made_at": request.POST.get("at", "-"),
        }
        case = choosing.choose(case_id=case.pk, name=choice, by=RESIDENT, now=now, **about)
    except Refused as exc:
        case = own_case(request, reference)
        if exc.code in ("changed_since", "choice_gone") and choosing.was_chosen(case, choice):
            return redirect("case", reference=case.reference)  # pressed twice
        if choosing.is_asked_again(case, choice, exc, now):
            return _ask(request, case, choice, now, exc.code)
        context = {**told(case), "refused": exc.code}
        return render(request, "portal/not_chosen.html", context, status=409)
    return redirect("pay" if payments.due(case) else "case", reference=case.reference)


def _ask(
    request: HttpRequest, case: Case, choice: str, now: datetime, refused: str = ""
) -> HttpResponse:
    context = {
        **told(case),
        "choice": choosing.one(case, choice, now),
        "question": asking.question(case, choice),
        "options": asking.options(case, choice, now),
        "at": locking.standing(case),
        "refused": refused,
    }
    return render(request, "portal/choose.html", context)
