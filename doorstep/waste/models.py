from typing import Any, Literal, TypedDict

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from doorstep.bookings.models import Day
from doorstep.fieldwork.models import Job
from doorstep.places.models import Property, Street

# Weeks from one collection to the next.
LONGEST_WEEKS = 12


class Round(models.Model):
    """A round: one crew's streets on one weekday every `weeks` weeks, counted from `anchor`.

    Before the day `since` the cycle was another, so that what was due in the past stays as it was. Where another system
    keeps the book, `days` are those that it says between `known_from` and `known_to`, both included; its cycle holds beyond.
    """

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=80)
    stream = models.CharField(max_length=20)
    anchor = models.DateField()
    weeks = models.IntegerField()
    since = models.DateField(null=True)
    was_anchor = models.DateField(null=True)
    was_weeks = models.IntegerField(null=True)
    known_from = models.DateField(null=True)
    known_to = models.DateField(null=True)
    days = ArrayField(
        models.DateField(),
        default=list,
        db_default=models.Value([], ArrayField(models.DateField())),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weeks__gte=1, weeks__lte=LONGEST_WEEKS), name="weeks_of_a_cycle"
            ),
            models.CheckConstraint(
                condition=Q(since=None, was_anchor=None, was_weeks=None)
                | Q(since__isnull=False, was_anchor__isnull=False, was_weeks__gte=1),
                name="since_with_the_cycle_before",
            ),
        ]


class Container(models.Model):
    """A container at a property, emptied by a round; flats share those of their building.

    One that several rounds empty has a row for each, and goes by the first one's id (decision 29). Before
    the day `since` a row was of another round, or, where that is nothing, not there.
    """

    place = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="containers")
    kind = models.CharField(max_length=20)
    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    since = models.DateField(null=True)
    was_round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(was_round=None) | Q(since__isnull=False),
                name="another_round_before_a_day",
            )
        ]


class Assisted(models.Model):
    """A home whose containers the crew fetches; never shown to anyone but staff."""

    place = models.OneToOneField(Property, on_delete=models.PROTECT, primary_key=True)


class Suspension(models.Model):
    """A stream not collected between two days, both included."""

    stream = models.CharField(max_length=20)
    first = models.DateField()
    last = models.DateField()


class MovedDay(models.Model):
    """A collection day that moves to another for every round, such as at Christmas, or is left out."""

    day = models.DateField(unique=True)
    to = models.DateField(null=True)


class DayHistory(models.Model):
    """How often a collection day was moved, moved on or moved back, and when last: calendars tell a newer event by it."""

    day = models.DateField(unique=True)
    times = models.IntegerField()
    at = models.DateTimeField()


class BinNote(models.Model):
    """A wish for an e-mail the evening before a home's collections; nothing else is kept of anyone.

    It counts once its address was confirmed by a link. Both links are kept as hashes.
    """

    place = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=3)
    asked_at = models.DateTimeField(db_index=True)
    confirmed_at = models.DateTimeField(null=True)
    confirm_hash = models.CharField(max_length=64, db_index=True)
    stop_hash = models.CharField(max_length=64, db_index=True)
    # The last collection day told of.
    told_for = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "email"], name="one_note_a_home_and_address")
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(confirmed_at=None), name="notes_to_confirm"
            ),
        ]


class RoundDay(models.Model):
    """A round's progress on one day; delayed carries a moment and a public sentence."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    day = models.DateField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=80, blank=True)
    finished_by = models.CharField(max_length=80, blank=True)
    vehicle = models.CharField(max_length=20, blank=True)
    delayed_until = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=300, blank=True)
    # Who last told residents of a delay or took it back, and when.
    delay_said_by = models.CharField(max_length=80, blank=True, db_default="")
    delay_said_at = models.DateTimeField(null=True)
    # When what residents are told of this day last changed.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "day"], name="one_row_a_round_and_day"),
            models.CheckConstraint(
                condition=Q(delayed_until=None, sentence="")
                | (Q(delayed_until__isnull=False) & ~Q(sentence="")),
                name="delayed_with_a_sentence",
            ),
        ]
        # The newest of all is asked for each minute.
        indexes = [
            models.Index(fields=["day"], name="rounds_by_day"),
            models.Index(fields=["started_at"], name="rounds_by_start"),
            models.Index(fields=["finished_at"], name="rounds_by_end"),
        ]


class StreetDay(models.Model):
    """One street of a round on one day: when its crew began it and was through, with which vehicle."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    day = models.DateField()
    street = models.ForeignKey(Street, on_delete=models.PROTECT)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=80)
    vehicle = models.CharField(max_length=20, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "day", "street"], name="one_row_a_round_day_and_street"
            )
        ]
        indexes = [models.Index(fields=["day"], name="streets_by_day")]


What = Literal["round", "container", "suspension", "moved_day"]


class Edit(TypedDict):
    """One row before and after, dates as ISO 8601; no `before` makes the row, no `after` takes it away.

    `key` is "" for a new row whose table numbers its rows, until it is made.
    """

    what: What
    key: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class EffectRow(TypedDict):
    """What homes of one round, or that go from one to another, notice: the days they lose and gain."""

    was: str
    now: str
    homes: int
    gone: list[str]
    new: list[str]


class Effect(TypedDict):
    """What homes would notice of a change; `more` counts the rows that are left out."""

    homes: int
    rows: list[EffectRow]
    more: int


class Change(models.Model):
    """A change of rounds, containers or calendar: proposed with its effect, made, and undone again.

    `edits` are rows before and after, so that making and undoing are the same work in two directions;
    `effect` is what homes would notice, as it was worked out for the preview.
    """

    title = models.CharField(max_length=200)
    edits = models.JSONField()
    effect = models.JSONField()
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    made_by = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at=None, made_by="") | (Q(made_at__isnull=False) & ~Q(made_by="")),
                name="made_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by="")
                | (Q(undone_at__isnull=False, made_at__isnull=False) & ~Q(undone_by="")),
                name="undone_by_someone_after_it_was_made",
            ),
        ]


class PlanFile(models.Model):
    """A round plan that an officer sent: read in the queue, line by line, into a proposed change."""

    name = models.CharField(max_length=100)
    text = models.TextField()
    since = models.DateField()
    sent_by = models.CharField(max_length=80)
    sent_at = models.DateTimeField()
    progress_at = models.DateTimeField(db_column="moved_at")
    lines = models.IntegerField()
    read = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    # The first of what is wrong: [line, reason]; and how many lines are wrong in all.
    bad = models.JSONField(default=list)
    bad_lines = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)
    change = models.ForeignKey(Change, null=True, on_delete=models.SET_NULL)


class Mirrored(models.Model):
    """When a home was last read from the waste system that the council has already: its book, and what is new there.

    `wrong` is what stood in the way at `tried_at`, in words of ours; empty where nothing did.
    """

    place = models.OneToOneField(
        Property, on_delete=models.PROTECT, primary_key=True, related_name="mirrored"
    )
    book_at = models.DateTimeField(null=True, db_index=True)
    news_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField()
    wrong = models.CharField(max_length=200, blank=True)
    # Since when they say that something is emptied there no more: believed once it is a day old.
    empty_at = models.DateTimeField(null=True)


class Sheet(models.Model):
    """A piece of work in that system: sent there for a job of ours, or keyed there by somebody else."""

    # Waits to be sent; is open, done or cancelled there; was refused; was never sent, as its job was withdrawn before.
    STATES = ("to_send", "open", "done", "cancelled", "refused", "dropped")
    LIVE, ENDED = ("to_send", "open"), ("done", "cancelled")
    LONGEST_NUMBER = 40

    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="sheet")
    # Ours, by which a try that nobody wrote down is found there; empty where it is theirs.
    key = models.CharField(max_length=60, blank=True, db_index=True)
    # Theirs; nothing until it is known.
    number = models.CharField(max_length=LONGEST_NUMBER, null=True, unique=True)
    place = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    # The kind of the container that it is about, or nothing.
    kind = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in STATES])
    began_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Whether it was keyed there by others a moment before ours was to be: then it is theirs to cancel.
    is_adopted = models.BooleanField(default=False, db_default=False)
    # When it is to be looked at next; the tries since something last went well, and what was wrong with the last.
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    wrong = models.CharField(max_length=200, blank=True)
    # What was last carried from there to the case, and what a person was last asked: neither is said again.
    said = models.CharField(max_length=80, blank=True)
    asked = models.CharField(max_length=200, blank=True)
    # The number of the last event of the case whose words were added there.
    told = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="sheets_to_look_at"
            ),
            models.Index(fields=["place", "kind"], condition=Q(state="open"), name="sheets_open"),
        ]


class TheirDay(models.Model):
    """A day on which that system does a kind of work, by its id there, and how much was free when we asked; none: nothing is."""

    day = models.OneToOneField(
        Day, on_delete=models.PROTECT, primary_key=True, related_name="theirs"
    )
    slot = models.CharField(max_length=40, blank=True)
    free = models.PositiveIntegerField()
    at = models.DateTimeField()
