"""Reads the book of rounds as officers keep it: rounds, streets, calendar, and the changes made to them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from doorstep.waste.models import Change, Container, MovedDay, PlanFile, Round, Suspension


@dataclass(frozen=True)
class Line:
    """One round with the places it has containers at."""

    round: Round
    places: int


def rounds(stream: str = "") -> list[Line]:
    """Return rounds with their counts, by stream and code; of one stream, when it is given."""
    all_rounds = Round.objects.order_by("stream", "code")
    all_rounds = all_rounds.filter(stream=stream) if stream else all_rounds
    rows = Container.objects.values_list("round_id").annotate(n=Count("place", distinct=True))
    counts = dict(rows)
    return [Line(r, counts.get(r.code, 0)) for r in all_rounds]


def every_round() -> list[Round]:
    """Return every round, by stream and code."""
    return list(Round.objects.order_by("stream", "code"))


def streams() -> list[str]:
    """Return the streams that rounds collect, by name."""
    return list(Round.objects.order_by("stream").values_list("stream", flat=True).distinct())


def same_stream(code: str) -> list[Round]:
    """Return the other rounds of a round's stream, by code."""
    stream = Round.objects.filter(code=code).values("stream")
    return list(Round.objects.filter(stream__in=stream).exclude(code=code).order_by("code"))


@dataclass(frozen=True)
class StreetLine:
    """A street of a round with the places it has there."""

    usrn: int
    name: str
    places: int


def streets(code: str) -> list[StreetLine]:
    """Return a round's streets by name, as they will be once all changes have come about."""
    keys = ("place__street_id", "place__street__name", "place__street__locality")
    rows = Container.objects.filter(round_id=code).values_list(*keys)
    counted = rows.annotate(n=Count("place", distinct=True)).order_by(*keys[1:])
    return [StreetLine(usrn, f"{name}, {locality}", n) for usrn, name, locality, n in counted]


def own_boxes(uprn: int) -> list[Container]:
    """Return the containers that stand in a property's own name, by kind."""
    rows = Container.objects.select_related("round", "was_round").filter(place_id=uprn)
    return list(rows.order_by("kind", "id"))


def suspensions(today: date) -> list[Suspension]:
    """Return suspensions that are not over, the first to end first."""
    return list(Suspension.objects.filter(last__gte=today).order_by("last", "stream"))


def moved_days(today: date) -> list[MovedDay]:
    """Return days still to come that are moved or left out."""
    return list(MovedDay.objects.filter(day__gte=today).order_by("day"))


def changes() -> QuerySet[Change]:
    """Return changes without their rows, the latest first."""
    return Change.objects.defer("edits").order_by("-id")


def change(number: int) -> Change | None:
    """Return one change, or nothing."""
    return changes().filter(id=number).first()


def plan(number: int) -> PlanFile | None:
    """Return one plan file without its text, or nothing."""
    return PlanFile.objects.defer("text").filter(id=number).first()
