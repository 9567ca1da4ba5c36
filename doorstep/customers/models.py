"""The tables of people: how they were reached each time, who they are as far as we know, and what was asked about them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse

from doorstep.places.models import Property
from doorstep.staff.models import StaffUser

# How somebody likes to be reached, in which format they read, and what a note about them is: by code.
REACH = ("email", "text", "call", "letter")
FORMATS = ("large_print", "easy_read", "braille", "audio", "sign_language")
LANGUAGES = ("en", "cy")
NOTES = ("need", "care", "warning")
# The most letters of a name, of what a note says, and of a reason.
NAME, TEXT = 120, 1000


class Person(models.Model):
    """Somebody we deal with, or an organisation, as their cases and staff know them."""

    is_organisation = models.BooleanField(default=False)
    # Empty: known by how they are reached alone.
    name = models.CharField(max_length=NAME, blank=True)
    # Staff wrote the name; else it came with a case, and goes with the last one that gave it.
    named_by_staff = models.BooleanField(default=False, db_default=False)
    # Other names of theirs, such as one before a marriage.
    former = ArrayField(models.CharField(max_length=NAME), default=list)
    # What they are found by (`names.index_words`): of all their names, without accents.
    words = ArrayField(models.CharField(max_length=40), default=list)
    home = models.ForeignKey(Property, null=True, on_delete=models.SET_NULL, related_name="people")
    language = models.CharField(max_length=3, blank=True)
    format = models.CharField(max_length=20, blank=True)
    reach = models.CharField(max_length=10, blank=True)
    # Open only to who may see restricted people, and to them with a reason.
    restricted = models.BooleanField(default=False)
    # The record that this one turned out to be the same person as: they are shown as one, and each stays as it was.
    same_as = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="behind")
    made_at = models.DateTimeField()
    # Who made it by hand; empty: it came of a case.
    made_by = models.CharField(max_length=80, blank=True)
    # When they last asked for something; else when staff made the record.
    last_at = models.DateTimeField()
    # Something that it came of is gone: the nightly forgetting looks at it.
    stale = models.BooleanField(default=False)

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="people_by_word", fastupdate=False),
            models.Index(fields=["stale"], condition=Q(stale=True), name="people_stale"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(same_as=F("id")), name="person_not_behind_itself"),
            models.CheckConstraint(condition=Q(reach__in=["", *REACH]), name="person_reach"),
            models.CheckConstraint(condition=Q(format__in=["", *FORMATS]), name="person_format"),
        ]

    @property
    def shown(self) -> "Person":
        """Return the record that stands for this person: itself, or the one that it stands behind."""
        return self.same_as or self


class Customer(models.Model):
    """How to reach the person behind a case, as it was given with that case; every field may be empty."""

    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    # The home (UPRN) that the case was about.
    uprn = models.BigIntegerField(null=True)
    # The person (id) it was filled in for, where staff began it from their page; believed where the name is like theirs.
    begun_for = models.BigIntegerField(null=True)
    # Who it is, once it was looked into (`matching`). Indexed below, so that a migration can do it beside.
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="given", db_index=False
    )
    matched_at = models.DateTimeField(null=True)
    # Its case is restricted: it makes known nothing to who may not see such cases.
    restricted = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(matched_at=None), name="customers_to_match"),
            models.Index(fields=["person"], name="customers_of_person"),
        ]


class Contact(models.Model):
    """An e-mail address or a telephone number that reaches somebody."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("email", "phone")])
    # As it was written, and as it is compared and found: `contacts.keys_of`.
    value = models.CharField(max_length=254)
    key = models.CharField(max_length=254)
    # Written down by staff; else it came with a case, and goes with the last one that gave it.
    by_staff = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "key"], name="one_contact_a_person")
        ]
        indexes = [
            models.Index(OpClass(F("key"), name="varchar_pattern_ops"), name="contacts_by_start"),
            models.Index(OpClass(Reverse("key"), name="text_pattern_ops"), name="contacts_by_end"),
        ]


class Word(models.Model):
    """A word that occurs in names: what is typed is compared with these, so that a slip is forgiven."""

    word = models.CharField(max_length=40, unique=True)


class Note(models.Model):
    """Something that staff must know of a person: what to do, and why, until it is looked at again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notes")
    # A need (such as "hard of hearing"), care (a vulnerability), or a warning for who meets them.
    kind = models.CharField(max_length=10, choices=[(k, k) for k in NOTES])
    # What to do; and why, which of a care note few may read.
    text = models.CharField(max_length=TEXT)
    why = models.CharField(max_length=TEXT)
    review_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person"], condition=Q(ended_at=None), name="notes_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | Q(ended_at__isnull=False) & ~Q(ended_by=""),
                name="note_ended_by_somebody",
            )
        ]


class Acting(models.Model):
    """That somebody acts for a person or an organisation, such as a landlord's agent or a daughter."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="actors")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="acts_for")
    # As what, such as "daughter"; and what was seen of it, such as a letter.
    role = models.CharField(max_length=80)
    seen = models.CharField(max_length=200, blank=True)
    until = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "by"], condition=Q(ended_at=None), name="acts_once"
            ),
            models.CheckConstraint(condition=~Q(person=F("by")), name="acts_for_another"),
        ]


class Merge(models.Model):
    """That a record was found to be the same person's as another, by whom, and whether that was taken back."""

    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    # Records that stood behind the one that went, and came along.
    along = ArrayField(models.BigIntegerField(), default=list)
    why = models.CharField(max_length=TEXT, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    parted_at = models.DateTimeField(null=True)
    parted_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(parted_at=None), name="merged_once"
            )
        ]


class Likeness(models.Model):
    """That two records may be one person's: a person says."""

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    # "contact": reached alike, and the names do not say; "home": the same name at the same home; "several": like several.
    why = models.CharField(max_length=10, choices=[(w, w) for w in ("contact", "home", "several")])
    at = models.DateTimeField()
    # "same", "other"; empty: nobody said yet.
    said = models.CharField(max_length=10, blank=True)
    said_by = models.CharField(max_length=80, blank=True)
    said_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], condition=Q(said=""), name="likenesses_open")]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="likeness_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="likeness_in_order"),
        ]


class Opening(models.Model):
    """That somebody opened a restricted person's record, and why; it lets them in for a quarter of an hour."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="openings")
    staff = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=TEXT)

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="openings_by_person")]


class PersonEvent(models.Model):
    """One line of what was done to a person's record, by whom; what was written is not in it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    # Such as "name changed", "note added", "merged".
    what = models.CharField(max_length=30)
    by = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="person_events")]


ANSWERS = ("yes", "no", "unknown")


class EntitlementCheck(models.Model):
    """That a system of record was asked whether somebody is entitled: what it said, what for, who asked.

    Of the claim its last three characters alone are kept; no name, no day of birth. A row is never changed.
    """

    at = models.DateTimeField()
    answer = models.CharField(max_length=10)
    purpose = models.CharField(max_length=80)
    claim_end = models.CharField(max_length=3)
    # A member of staff's username, else "resident" or the kind of program.
    asked_by = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["at"], name="entitlement_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=ANSWERS), name="entitlement_answer")
        ]


class EntitlementAttempt(models.Model):
    """That somebody, or somebody about some claim, has asked: by a keyed hash, and for a day only."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="attempt_by_key")]
