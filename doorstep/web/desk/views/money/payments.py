"""Payments: ours against theirs, refunds to approve, the ledger for finance."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.payments import comparing, queries, refunds, waiving
from doorstep.payments.models import Movement, Refund, Waiver
from doorstep.payments.money import plain
from doorstep.text import sums
from doorstep.text.safe import for_csv
from doorstep.web.desk.case_state import (
    locked_refund,
    locked_state,
    locked_waiver,
    refund_state,
    waiver_state,
)
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.desk.views.cases import case as case_view
from doorstep.web.kit import seen
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import SEE, allowed, looked, may, open_case
from doorstep.web.kit.proof import proved
from doorstep.web.kit.waiting import waiting

COLUMNS = (
    "date", "time", "case", "charge", "payment", "kind", "description",
    "pounds", "vat_pounds", "ledger_code", "vat_percent", "provider_id", "way", "by", "counter", "slip",
)  # fmt: skip


@needs("payments.see")
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """Show the last comparison, differences first, and the refunds that wait."""
    user: Any = request.user
    now, comparison = timezone.now(), queries.comparison()
    today = now.astimezone(ZONE).date()
    context = {
        "made": comparison,
        "waiting": _refunds(request, queries.waiting()),
        "by_hand": _refunds(request, queries.by_hand()),
        "waivers": [
            (w, seen.mark(waiver_state(w)), may(request, "payments.waive", w.charge.case))
            for w in queries.waivers()
            if may(request, SEE, w.charge.case)
        ],
        "failed": [r for r in queries.failed() if may(request, SEE, r.attempt.charge.case)],
        "unsettled": queries.unsettled(),
        "forgeries": queries.forgeries(now),
        "may_export": user.may("payments.export"),
        "refused": request.GET.get("refused", "")[:40],
        "since": today.replace(day=1),
        "to": today,
    }
    ended = comparison is None or comparison.ended_at is not None
    return waiting(request, "desk/payments.html", context, ended=ended)


def _refunds(request: HttpRequest, refunds: Iterable[Refund]) -> list[tuple[Refund, str, bool]]:
    """Return refunds of cases that this person may see, each with the mark of its form and whether they may decide it."""
    cases = [(r, r.attempt.charge.case) for r in refunds]
    return [
        (r, seen.mark(refund_state(r)), may(request, "payments.refund", case))
        for r, case in cases
        if may(request, SEE, case)
    ]


def _back(_request: HttpRequest, refused: Refused, **_named: object) -> HttpResponse:
    """Lead back: the page asks again by itself while a comparison runs, so it has its own address."""
    return HttpResponseRedirect(reverse("desk_payments") + f"?refused={refused.code}")


@needs("payments.see")
@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Queue a comparison."""
    comparing.ask(by=actor(request), now=timezone.now())
    return redirect("desk_payments")


@needs("payments.refund")
@proved
@require_POST
@says_why_not(_back)
@as_it_was_seen(locked_refund, "refund", always=True)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Approve or refuse a refund."""
    allowed(request, queries.case_of_refund(number))
    about: Any = {"refund_id": number, "by": actor(request), "now": timezone.now()}
    if request.POST.get("do") == "approve":
        refunds.approve(**about)
    else:
        refunds.refuse(**about, why=request.POST.get("why", "")[:200])
    return redirect("desk_payments")


@needs("payments.refund")
@proved
@require_POST
@says_why_not(_back)
@as_it_was_seen(locked_refund, "refund", always=True)
def given(request: HttpRequest, number: int) -> HttpResponse:
    """Write down that what was taken at a counter was given back by hand."""
    allowed(request, queries.case_of_refund(number))
    slip = request.POST.get("slip", "")[:40]
    refunds.given(refund_id=number, slip=slip, by=actor(request), now=timezone.now())
    return redirect("desk_payments")


@needs("payments.waive")
@proved
@require_POST
@says_why_not(_back)
@as_it_was_seen(locked_waiver, "waiver", always=True)
def decide_waiver(request: HttpRequest, number: int) -> HttpResponse:
    """Approve or refuse a waiver, as the second person."""
    allowed(request, queries.case_of_waiver(number))
    about: Any = {"waiver_id": number, "by": actor(request), "now": timezone.now()}
    if request.POST.get("do") == "approve":
        waiving.approve(**about)
    else:
        waiving.refuse(**about, why=request.POST.get("why", "")[:200])
    return redirect("desk_payments")


@needs("payments.refund")
@require_POST
@says_why_not(case_view.again)
@as_it_was_seen(locked_state, "money", always=True)
def refund(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to give back part of what was paid on a case."""
    case = open_case(request, reference)
    pence = sums.pence(request.POST.get("sum", ""))
    why = request.POST.get("why", "").strip()
    if not pence:
        raise Refused("sum_missing")
    if not why or len(why) > 200:
        raise Refused("refund_why_too_long" if why else "refund_why_missing")
    about: Any = {"by": actor(request), "now": timezone.now()}
    refunds.ask(case_id=case.pk, pence=pence, reason=why, **about)
    return case_view.back_to(case)


def _days(request: HttpRequest) -> tuple[datetime, datetime]:
    try:
        first = date.fromisoformat(request.GET.get("since", ""))
        last = date.fromisoformat(request.GET.get("to", "")) + timedelta(days=1)
    except (ValueError, OverflowError) as exc:
        raise Refused("days_wrong") from exc
    if first >= last:
        raise Refused("days_wrong")
    return datetime.combine(first, time(), ZONE), datetime.combine(last, time(), ZONE)


@needs("payments.export")
@proved
@require_GET
@says_why_not(_back)
def export(request: HttpRequest) -> HttpResponse:
    """Give the ledger of some days as CSV."""
    days = _days(request)
    looked(request, "ledger", "/".join(day.date().isoformat() for day in days))
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    table.writerows(map(_row, queries.ledger(*days)))
    table.writerows(map(_waived, queries.waived(*days)))
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _row(m: Movement) -> list[str]:
    at, charge = m.at.astimezone(ZONE), m.charge
    words = (charge.case.reference, charge.reference, m.attempt.reference)
    back = "mistake" if m.refund and m.refund.mistake else "refund"
    kind = "payment" if m.pence > 0 else back
    slip = m.refund.slip if m.refund else m.attempt.slip
    return [
        at.date().isoformat(),
        at.strftime("%H:%M:%S"),
        *map(for_csv, words),
        kind,
        for_csv(charge.description),
        plain(m.pence),
        plain(m.vat),
        for_csv(m.code),
        f"{charge.vat_rate / 100:g}",
        for_csv(m.provider_id),
        m.way,
        for_csv(m.by),
        for_csv(m.attempt.counter),
        for_csv(slip),
    ]


def _waived(waiver: Waiver) -> list[str]:
    """Return the line of what was waived: no money moved, so its sum is nothing, and its description says how much."""
    at, charge = waiver.asked_at.astimezone(ZONE), waiver.charge
    who = ", ".join(filter(None, (waiver.asked_by, waiver.decided_by)))
    kind = "waiver taken back" if waiver.state == "back" else "waived"
    return [
        at.date().isoformat(),
        at.strftime("%H:%M:%S"),
        *map(for_csv, (charge.case.reference, charge.reference, "")),
        kind,
        for_csv(f"{charge.description}: {plain(waiver.pence)} {kind}"),
        plain(0),
        plain(0),
        for_csv(charge.code),
        f"{charge.vat_rate / 100:g}",
        "",
        "waived",
        for_csv(who),
        "",
        "",
    ]
