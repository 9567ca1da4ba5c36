"""What officers decide about a case, or about many at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.cases import asking, timeline, workflow
from doorstep.cases.locking import locked, one_open_case, standing
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.staff.actor import Actor


def decide(
    *,
    case_id: int,
    decision: str,
    reason: str,
    by: Actor,
    now: datetime,
    reply: str = "",
    made_at: str = "",
    chosen: str = "",
) -> Case:
    """Carry out an officer's decision that the stage allows; `reply` is what the resident will read.

    `made_at` is where the case stood when they decided, as `locking.standing` says; `chosen` answers what the decision
    asks first, such as which day instead. Raises Refused: "erased", "changed_since", "decision_missing",
    "decision_not_allowed", "reason_missing", "reply_missing", "too_long",
    "option_missing", "already_open", and what a step refuses, such as "slot_gone".
    """
    with one_open_case(), transaction.atomic():
        workflow.lock_before(case_id)
        case = locked(case_id)
        if case.erased_at:  # what its sentences and rules name is no more
            raise Refused("erased")
        if made_at and made_at != standing(case):
            raise Refused("changed_since", parts=["stage"])
        flow = catalogue.service(case.version_id).workflow
        if not decision:
            raise Refused("decision_missing")
        target = workflow.stage_of(case).decisions.get(decision)
        if target is None:
            raise Refused("decision_not_allowed", decision=decision)
        if not reason.strip() and decision not in flow.bulk:
            raise Refused("reason_missing")
        if not reply.strip() and decision in flow.replies:
            raise Refused("reply_missing")
        timeline.bounded(reason=reason, reply=reply)
        was = workflow.said_now(case)
        timeline.write(case, "decided", by=by, now=now, text=reason.strip(), decision=decision)
        if reply.strip():
            timeline.write(case, "replied", by=by, now=now, text=reply.strip())
        if decision not in flow.goes_on:
            workflow.unwind(case, by=by, now=now)
        asking.take(case, decision, chosen, by=by, now=now)
        words = {"reply": reply.strip()}
        workflow.enter(case, target, by=by, now=now, why=decision, words=words, was=was)
    return case


def decide_many(
    *, made_at: Mapping[int, str], decision: str, by: Actor, now: datetime
) -> tuple[int, int]:
    """Take a decision for many cases, each in its own transaction; return how many took it, how many not.

    `made_at` says of each case where it stood when that was decided. Only decisions that the workflow names
    in `bulk`; others are counted as not taken.
    """
    done = refused = 0
    about: dict[str, Any] = {"decision": decision, "reason": "", "by": by, "now": now}
    for case_id, at in made_at.items():
        try:
            decide(case_id=case_id, made_at=at, **about)
            done += 1
        except (Refused, Case.DoesNotExist):
            refused += 1
    return done, refused
