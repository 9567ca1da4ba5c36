"""What happened at a home: each collection that was due, with its evidence."""

from dataclasses import dataclass
from datetime import date

from doorstep.fieldwork import queries as fieldwork
from doorstep.fieldwork.models import Outcome
from doorstep.places.models import Property
from doorstep.waste import queries
from doorstep.waste.models import RoundDay, StreetDay


@dataclass(frozen=True)
class Lift:
    """One container on one collection day: which round, who was there and when, and what was recorded."""

    day: date
    container: queries.Box
    code: str
    round: RoundDay | None
    street: StreetDay | None
    recorded: list[Outcome]


def lifts_at(uprn: int, since: date, today: date) -> list[Lift]:
    """Return every due collection at a home between two days with its evidence, the newest first."""
    rows = queries.rows_at(uprn, since)
    rounds = {code for r in rows for code in (r.round_id, r.was_round_id) if code}
    days = RoundDay.objects.filter(round_id__in=rounds, day__gte=since, day__lte=today)
    by_day = {(d.round_id, d.day): d for d in days}
    homes = Property.objects.filter(uprn=uprn).values("street_id")
    streets = StreetDay.objects.filter(round_id__in=rounds, day__gte=since, street_id__in=homes)
    on_street = {(s.round_id, s.day): s for s in streets}
    recorded = list(fieldwork.history_about("container", [str(r.pk) for r in rows], since))
    lifts = []
    for box in queries.together(rows):
        due, _ = queries.due_days(box, since, today)
        ids = set(box.ids)
        for n, lift in enumerate(due):
            until = due[n + 1].day if n + 1 < len(due) else date.max
            here = [o for o in recorded if o.about_key in ids and lift.day <= o.day < until]
            key = (lift.round, lift.day)
            lifts.append(Lift(lift.day, box, lift.round, by_day.get(key), on_street.get(key), here))
    return sorted(lifts, key=lambda lift: (lift.day, lift.container.kind), reverse=True)
