from datetime import date, datetime, time, timedelta
from typing import TypedDict

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from doorstep.cases.models import Case, Draft
from doorstep.council.queries import ZONE

UNITS = ("jobs", "items", "points")
LIVE = ("held", "booked")
# A hold keeps others out for so much longer than its owner may use it: clocks of two machines differ, and
# a request may have waited for a lock since it looked at its clock. The trigger of migration 0002 says the same.
GRACE = timedelta(seconds=60)


class BookedFact(TypedDict):
    """The fact `booked` of a case: its day and slot (CALENDAR/day), and until when it is only held."""

    day: date | None
    slot: str
    until: datetime | None


class Calendar(models.Model):
    """Room for one kind of work in an area, the same on each of its weekdays."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    # Codes of wards; none: everywhere.
    wards = ArrayField(models.CharField(max_length=9), default=list)
    # Monday is 0.
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    capacity = models.PositiveIntegerField()
    unit = models.CharField(max_length=10, choices=[(u, u) for u in UNITS])
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unit__in=UNITS), name="unit_is_known"),
        ]

    def counts(self, load: int) -> int:
        """Return how much of a day a load takes: each job the same, or as many as it has items or points."""
        return 1 if self.unit == "jobs" else max(1, load)


class Day(models.Model):
    """A day of a calendar that was booked, resized or closed; its row is the lock for all of these."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    # Nothing: as much as the calendar says.
    capacity = models.PositiveIntegerField(null=True)
    # Not empty: closed.
    closed_why = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="one_row_a_day"),
        ]

    @property
    def room(self) -> int:
        """Return how much the day takes in all; reads the calendar."""
        if self.closed_why:
            return 0
        return self.calendar.capacity if self.capacity is None else self.capacity

    @property
    def slot(self) -> str:
        """Return the id under which the day is chosen; reads the calendar."""
        return f"{self.calendar.code}/{self.day.isoformat()}"


class DayChange(models.Model):
    """How an officer left a day: its capacity (nothing: the calendar's) and why it is closed, if it is."""

    day = models.ForeignKey(Day, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    capacity = models.PositiveIntegerField(null=True)
    closed_why = models.CharField(max_length=120, blank=True)
    # Whether the capacity is what the officer wanted, or merely as it was when something else changed.
    is_size = models.BooleanField(default=False, db_default=False)


class Move(models.Model):
    """Bookings of a day that an officer moves to other days, because nobody can come for all of them.

    Who is concerned is told at `tell_at`, not before: until then it can be undone.
    """

    WAYS = ("rebook", "offer")

    day = models.ForeignKey(Day, on_delete=models.PROTECT, related_name="moves")
    # How much room is left on the day; nothing is left: it is closed.
    keep = models.PositiveIntegerField()
    why = models.CharField(max_length=120)
    # Booked on the other day unless they say otherwise, or the other day is kept until they take it.
    way = models.CharField(max_length=10, choices=[(w, w) for w in WAYS])
    tell_at = models.DateTimeField()
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    # As the day was, for an undo.
    was_capacity = models.PositiveIntegerField(null=True)
    was_closed_why = models.CharField(max_length=120, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True)
    # When every line was dealt with, also those that go back.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(ended_at=None), name="moves_under_way"),
        ]

    @property
    def to_do(self) -> tuple[str, ...]:
        """Return the states of lines that still have to be dealt with: those that wait, or that go back."""
        return ("waiting",) if self.undone_at is None else ("moved", "left")


class MoveLine(models.Model):
    """What becomes of one case's booking in a move."""

    # Waits for its turn; is on its other day; was given up or changed before; is left for a person; went back, as the
    # move was undone; did not, because its person knew already.
    STATES = ("waiting", "moved", "gone", "left", "back", "stays")

    move = models.ForeignKey(Move, on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="moves")
    # The slot it goes to (CALENDAR/day), another where that went meanwhile; nothing: a person deals with it.
    slot = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in STATES], default="waiting")
    # Where it was brought, and when: whoever chose or decided something since has answered.
    stage = models.CharField(max_length=40, blank=True)
    done_at = models.DateTimeField(null=True)
    # What it had before, for an undo: whether it was booked, and, where it stood as an earlier move had left it, that move's
    # line and what its person was, or is yet to be, told of that.
    was_booked = models.BooleanField(default=True, db_default=True)
    earlier = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    was_told = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["move", "case"], name="one_line_a_case"),
        ]


class Booking(models.Model):
    """A place on a day: held for a draft or a case until a moment, booked by a case, or given back."""

    day = models.ForeignKey(Day, on_delete=models.PROTECT, related_name="bookings")
    load = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(s, s) for s in (*LIVE, "released")])
    until = models.DateTimeField(null=True)
    # A draft that is thrown away takes its hold along; by the database (migration 0002), so that the draft
    # is locked before its hold, as everywhere.
    draft = models.ForeignKey(
        Draft, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="bookings"
    )
    # The home (its UPRN) that a draft's hold is for, so that there is one for a home.
    home = models.BigIntegerField(null=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="bookings")
    # Until when the day can be taken at all: no hold lasts longer. Nothing: until the day begins.
    last_at = models.DateTimeField(null=True)
    # When its owner had it first: by this the bound of a hold is counted, and who came first.
    made_at = models.DateTimeField()
    # When it was last held, booked or given back: by this clock the database looks for room.
    touched_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["until"], condition=Q(state="held"), name="holds_by_end"),
            models.Index(
                fields=["home"],
                condition=Q(state="held", draft__isnull=False),
                name="holds_by_home",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(load__gte=1), name="load_is_something"),
            models.CheckConstraint(
                condition=Q(state="held", until__isnull=False)
                | Q(state__in=("booked", "released"), until__isnull=True),
                name="held_until",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at__isnull=True)
                | Q(state="released", ended_at__isnull=False),
                name="released_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(draft__isnull=False, case__isnull=True)
                | Q(draft__isnull=True, case__isnull=False),
                name="one_owner",
            ),
            models.UniqueConstraint(
                fields=["draft"], condition=Q(state__in=LIVE), name="one_booking_a_draft"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=LIVE), name="one_booking_a_case"
            ),
        ]

    def is_live(self, now: datetime) -> bool:
        """Say whether its owner still has the place."""
        return self.state == "booked" or (
            self.state == "held" and self.until is not None and self.until > now
        )

    @property
    def last_moment(self) -> datetime:
        """Return until when its day can be taken; reads the day."""
        return self.last_at or begins(self.day.day)


def begins(day: date) -> datetime:
    """Return the moment at which a day begins here."""
    return datetime.combine(day, time(), tzinfo=ZONE)


def taken(now: datetime, prefix: str = "") -> Q:
    """Return the condition of bookings that keep others out."""
    return taken_after(now - GRACE, prefix)


def taken_after(since: datetime, prefix: str = "") -> Q:
    """Return the condition of what is booked, or held beyond a moment (GRACE before now)."""
    held = Q(**{f"{prefix}state": "held", f"{prefix}until__gt": since})
    return Q(**{f"{prefix}state": "booked"}) | held
