"""The tables of contacts: each once, what was done in it, and who is ringing just now."""

from datetime import datetime, timedelta
from typing import get_args

from django.db import models
from django.db.models import F, Q

from doorstep.cases.models import Case, Draft
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.contacts.demand import What
from doorstep.contacts.reasons import FAILURE, KINDS, OFFERED, VALUE
from doorstep.customers.models import Person
from doorstep.places.models import Property
from doorstep.staff.models import StaffUser
from doorstep.tasks.models import Task

# The most letters of a note, and of a telephone number.
NOTE, NUMBER = 1000, 40
WHATS = get_args(What)


class Contact(models.Model):
    """One contact with the council: a call, a visit, an e-mail or a letter, as a member of staff took it."""

    channel = models.CharField(max_length=20, choices=[(c, c) for c in ADVISER_CHANNELS])
    by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="contacts")
    # Whose it is, as far as they said, and the home they came from. Personal, so they leave in time (`forgetting`).
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="contacts_made"
    )
    # Somebody was known: where nobody stands there any more, their record is gone, and what is personal goes, too.
    had_person = models.BooleanField(default=False)
    home = models.ForeignKey(Property, null=True, on_delete=models.SET_NULL, related_name="+")
    # The number that rang. Personal.
    number = models.CharField(max_length=NUMBER, blank=True)
    begun_at = models.DateTimeField(db_index=True)
    # When something was last done in it.
    last_at = models.DateTimeField()
    # Since when it waits, and for how many seconds it waited before.
    held_at = models.DateTimeField(null=True)
    held_seconds = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    # A service, or one of our own reasons (`reasons.OWN`); empty: not known. Until it ended, only what a person said.
    reason = models.SlugField(blank=True)
    demand = models.CharField(max_length=10, blank=True)
    # Of failure demand, why they need not have come (`reasons.KINDS`).
    kind = models.CharField(max_length=20, blank=True)
    # A person said another reason or demand than the rule has: that one is not overwritten.
    is_corrected = models.BooleanField(default=False)
    # Whether they were offered to do it online: "taken", "declined", "not_offered"; empty: not said.
    offered = models.CharField(max_length=15, blank=True)
    # The screen is turned to whoever is there: it shows nobody else's, until somebody turns it back, however it ends.
    is_facing = models.BooleanField(default=False, db_default=False)
    # Personal.
    note = models.CharField(max_length=NOTE, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "-begun_at"],
                condition=Q(person__isnull=False),
                name="contacts_of_person_made",
            ),
            models.Index(fields=["last_at"], condition=Q(ended_at=None), name="contacts_open"),
            models.Index(
                fields=["by"],
                condition=Q(ended_at=None) | Q(is_facing=True),
                name="contacts_on_screen",
            ),
            models.Index(
                fields=["ended_at"],
                condition=~Q(person=None, home=None, number="", note="", had_person=False),
                name="contacts_to_empty",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["by"],
                condition=Q(ended_at=None, held_at=None),
                name="one_contact_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(demand__in=["", VALUE], kind="") | Q(demand=FAILURE, kind__in=KINDS),
                name="failure_demand_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(offered__in=["", *OFFERED]), name="offered_online_or_not"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at"), held_at=None),
                name="contact_ended_after_it_began",
            ),
        ]

    @property
    def is_held(self) -> bool:
        """Say whether it waits."""
        return self.held_at is not None

    def lasted(self, now: datetime) -> timedelta:
        """Return how long it has lasted, the time that it waited left out."""
        until = self.ended_at or self.held_at or now
        return max(until - self.begun_at - timedelta(seconds=self.held_seconds), timedelta(0))


class Act(models.Model):
    """What was done in a contact; the same thing stands there once."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="acts")
    at = models.DateTimeField()
    what = models.CharField(max_length=15, choices=[(w, w) for w in WHATS])
    service = models.SlugField(blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="+")
    # Of a stop, which.
    code = models.CharField(max_length=60, blank=True)
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "what", "service", "case", "code", "task"],
                nulls_distinct=False,
                name="an_act_once",
            ),
            models.CheckConstraint(condition=Q(what__in=WHATS), name="act_of_a_kind"),
        ]


class FormBegun(models.Model):
    """In which contact a form was begun, or taken from its person: on a screen that is turned, it is drawn in no other."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="forms")
    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="+")


class Visitor(models.Model):
    """Who waits at the counter, or waited: by the number of the day; a name where they gave one."""

    day = models.DateField()
    number = models.IntegerField()
    # Personal, as are words and needs: they leave on the same day (`waiting.forget`).
    name = models.CharField(max_length=60, blank=True)
    # What it is about: a service, or a few words.
    about = models.SlugField(blank=True)
    words = models.CharField(max_length=100, blank=True)
    # What makes it easier for them (`waiting.NEEDS`).
    needs = models.JSONField(default=list)
    came_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True)
    contact = models.OneToOneField(
        Contact, null=True, on_delete=models.SET_NULL, related_name="visitor"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["came_at"],
                condition=Q(called_at=None, left_at=None),
                name="visitors_waiting",
            ),
            models.Index(
                fields=["day"],
                condition=~Q(name="", words="", needs=[]),
                name="visitors_to_empty",
            ),
            models.Index(
                fields=["called_at"],
                condition=Q(called_at__isnull=False),
                name="visitors_called",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["day", "number"], name="one_number_a_day"),
            models.CheckConstraint(
                condition=Q(called_at=None, called_by=None)
                | Q(called_at__isnull=False, called_by__isnull=False),
                name="called_by_somebody",
            ),
        ]


class Ring(models.Model):
    """That a telephone rings, for some minutes: the number is sealed, and of the address that opens it the hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    # Of the message by which we were told: it is taken once.
    message_hash = models.CharField(max_length=64, unique=True)
    # Emptied once it was opened.
    sealed = models.TextField(blank=True)
    line = models.CharField(max_length=40, blank=True)
    # For whom it rings; nobody: whoever may take contacts.
    staff = models.ForeignKey(StaffUser, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)
