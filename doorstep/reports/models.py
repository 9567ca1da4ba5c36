from django.db import models
from django.db.models import F, Q

from doorstep.cases.models import Case

# The flag of a case that stands behind another, which is worked on for both.
JOINED = "joined"


class Report(models.Model):
    """What anyone may see of a case: it is there once the step `publish` has run.

    The chosen words, the place and the stage are shown at once; text and photos only as said here.
    """

    case = models.OneToOneField(
        Case, primary_key=True, on_delete=models.PROTECT, related_name="report"
    )
    published_at = models.DateTimeField()
    hidden = models.BooleanField(default=False)
    text_shown = models.BooleanField(default=False)
    # The names of the photos that anyone may see.
    photos_shown = models.JSONField(default=list)
    # How many others said the same.
    joined = models.IntegerField(default=0)
    # How many people said that it is still there, of it and of those behind it, and when the last did.
    still = models.IntegerField(default=0, db_default=0)
    still_at = models.DateTimeField(null=True)


class StillThere(models.Model):
    """Somebody's word that what a report is about is still there.

    The mark is a keyed hash of a browser and this report, by which nobody is counted twice: it joins nobody's word
    here to their word elsewhere. It is forgotten once the browser's cookie is.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="said_still_there")
    at = models.DateTimeField()
    mark = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["at"], condition=Q(mark__isnull=False), name="still_there_with_a_mark"
            ),
        ]


class Joined(models.Model):
    """A case that is about the same as another: said by the person, or found by an officer."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="joined_to")
    into = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="joined_by")
    at = models.DateTimeField()
    by = models.CharField(max_length=80, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(undone_at=None), name="joined_to_one_only"
            ),
            models.CheckConstraint(condition=~Q(case=F("into")), name="not_joined_to_itself"),
        ]


KINDS = ("street", "ward", "report")


class Follower(models.Model):
    """A wish to be told by e-mail of a street, a ward or one report; it counts once confirmed by a link.

    `key` is a USRN, a ward's code, or a case's reference. Both links are kept as hashes.
    """

    kind = models.CharField(max_length=10, choices=[(k, k) for k in KINDS])
    key = models.CharField(max_length=20)
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=3)
    asked_at = models.DateTimeField(db_index=True)
    confirmed_at = models.DateTimeField(null=True)
    confirm_hash = models.CharField(max_length=64, db_index=True)
    stop_hash = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "email"], name="followed_once")
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(confirmed_at=None), name="followers_to_confirm"
            ),
        ]
