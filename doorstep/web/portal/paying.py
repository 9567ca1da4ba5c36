"""Paying: what is due, on to the provider, back again, and the receipt. No card data comes here."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.cases.models import Case
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.messages import queries as messages
from doorstep.payments import actions, queries
from doorstep.payments.models import LIVE, Attempt, Charge
from doorstep.web.kit import limits
from doorstep.web.kit.access import public
from doorstep.web.kit.opening import own_case
from doorstep.web.kit.visitor import may_open
from doorstep.web.kit.waiting import waiting
from doorstep.web.portal.case import led_to_code, told


def _charge(case: Case) -> Charge:
    charge = queries.latest(case)
    if charge is None:
        raise Http404
    return charge


def _context(case: Case, charge: Charge, attempt: Attempt | None) -> dict[str, object]:
    over = actions.is_over(charge, timezone.now())
    about: dict[str, object] = {"case": case, "charge": charge, "attempt": attempt, "over": over}
    about["by_staff"] = bool(attempt and attempt.state in LIVE and attempt.taken_by)
    about["written_to"] = messages.was_written_to(case)
    service = catalogue.service(case.version_id)
    says = fill(service.workflow.stages[case.stage].resident, words_of(case))
    return {**about, "service": service, "says": says}


@public
@never_cache
@require_http_methods(["GET", "POST"])
@led_to_code
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is to be paid, until when, and how the last attempt went; go to the provider."""
    case = own_case(request, reference)
    charge = _charge(case)
    if charge.state == "paid":
        return redirect("receipt", reference=case.reference)
    if request.method == "POST":
        # What is to be paid, and for which day, may be another since their page was made: they read it first.
        if request.POST.get("charge", str(charge.pk)) != str(charge.pk):
            return HttpResponseRedirect(
                f"{reverse('pay', kwargs={'reference': reference})}?newer=1"
            )
        return _begin(request, case, charge)
    context = _context(case, charge, queries.last_attempt(charge))
    context["newer"] = "newer" in request.GET
    page = render(request, "portal/pay.html", context)
    # A form's redirect to the provider must be allowed by name: everywhere else stays forbidden.
    page._csp_update = {"form-action": [settings.GOVUK_PAY_PAGES]}  # type: ignore[attr-defined]
    return page


def _begin(request: HttpRequest, case: Case, charge: Charge) -> HttpResponse:
    if limits.over([limits.person(request, "pay")], 60, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    now = timezone.now()
    try:
        attempt = actions.begin(charge_id=charge.pk, language=council.language(), now=now)
    except Refused:
        return redirect("pay", reference=case.reference)
    return _on(case, attempt)


def _on(case: Case, attempt: Attempt) -> HttpResponse:
    """Lead to where an attempt can go on: the provider's page, else ours that waits or says how it ended."""
    if attempt.state == "open" and attempt.next_url and not attempt.working:
        return HttpResponseRedirect(attempt.next_url)
    waits = attempt.state in LIVE
    return redirect("pay_wait" if waits else "pay", reference=case.reference)


@public
@never_cache
@require_GET
@led_to_code
def wait(request: HttpRequest, reference: str) -> HttpResponse:
    """Wait for the provider to make the payment, or to confirm it; asks again by itself."""
    case = own_case(request, reference)
    charge = _charge(case)
    attempt = queries.last_attempt(charge)
    theirs = attempt is not None and attempt.state in LIVE and not attempt.taken_by
    if attempt is None or not theirs or charge.state == "paid":
        return redirect("pay", reference=case.reference)
    if attempt.returned_at is None and attempt.state == "open" and not attempt.working:
        return _on(case, attempt)
    actions.ask_again(attempt=attempt)
    return waiting(request, "portal/pay_wait.html", _context(case, charge, attempt), ended=False)


@public
@never_cache
@require_GET
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """Take in a payer who comes back from the provider, and lead to how it went.

    The address lets in nobody: it lies in the provider's records and the browser's history. Whoever began the
    payment was let into the case before; another browser learns that we were told, and opens the case by its link.
    """
    if limits.over([limits.person(request, "pay-back")], 120, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    attempt = queries.by_return(token, timezone.now())
    if attempt is None or attempt.way != "card":
        raise Http404
    actions.come_back(attempt=attempt, now=timezone.now())
    reference = attempt.charge.case.reference
    attempt.refresh_from_db()
    ended = attempt.state not in LIVE
    if not may_open(request, reference):
        return render(request, "portal/came_back.html", {"attempt": attempt, "ended": ended})
    return redirect("pay" if ended else "pay_wait", reference=reference)


@public
@never_cache
@require_GET
@led_to_code
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what was paid, with its VAT, and what was given back; made to be printed."""
    case = own_case(request, reference)
    charges = queries.every(case)
    payments = queries.receipts(charges)
    if not payments:
        return redirect("pay", reference=case.reference)
    context = {**told(case, charges), **_context(case, payments[-1][0], None), "payments": payments}
    return render(request, "portal/receipt.html", context)
