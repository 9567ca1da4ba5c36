"""Who did what the page of a case tells beside its story: work, money, and warnings for crews."""

from collections.abc import Iterable

from doorstep.fieldwork.models import Caution, Job
from doorstep.payments.models import Charge, Refund, Waiver


def beside(jobs: Iterable[Job], charges: Iterable[Charge], cautions: Iterable[Caution]) -> set[str]:
    """Return the names that they sign in with."""
    attempts = [attempt for charge in charges for attempt in charge.attempts.all()]
    refunds = [refund for attempt in attempts for refund in attempt.refunds.all()]
    waivers = [waiver for charge in charges for waiver in charge.waivers.all()]
    asked: list[Refund | Waiver] = [*refunds, *waivers]
    return {
        *(result.by for job in jobs for result in job.results.all()),
        *(attempt.taken_by for attempt in attempts),
        *(name for one in asked for name in (one.asked_by, one.decided_by)),
        *(refund.given_by for refund in refunds),
        *(caution.made_by for caution in cautions),
    }
