"""Changes the progress of rounds and records property logs."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.actions import UNKNOWN, Whereabouts
from doorstep.staff.actor import Actor
from doorstep.waste import queries
from doorstep.waste.models import RoundDay, StreetDay


def _row(round_code: str, day: date) -> RoundDay:
    RoundDay.objects.get_or_create(round_id=round_code, day=day)
    return RoundDay.objects.select_for_update().get(round_id=round_code, day=day)


@transaction.atomic
def start_round(
    *,
    event_id: UUID,
    round_code: str,
    day: date,
    by: Actor,
    now: datetime,
    at: Whereabouts = UNKNOWN,
) -> None:
    """Say that a crew has started its round; a second tap changes nothing."""
    if fieldwork.first_time(event_id=event_id, kind="start", by=by, now=now):
        _start(_row(round_code, day), by, now, at)


def _start(row: RoundDay, by: Actor, now: datetime, at: Whereabouts) -> None:
    if not row.started_at:
        row.started_at, row.started_by = now, by.key
    if row.finished_at:  # residents had been told so
        row.told_at = now
    row.finished_at, row.finished_by = None, ""
    row.vehicle = at.vehicle or row.vehicle
    row.save(
        update_fields=[
            "started_at",
            "started_by",
            "finished_at",
            "finished_by",
            "vehicle",
            "told_at",
        ]
    )


@transaction.atomic
def mark_street(
    *,
    event_id: UUID,
    round_code: str,
    usrn: int,
    day: date,
    done: bool,
    by: Actor,
    now: datetime,
    at: Whereabouts = UNKNOWN,
) -> None:
    """Say that a crew begins a street of its round, or (`done`) is through; a second tap changes nothing.

    The first street of the day starts the round. Raises Refused("no_such_street").
    """
    if not fieldwork.first_time(event_id=event_id, kind="street", by=by, now=now):
        return
    if not queries.has_street(round_code, usrn, day):
        raise Refused("no_such_street")
    row = _row(round_code, day)
    if not row.started_at:
        _start(row, by, now, at)
    street, _ = StreetDay.objects.select_for_update().get_or_create(
        round_id=round_code, day=day, street_id=usrn, defaults={"by": by.key}
    )
    street.started_at = street.started_at or now
    street.finished_at, street.by = now if done else None, by.key
    street.vehicle = at.vehicle or row.vehicle
    street.latitude, street.longitude = at.latitude, at.longitude
    street.save()


@transaction.atomic
def finish_round(*, event_id: UUID, round_code: str, day: date, by: Actor, now: datetime) -> None:
    """Say that a crew has finished its round; raises Refused("round_not_started")."""
    if not fieldwork.first_time(event_id=event_id, kind="finish", by=by, now=now):
        return
    row = _row(round_code, day)
    if not row.started_at:
        raise Refused("round_not_started")
    row.finished_at, row.finished_by = now, by.key
    row.delayed_until, row.sentence, row.told_at = None, "", now
    row.save(update_fields=["finished_at", "finished_by", "delayed_until", "sentence", "told_at"])


@transaction.atomic
def delay_round(
    *, round_code: str, day: date, until: datetime, sentence: str, by: Actor, now: datetime
) -> None:
    """Tell residents that a round is delayed; raises Refused("sentence_missing" or "until_past")."""
    if not sentence.strip():
        raise Refused("sentence_missing")
    if until <= now:
        raise Refused("until_past")
    _say_delay(_row(round_code, day), until, sentence.strip()[:300], by, now)


@transaction.atomic
def end_delay(*, round_code: str, day: date, by: Actor, now: datetime) -> None:
    """Take a delay back."""
    _say_delay(_row(round_code, day), None, "", by, now)


def _say_delay(
    row: RoundDay, until: datetime | None, sentence: str, by: Actor, now: datetime
) -> None:
    row.delayed_until, row.sentence, row.told_at = until, sentence, now
    row.delay_said_by, row.delay_said_at = by.key or by.kind, now
    row.save(
        update_fields=["delayed_until", "sentence", "delay_said_by", "delay_said_at", "told_at"]
    )


def record_log(
    *,
    event_id: UUID,
    container_id: str,
    reason: str,
    note: str,
    photo: str,
    by: Actor,
    now: datetime,
    at: Whereabouts = UNKNOWN,
) -> None:
    """Record why a container was not emptied; raises Refused("no_such_container" or "not_a_reason")."""
    day = now.astimezone(council.ZONE).date()
    row = queries.boxes({container_id}).get(container_id)
    if row is None:
        raise Refused("no_such_container")
    if reason not in council.current().log_reasons:
        raise Refused("not_a_reason", reason=reason)
    fieldwork.record_seen(
        event_id=event_id,
        crew_list=queries.round_code_on(row, day),
        about=("container", container_id),
        code=reason,
        day=day,
        note=note,
        photo=photo,
        by=by,
        now=now,
        at=at,
    )
