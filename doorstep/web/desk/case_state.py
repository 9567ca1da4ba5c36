"""What the page of a case shows of what it can change, part by part, for the mark that its forms carry."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.fieldwork import queries as jobs
from doorstep.fieldwork.models import Caution, Job
from doorstep.payments import queries as payments
from doorstep.payments.models import Charge, Refund, Waiver
from doorstep.reports.models import Report
from doorstep.web.desk import case_place


def state_of(
    case: Case,
    report: Report | None,
    jobs: Iterable[Job],
    charges: Iterable[Charge],
    cautions: Iterable[Caution],
) -> dict[str, object]:
    """Return the parts of a case that its forms change: stage, report, work, money and warnings."""
    shown = (report.hidden, report.text_shown, sorted(report.photos_shown)) if report else None
    work = [
        (job.pk, job.state, [(r.pk, r.superseded_by_id) for r in job.results.all()]) for job in jobs
    ]
    money = [
        (
            charge.state,
            [(w.pk, w.state) for w in charge.waivers.all()],
            [m.pk for m in charge.movements.all()],
            [(r.pk, r.state, r.pence) for a in charge.attempts.all() for r in a.refunds.all()],
        )
        for charge in charges
    ]
    warnings = sorted(caution.pk for caution in cautions)
    stage = (case.stage, str(case.stage_since), case.closed_at is not None)
    return {"stage": stage, "report": shown, "work": work, "money": money, "warnings": warnings}


def refund_state(refund: Refund) -> dict[str, object]:
    """Return what the page shows of a refund that waits for approval, for the mark of its form."""
    return {"refund": (refund.state, refund.pence, refund.reason)}


def locked_refund(_request: HttpRequest, number: int) -> dict[str, object]:
    """Return the same of the refund with this number, which stays as it is until the transaction ends."""
    refund = payments.locked_refund(number)
    if refund is None:
        raise Http404
    return refund_state(refund)


def waiver_state(waiver: Waiver) -> dict[str, object]:
    """Return what the page shows of a waiver that waits for a second person, for the mark of its form."""
    return {"waiver": (waiver.state, waiver.pence, waiver.reason)}


def locked_waiver(_request: HttpRequest, number: int) -> dict[str, object]:
    """Return the same of the waiver with this number, which stays as it is until the transaction ends."""
    waiver = payments.locked_waiver(number)
    if waiver is None:
        raise Http404
    return waiver_state(waiver)


def free_state(_request: HttpRequest, reference: str, **_named: object) -> dict[str, object]:
    """Return the same without a lock: for acts that lock two cases in an order of their own."""
    return _state(Case.objects.filter(reference=reference.upper()).first())


def locked_state(_request: HttpRequest, reference: str, **_named: object) -> dict[str, object]:
    """Return the same of the case with this reference, which stays as it is until the transaction ends."""
    case = Case.objects.select_for_update(of=("self",)).filter(reference=reference.upper()).first()
    return _state(case)


def _state(case: Case | None) -> dict[str, object]:
    if case is None:
        raise Http404
    report = Report.objects.filter(case=case).first()
    cautions = case_place.cautions(case, timezone.now())
    return state_of(case, report, jobs.of_case(case), payments.of_case(case), cautions)
