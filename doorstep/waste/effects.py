"""What homes would notice of a change, worked out by making it and rolling back."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count

from doorstep.places.models import Property
from doorstep.waste.models import Container, Edit, Effect, EffectRow, MovedDay, Round, Suspension
from doorstep.waste.queries import days_of

# How far ahead a preview looks.
AHEAD = timedelta(days=91)
MOST_ROWS = 200
Edits = list[Edit]
Days = dict[str, list[date]]


class _Undo(Exception):
    """Rolls the trial back."""


def _days(today: date) -> Days:
    """Return every round's collection days from today on."""
    suspended = list(Suspension.objects.filter(last__gte=today))
    near = MovedDay.objects.filter(day__gte=today - timedelta(days=7))
    moved = dict(near.values_list("day", "to"))
    rounds = Round.objects.order_by("code")
    return {r.code: days_of(r, today, today + AHEAD, suspended, moved) for r in rounds}


def _places(codes: set[str]) -> dict[str, set[int]]:
    """Return the places that each round has containers at."""
    places_of: dict[str, set[int]] = {code: set() for code in codes}
    rows = Container.objects.filter(round_id__in=codes).values_list("round_id", "place_id")
    for code, place in rows.iterator(10000):
        places_of[code].add(place)
    return places_of


def _beside(edits: Edits) -> set[tuple[int, str, str]]:
    """Return by place, kind and round the rows that stay as they are of containers that several rounds empty."""
    changed = {e["key"] for e in edits if e["what"] == "container"}
    several = Container.objects.values("place_id", "kind").annotate(n=Count("id")).filter(n__gt=1)
    rows = Container.objects.filter(place_id__in=several.values("place_id"))
    return {(r.place_id, r.kind, r.round_id) for r in rows if str(r.pk) not in changed}


def _moves(edits: Edits) -> dict[tuple[str, str, str], set[int]]:
    """Return the places of containers that change rounds, come or go, by round before, after, and the day."""
    moves: dict[tuple[str, str, str], set[int]] = {}
    beside = _beside(edits)
    for e in edits:
        if e["what"] == "container":
            old, new = e["before"] or {}, e["after"] or {}
            to, where = new.get("round_id", ""), new or old
            # What goes to a round that empties it anyway gains nothing.
            to = "" if (where["place_id"], where["kind"], to) in beside else to
            key = (old.get("round_id", ""), to, new.get("since") or "")
            moves.setdefault(key, set()).add(where["place_id"])
    return moves


def _row(was: str, now: str, homes: int, before: list[date], after: list[date]) -> EffectRow:
    dropped, new = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    return {
        "was": was,
        "now": now,
        "homes": homes,
        "gone": [d.isoformat() for d in dropped],
        "new": [d.isoformat() for d in new],
    }


def of(edits: Edits, apply: Callable[[Edits], None], today: date) -> Effect:
    """Return the homes that notice, in all and by round, with the days they lose and gain in 13 weeks.

    Raises what `apply` raises.
    """
    before = _days(today)
    after: Days = {}
    trial = [e.copy() for e in edits]
    try:
        with transaction.atomic():
            apply(trial)
            after = _days(today)
            raise _Undo
    except _Undo:
        pass
    return _told(edits, before, after)


def _told(edits: Edits, before: Days, after: Days) -> Effect:
    flats = dict(
        Property.objects.exclude(parent=None).values_list("parent_id").annotate(n=Count("uprn"))
    )

    def homes(places: set[int]) -> int:
        return sum(flats.get(place, 1) for place in places)

    moves = _moves(edits)
    changed = {code for code in before if before[code] != after.get(code)}
    places = _places(changed)
    rows: list[EffectRow] = []
    for (was, now, since), moving in moves.items():
        day = date.fromisoformat(since) if since else date.min
        old = before.get(was, [])
        new = [d for d in old if d < day] + [d for d in after.get(now, []) if d >= day]
        rows.append(_row(was, now, homes(moving), old, new))
    for code in sorted(changed):
        if places[code]:
            rows.append(_row(code, code, homes(places[code]), before[code], after.get(code, [])))
    all_places = set().union(*moves.values(), *places.values())
    rows.sort(key=lambda row: -row["homes"])
    return {"homes": homes(all_places), "rows": rows[:MOST_ROWS], "more": len(rows[MOST_ROWS:])}
