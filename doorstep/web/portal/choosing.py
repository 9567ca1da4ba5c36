"""What residents choose on the page of their case: what the service offers there, or to open it again."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from doorstep.cases import asking, choosing, locking
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.files.errors import BadFile
from doorstep.payments import queries as payments
from doorstep.staff.actor import RESIDENT
from doorstep.web.kit import uploads
from doorstep.web.kit.access import public
from doorstep.web.portal.case import own_case, told


@public
@never_cache
@require_http_methods(["GET", "POST"])
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


@public
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask what is not right about a closed case, and open it again."""
    case = own_case(request, reference)
    context = {**told(case), "typed": request.POST, "refused": ""}
    if request.method == "GET":
        if not context["reopen"]:
            return render(request, "kit/error.html", {"code": "not_reopenable"}, status=409)
        return render(request, "portal/reopen.html", context)
    try:
        file = request.FILES.get("photo")
        choosing.reopen(
            case_id=case.pk,
            text=request.POST.get("text", "")[:2000],
            photo=uploads.take(request, file, of=case.reference, now=timezone.now())
            if file
            else "",
            by=RESIDENT,
            now=timezone.now(),
        )
    except (Refused, BadFile) as exc:
        if exc.code == "text_missing" or isinstance(exc, BadFile):
            return render(
                request,
                "portal/reopen.html",
                {**context, "refused": exc.code, "values": exc.values},
            )
        return render(request, "kit/error.html", {"code": exc.code}, status=409)
    return redirect("case", reference=case.reference)
