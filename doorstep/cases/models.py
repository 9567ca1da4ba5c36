import uuid
from typing import get_args

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Right

from doorstep.cases.owners import FORMER, ONE_DRAFT_EACH, Kind
from doorstep.catalogue.channels import CHANNELS
from doorstep.catalogue.models import Version
from doorstep.customers.models import Customer
from doorstep.places.grid import Point
from doorstep.places.models import Property, Ward
from doorstep.tasks.models import Task

# A draft that became a case and still has what the case has: what was found, and what was decided by it.
FULL = Q(sent_at__isnull=False, changes=None) & ~Q(facts={}, decisions={})


class Draft(models.Model):
    """Answers not yet sent; each Start of a form makes one, and it belongs to whoever began it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # Whose it is: `cases.owners.Owner`. Neither, of one that is nobody's any more.
    owner_kind = models.CharField(max_length=10, blank=True, db_default="")
    owner_key = models.CharField(max_length=64, blank=True, db_default="")
    # Keys of the browsers it went on from, when its link was opened in another.
    left_by = models.JSONField(default=list, db_default=[])
    # The key of the browser it goes back to, of one that an adviser goes on with by its person's consent (cases.handing).
    lent_by = models.CharField(max_length=64, blank=True, db_default="")
    # How it went from hand to hand (cases.shapes.Handed).
    handed = models.JSONField(default=list, db_default=[])
    # Whose it was for the version before; nothing reads it.
    visitor = models.CharField(max_length=64, blank=True, db_default="")
    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    slug = models.SlugField()
    channel = models.CharField(max_length=20, default="online")
    language = models.CharField(max_length=3, default="en")
    by_staff = models.CharField(max_length=80, blank=True)
    # The person (customers.Person) whom staff fill it in for, where they began it from that page.
    begun_for = models.BigIntegerField(null=True)
    answers = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    # Of the facts that may be kept for a while: whose they are and when they were observed (cases.facts.Seen).
    observed = models.JSONField(null=True)
    asked = models.JSONField(default=list)
    decisions = models.JSONField(default=dict)
    # Stops gone past: by the resident's dispute, or by staff with a reason.
    passed = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # Until when what its workflow reserves, such as a slot, is held; and the settings it was quoted then.
    held_until = models.DateTimeField(null=True)
    quoted = models.JSONField(null=True)
    # Fields as typed on a page that was saved before its answers were right.
    typed = models.JSONField(default=dict)
    # Saved by a link: to whom, the message that carries it, and the hash of its token.
    saved_to = models.EmailField(blank=True)
    saved_key = models.CharField(max_length=80, blank=True)
    link_hash = models.CharField(max_length=64, blank=True, db_index=True)
    warned_at = models.DateTimeField(null=True)
    # For figures: on what kind of device it was begun, by which link code, and whether staff fill it in for somebody.
    # No device: whoever began it is not counted.
    device = models.CharField(max_length=10, blank=True, db_default="")
    campaign = models.CharField(max_length=40, blank=True, db_default="")
    assisted = models.BooleanField(default=False, db_default=False)
    # When it was last touched before it was counted as left, and as what: page, kind, detail, language.
    left_at = models.DateTimeField(null=True)
    left_as = models.JSONField(null=True)
    # The case that belonged to another service, of which this is to become a case.
    moved_from = models.ForeignKey(
        "Case", null=True, on_delete=models.SET_NULL, related_name="moved_on"
    )

    # The case that this changes: its form filled in again, from its own answers.
    changes = models.ForeignKey(
        "Case", null=True, on_delete=models.SET_NULL, related_name="change_drafts"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_kind="", owner_key="")
                | Q(owner_kind__in=[*get_args(Kind), FORMER]) & ~Q(owner_key=""),
                name="draft_owner_is_a_pair",
            ),
            models.UniqueConstraint(
                fields=["owner_kind", "owner_key"],
                condition=Q(owner_kind__in=ONE_DRAFT_EACH),
                name="one_draft_an_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner_kind", "owner_key"], condition=Q(sent_at=None), name="draft_unsent"
            ),
            models.Index(
                fields=["left_at"], condition=Q(left_at__isnull=False), name="draft_counted_left"
            ),
            models.Index(fields=["sent_at"], condition=FULL, name="drafts_to_empty"),
        ]


class HelpCode(models.Model):
    """A code by which an adviser goes on with a form that somebody began online, once; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="help_codes_by_time")]


class Case(models.Model):
    """One request by one person about one place."""

    reference = models.CharField(max_length=16, unique=True)
    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    slug = models.SlugField()
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT)
    place = models.ForeignKey(Property, null=True, on_delete=models.PROTECT)
    # Where it is, of a case about a location: degrees (WGS 84), National Grid in metres, ward, street, words.
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    easting = models.IntegerField(null=True)
    northing = models.IntegerField(null=True)
    ward = models.ForeignKey(Ward, null=True, on_delete=models.PROTECT, related_name="+")
    usrn = models.BigIntegerField(null=True)
    where = models.CharField(max_length=200, blank=True, db_default="")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)
    channel = models.CharField(max_length=20, choices=[(c, c) for c in CHANNELS])
    language = models.CharField(max_length=3, default="en")
    # As its form was begun (Draft).
    device = models.CharField(max_length=10, blank=True, db_default="")
    campaign = models.CharField(max_length=40, blank=True, db_default="")
    assisted = models.BooleanField(default=False, db_default=False)
    stage = models.CharField(max_length=40)
    answers = models.JSONField()
    words = models.JSONField()
    facts = models.JSONField()
    settings = models.JSONField()
    decisions = models.JSONField()
    flags = models.JSONField(default=list)
    unique_key = models.CharField(max_length=200, null=True)
    opened_at = models.DateTimeField(db_index=True)
    # When it came into its stage, and how it ended: true where the resident got what was asked for.
    stage_since = models.DateTimeField(null=True, db_column="moved_at")
    good = models.BooleanField(null=True)
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    erased_at = models.DateTimeField(null=True)
    # Open only to who may see what is restricted (staff.permissions), whatever else they may.
    restricted = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            # The worklist: what is open by when it is due, what is closed by when it was.
            models.Index(
                fields=["due_on", "opened_at"],
                include=["stage", "flags"],
                condition=Q(closed_at=None),
                name="worklist_by_due",
            ),
            models.Index(fields=["closed_at"], name="closed_by_day"),
            models.Index(
                fields=["stage", "closed_at"],
                condition=Q(closed_at__isnull=False),
                name="closed_by_stage",
            ),
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False) & ~Q(flags=[]),
                name="closed_with_flags",
            ),
            # What is erased next, and what was, so that other rooms forget what they have of it.
            models.Index(
                fields=["closed_at", "version"],
                condition=Q(closed_at__isnull=False, erased_at=None),
                name="cases_to_erase",
            ),
            models.Index(
                fields=["version"],
                condition=Q(closed_at__isnull=False, erased_at=None),
                name="versions_to_erase",
            ),
            models.Index(
                fields=["erased_at"], condition=Q(erased_at__isnull=False), name="cases_erased"
            ),
            # What is where: all, and what is still open (the few that a duplicate may be of).
            GistIndex(
                Point("easting", "northing"),
                condition=Q(easting__isnull=False),
                name="cases_by_place",
            ),
            GistIndex(
                Point("easting", "northing"),
                condition=Q(easting__isnull=False, closed_at=None),
                name="open_by_place",
            ),
            models.Index(
                fields=["ward", "opened_at"],
                condition=Q(easting__isnull=False),
                name="cases_by_ward",
            ),
            models.Index(
                fields=["usrn", "opened_at"],
                condition=Q(usrn__isnull=False),
                name="cases_by_street",
            ),
            # What was reported, the newest first: all, what is open, and what ended well or not.
            models.Index(
                fields=["opened_at", "id"],
                condition=Q(easting__isnull=False),
                name="located_by_time",
            ),
            models.Index(
                fields=["opened_at", "id"],
                condition=Q(easting__isnull=False, closed_at=None),
                name="located_open_by_time",
            ),
            models.Index(
                fields=["good", "opened_at", "id"],
                condition=Q(easting__isnull=False, closed_at__isnull=False),
                name="located_closed_by_time",
            ),
            # How those about one thing ended that were made since a day, such as reports of one bin.
            models.Index(
                fields=["unique_key", "opened_at"],
                condition=Q(closed_at__isnull=False, unique_key__isnull=False),
                name="closed_of_a_kind",
            ),
            # A caller who has only the end of a reference.
            models.Index(Right("reference", 4), name="cases_by_end"),
            # What has moved since someone last asked.
            models.Index(fields=["stage_since"], name="cases_by_move"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"], condition=Q(closed_at=None), name="one_open_case_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="closed_with_an_outcome",
            ),
        ]

    @property
    def at(self) -> str:
        """Return where it is in words: its address, or its location."""
        return self.place.address if self.place else self.where

    @property
    def is_closed(self) -> bool:
        """Say whether the case is closed."""
        return self.closed_at is not None


class Event(models.Model):
    """One line of a case's timeline; the database refuses to change or delete it.

    The table has a column more, `xid`: the transaction that wrote the line, by which figures find what is new to them.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.IntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    by_kind = models.CharField(max_length=10)
    by_key = models.CharField(max_length=80, blank=True)
    data = models.JSONField()
    text_digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_line_a_number")]


class EventText(models.Model):
    """What a person wrote or said, beside its event so that it can be erased."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="personal")
    salt = models.CharField(max_length=32)
    text = models.TextField()


class Link(models.Model):
    """A link that opens a case; only the hash of its token is kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="links_by_end")]


class Shared(models.Model):
    """A case that somebody may see because of what is known above the spine: a crew's list, a partner's code.

    Written by the room that knows (fieldwork when a job is listed, authorities when a case is sent); read by `permits` alone.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="shared")
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("round", "sent")])
    key = models.CharField(max_length=40)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "key"], name="shared_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "key"], name="shared_by_key"),
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="shared_by_end"),
        ]


class CaseTask(models.Model):
    """What a person must do about a case; the task itself knows no cases."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="of_case")
    # What asked for it, such as a message: what is over then ends it, and nothing else.
    topic = models.CharField(max_length=60, blank=True)


class Access(models.Model):
    """Someone asks to open a case by a code sent to its contact; made alike whether or not both exist."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=16)
    contact_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="access_by_time")]
