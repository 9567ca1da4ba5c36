"""What officers decide about a case, or about many at once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from doorstep.cases import timeline, workflow
from doorstep.cases.locking import locked, one_open_case
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.staff.actor import Actor


def decide(
    *, case_id: int, decision: str, reason: str, by: Actor, now: datetime, reply: str = ""
) -> Case:
    """Carry out an officer's decision that the stage allows; `reply` is what the resident will read.

    Raises Refused: "decision_not_allowed", "reason_missing", "reply_missing", "already_open".
    """
    with one_open_case(), transaction.atomic():
        case = locked(case_id)
        flow = catalogue.service(case.version_id).workflow
        target = workflow.stage_of(case).decisions.get(decision)
        if target is None:
            raise Refused("decision_not_allowed", decision=decision)
        if not reason.strip() and decision not in flow.bulk:
            raise Refused("reason_missing")
        if not reply.strip() and decision in flow.replies:
            raise Refused("reply_missing")
        timeline.write(case, "decided", by=by, now=now, text=reason.strip(), decision=decision)
        if reply.strip():
            timeline.write(case, "replied", by=by, now=now, text=reply.strip())
        workflow.unwind(case, by=by, now=now)
        words = {"reply": reply.strip()}
        workflow.enter(case, target, by=by, now=now, why=decision, words=words)
    return case


def decide_many(
    *, case_ids: Iterable[int], decision: str, by: Actor, now: datetime
) -> tuple[int, int]:
    """Take a decision for many cases, each in its own transaction; return how many took it, how many not.

    Only decisions that the workflow names in `bulk`; others are counted as not taken.
    """
    done = refused = 0
    for case_id in case_ids:
        try:
            decide(case_id=case_id, decision=decision, reason="", by=by, now=now)
            done += 1
        except (Refused, Case.DoesNotExist):
            refused += 1
    return done, refused
