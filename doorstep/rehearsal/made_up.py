"""What examples rest on, made up inside the rehearsal and rolled back with it: a home, a calendar, places."""

from datetime import date, datetime

from doorstep.bookings import room
from doorstep.bookings.models import Booking, Calendar, taken
from doorstep.cases.models import Draft
from doorstep.forms.questions.kind import Option
from doorstep.places.models import Property, Street, Ward

MADE_UP, ANOTHER, WARD = 1, 2, "E00000000"
# Where an example says that something is: in the district, by its boundary, or in another.
SPOTS: dict[str, dict[str, object]] = {
    "inside": {"inside": True, "near": False},
    "edge": {"inside": True, "near": True},
    "outside": {"inside": False, "near": True},
}


def make_homes() -> None:
    """Make the two homes of examples, in one street of one ward."""
    street, _ = Street.objects.get_or_create(
        usrn=MADE_UP, defaults={"name": "Example Street", "locality": "Exampleton"}
    )
    ward, _ = Ward.objects.get_or_create(code=WARD, defaults={"name": "Example"})
    for number in (MADE_UP, ANOTHER):
        Property.objects.get_or_create(
            uprn=number,
            defaults={
                "street": street,
                "ward": ward,
                "line": f"{number} Example Street",
                "sort": number,
                "postcode": "EX4 1PL",
                "blpu_class": "RD",
                "easting": 0,
                "northing": 0,
            },
        )


def calendar(code: str, kind: str) -> Calendar:
    """Return a calendar made up on the spot, with room for all.

    Examples need no council's own calendars, and no resident waits for a rehearsal's locks.
    """
    # What is booked names its slot by the made-up calendar itself.
    row, _ = Calendar.objects.get_or_create(
        code=f"example:{code.removeprefix('example:')}"[:40],
        defaults={
            "name": "Example",
            "kind": kind,
            "wards": [WARD],
            "weekdays": list(range(7)),
            "capacity": 1000,
            "unit": "items",
        },
    )
    return row


def fill(calendar: Calendar, day: date, *, by: Draft, now: datetime) -> None:
    """Book all that is left of a day for somebody else."""
    row = room.locked(calendar, day)
    used = sum(Booking.objects.filter(taken(now), day=row).values_list("load", flat=True))
    if left := row.room - used:
        Booking.objects.create(
            day=row, load=left, state="booked", draft=by, made_at=now, touched_at=now
        )


def spot(word: str) -> Option:
    """Return a made-up place for an answer to a question of a location."""
    place = SPOTS[word]
    ward = {"ward": WARD, "ward_name": "Example"} if place["inside"] else {}
    return Option(
        "at:52.70000,-1.40000",
        "Example Street, Exampleton",
        lat=52.7,
        lon=-1.4,
        easting=440_640,
        northing=311_620,
        street="",
        **(ward or {"ward": "", "ward_name": ""}),
        **place,
    )
