"""Taking a payment for somebody: by telephone on the provider's page, by a link, at a counter; or waiving it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import pounds
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.messages import another_way
from doorstep.payments import actions, queries, taking, waiving
from doorstep.payments.models import COUNTER, LIVE, Attempt, Charge, Waiver
from doorstep.web.desk import in_contact
from doorstep.web.desk.case_state import free_state, locked_state
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.desk.views.cases.case import again as case_again
from doorstep.web.desk.views.cases.case import back_to
from doorstep.web.kit import seen
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import may, open_case
from doorstep.web.kit.waiting import waiting


def _due(case: Case) -> Charge:
    charge = queries.due(case)
    if charge is None:
        raise Refused("not_due")
    return charge


def _ways(request: HttpRequest, case: Case) -> list[str]:
    """Return the ways in which this person may take a payment of this case now."""
    links = [way for way in another_way.ways(case) if way not in another_way.ASKED]
    counters = COUNTER if council.current().counters else ()
    waive = ["waive"] if may(request, "payments.waive", case) else []
    return ["moto"] * settings.GOVUK_PAY_MOTO + [*links, *counters, *waive]


def _draw(request: HttpRequest, case: Case, refused: Refused | None = None) -> HttpResponse:
    charge = queries.due(case)
    if charge is None:
        return case_again(request, refused or Refused("not_due"), case.reference)
    attempt = queries.last_attempt(charge)
    context = {
        "case": case,
        "charge": charge,
        "attempt": attempt,
        "live": attempt if attempt and attempt.state in LIVE else None,
        "is_mine": bool(attempt and attempt.taken_by == actor(request).key),
        "waits": charge.waivers.filter(state="waiting").exists(),
        "over": actions.is_over(charge, timezone.now()),
        "ways": _ways(request, case),
        "refused": refused.code if refused else "",
        "typed": request.POST,
    }
    page = render(request, "desk/pay.html", context)
    # A form's redirect to the provider must be allowed by name: everywhere else stays forbidden.
    page._csp_update = {"form-action": [settings.GOVUK_PAY_PAGES]}  # type: ignore[attr-defined]
    return page


def _again(
    request: HttpRequest, refused: Refused, reference: str, **_named: object
) -> HttpResponse:
    return _draw(request, open_case(request, reference), refused)


@needs("payments.take")
@never_cache
@require_http_methods(["GET", "POST"])
@says_why_not(_again)
def ways(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask how a payment is made, and go there."""
    case = open_case(request, reference)
    if request.method == "GET":
        return _draw(request, case)
    charge, way = _due(case), request.POST.get("way", "")
    if way not in _ways(request, case):
        raise Refused("way_missing")
    if way == "moto":
        return _by_telephone(request, case, charge)
    if way in another_way.ways(case):
        return _by_link(request, case, charge, way)
    return redirect("desk_pay_record", reference=case.reference, way=way)


def _by_telephone(request: HttpRequest, case: Case, charge: Charge) -> HttpResponse:
    by, now = actor(request), timezone.now()
    attempt = actions.begin(charge_id=charge.pk, language=council.language(), now=now, taken_by=by)
    return _on(case, attempt)


def _on(case: Case, attempt: Attempt) -> HttpResponse:
    """Lead to where an attempt can go on: the provider's page, else ours that waits or says how it ended."""
    if attempt.state == "open" and attempt.next_url and not attempt.working:
        return HttpResponseRedirect(attempt.next_url)
    place = "desk_pay_wait" if attempt.state in LIVE else "desk_pay"
    return redirect(place, reference=case.reference)


def _by_link(request: HttpRequest, case: Case, charge: Charge, way: str) -> HttpResponse:
    words = {"pounds": pounds(charge.pence), "reference": case.reference}
    about: Any = {"by": actor(request), "now": timezone.now()}
    another_way.send_link(case=case, way=way, words=words, **about)
    in_contact.did(request, "pay_link", case=case)
    return back_to(case, "#messages")


@needs("payments.take")
@require_POST
@says_why_not(_again)
def stop(request: HttpRequest, reference: str) -> HttpResponse:
    """End the payment that is under way, so that another way can be taken."""
    case = open_case(request, reference)
    if not actions.stop(charge_id=_due(case).pk, by=actor(request), now=timezone.now()):
        raise Refused("not_stopped")
    return redirect("desk_pay", reference=case.reference)


@needs("payments.take")
@never_cache
@require_GET
def wait(request: HttpRequest, reference: str) -> HttpResponse:
    """Wait for the provider to make the payment that this person takes, or to confirm it; asks again by itself."""
    case = open_case(request, reference)
    charge = queries.latest(case)
    attempt = queries.last_attempt(charge) if charge else None
    if attempt is None or attempt.state not in LIVE or attempt.taken_by != actor(request).key:
        return _led_on(request, case, attempt)
    if attempt.returned_at is None and attempt.state == "open" and not attempt.working:
        return _on(case, attempt)
    actions.ask_again(attempt=attempt)
    context = {"case": case, "charge": charge, "attempt": attempt}
    return waiting(request, "desk/pay_wait.html", context, ended=False)


def _led_on(request: HttpRequest, case: Case, attempt: Attempt | None) -> HttpResponse:
    if attempt is not None and attempt.state == "paid":
        if attempt.taken_by == actor(request).key:
            in_contact.did(request, "paid", case=case)
        return back_to(case, "#money")
    return redirect("desk_pay", reference=case.reference)


@needs("payments.take")
@never_cache
@require_GET
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """Take in who comes back from the provider after taking a card by telephone; the token says which payment it was."""
    attempt = queries.by_return(token, timezone.now())
    if attempt is None or attempt.way != "moto":
        raise Http404
    actions.come_back(attempt=attempt, now=timezone.now())
    attempt.refresh_from_db()
    case = attempt.charge.case
    if attempt.state in LIVE:
        return redirect("desk_pay_wait", reference=case.reference)
    return _led_on(request, case, attempt)


def _record_page(
    request: HttpRequest, case: Case, way: str, refused: Refused | None = None
) -> HttpResponse:
    charge = queries.due(case)
    if charge is None:
        return case_again(request, refused or Refused("not_due"), case.reference)
    context = {
        "case": case,
        "charge": charge,
        "way": way,
        "counters": council.current().counters,
        "limit": council.current().waive_limit,
        "seen": seen.mark(free_state(request, case.reference)),
        "refused": refused.code if refused else "",
        "typed": request.POST,
    }
    return render(request, "desk/pay_record.html", context)


def _record_again(request: HttpRequest, refused: Refused, reference: str, way: str) -> HttpResponse:
    return _record_page(request, open_case(request, reference), way, refused)


@needs("payments.take")
@require_http_methods(["GET", "POST"])
@says_why_not(_record_again)
def record(request: HttpRequest, reference: str, way: str) -> HttpResponse:
    """Ask where a payment was taken, or why it is waived, and write that down."""
    case = open_case(request, reference)
    if way not in (*COUNTER, "waive") or way not in _ways(request, case):
        raise Http404
    if request.method == "GET":
        return _record_page(request, case, way)
    return _recorded(request, reference=reference, way=way)  # type: ignore[return-value]


@as_it_was_seen(locked_state, "money", always=True)
def _recorded(request: HttpRequest, reference: str, way: str) -> HttpResponse:
    case, given = open_case(request, reference), request.POST
    about: Any = {"charge_id": _due(case).pk, "by": actor(request), "now": timezone.now()}
    if way == "waive":
        waiving.waive(**about, reason=given.get("reason", "")[:200])
        return back_to(case, "#money")
    where: Any = {"counter": given.get("counter", "")[:120], "slip": given.get("slip", "")[:40]}
    attempt = taking.take(**about, **where, way=way)
    in_contact.did(request, "paid", case=case)
    return redirect("desk_receipt", reference=case.reference, number=attempt.pk)


@needs("payments.take")
@require_GET
def receipt(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show a receipt to print for what was taken at a counter, in the language of whoever paid."""
    case = open_case(request, reference)
    attempt = Attempt.objects.filter(charge__case=case, pk=number, way__in=COUNTER).first()
    if attempt is None:
        raise Http404
    charge = attempt.charge
    with council.speaking(case.language):
        service = catalogue.service(case.version_id)
        about = {"case": case, "charge": charge, "attempt": attempt, "service": service}
        about["mistake"] = attempt.refunds.filter(mistake=True).exists()
        return render(request, "desk/counter_receipt.html", about)


@needs("payments.refund")
@require_POST
@says_why_not(case_again)
@as_it_was_seen(locked_state, "money", always=True)
def take_back(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take back by a second entry what was written down by mistake."""
    case = open_case(request, reference)
    if not Attempt.objects.filter(charge__case=case, pk=number, way__in=COUNTER).exists():
        raise Http404
    reason = request.POST.get("reason", "")[:200]
    taking.take_back(attempt_id=number, reason=reason, by=actor(request), now=timezone.now())
    return back_to(case, "#money")


@needs("payments.waive")
@require_POST
@says_why_not(case_again)
@as_it_was_seen(locked_state, "money", always=True)
def unwaive(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take a waiver back by a second entry."""
    case = open_case(request, reference)
    if not Waiver.objects.filter(charge__case=case, pk=number, state="done").exists():
        raise Http404
    reason = request.POST.get("reason", "")[:200]
    waiving.take_back(waiver_id=number, reason=reason, by=actor(request), now=timezone.now())
    return back_to(case, "#money")
