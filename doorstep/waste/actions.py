"""Changes the progress of rounds and records property logs."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.staff.actor import Actor
from doorstep.waste import queries
from doorstep.waste.models import RoundDay


def _row(round_code: str, day: date) -> RoundDay:
    RoundDay.objects.get_or_create(round_id=round_code, day=day)
    return RoundDay.objects.select_for_update().get(round_id=round_code, day=day)


@transaction.atomic
def start_round(*, event_id: UUID, round_code: str, day: date, by: Actor, now: datetime) -> None:
    """Say that a crew has started its round; a second tap changes nothing."""
    if fieldwork.first_time(event_id=event_id, kind="start", by=by, now=now):
        row = _row(round_code, day)
        row.started_at = row.started_at or now
        row.finished_at = None
        row.save(update_fields=["started_at", "finished_at"])


@transaction.atomic
def finish_round(*, event_id: UUID, round_code: str, day: date, by: Actor, now: datetime) -> None:
    """Say that a crew has finished its round; raises Refused("round_not_started")."""
    if not fieldwork.first_time(event_id=event_id, kind="finish", by=by, now=now):
        return
    row = _row(round_code, day)
    if not row.started_at:
        raise Refused("round_not_started")
    row.finished_at = now
    row.delayed_until, row.sentence = None, ""
    row.save(update_fields=["finished_at", "delayed_until", "sentence"])


@transaction.atomic
def delay_round(
    *, round_code: str, day: date, until: datetime, sentence: str, by: Actor, now: datetime
) -> None:
    """Tell residents that a round is delayed; raises Refused("sentence_missing" or "until_past")."""
    if not sentence.strip():
        raise Refused("sentence_missing")
    if until <= now:
        raise Refused("until_past")
    row = _row(round_code, day)
    row.delayed_until, row.sentence = until, sentence.strip()[:300]
    row.save(update_fields=["delayed_until", "sentence"])


@transaction.atomic
def end_delay(*, round_code: str, day: date, by: Actor, now: datetime) -> None:
    """Take a delay back."""
    row = _row(round_code, day)
    row.delayed_until, row.sentence = None, ""
    row.save(update_fields=["delayed_until", "sentence"])


def record_log(
    *,
    event_id: UUID,
    container_id: str,
    reason: str,
    note: str,
    photo: str,
    by: Actor,
    now: datetime,
) -> None:
    """Record why a container was not emptied; raises Refused("no_such_container" or "not_a_reason")."""
    day = now.astimezone(council.ZONE).date()
    found = queries.container(container_id, day)
    if found is None:
        raise Refused("no_such_container")
    if reason not in council.current().log_reasons:
        raise Refused("not_a_reason", reason=reason)
    fieldwork.record_seen(
        event_id=event_id,
        crew_list=found.round_id,
        about=("container", container_id),
        code=reason,
        day=day,
        note=note,
        photo=photo,
        by=by,
        now=now,
    )
