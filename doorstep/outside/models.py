from django.db import models
from django.db.models import Q


class JobFailure(models.Model):
    """What last went wrong with a job, whether its give-up action was taken, and who dealt with it by hand."""

    job_id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=80)
    error = models.CharField(max_length=200)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    retried_by = models.CharField(max_length=80, blank=True)
    dealt_by = models.CharField(max_length=80, blank=True)
    dealt_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(dealt_at=None, dealt_by="")
                | (Q(dealt_at__isnull=False) & ~Q(dealt_by="")),
                name="dealt_with_by_someone",
            )
        ]
        indexes = [models.Index(fields=["at"], name="job_failures_by_time")]


class Beat(models.Model):
    """When a worker last looked for work in a queue."""

    queue = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()


class Hash(models.Model):
    """One keyed hash of a set that was loaded from another system's extract; it is read by `outside.hashes` alone."""

    pk = models.CompositePrimaryKey("kind", "hash")
    kind = models.CharField(max_length=40)
    hash = models.CharField(max_length=64)


class HashSet(models.Model):
    """When a set of hashes was made by the other system and loaded here, and how many it has."""

    kind = models.CharField(max_length=40, primary_key=True)
    made_at = models.DateTimeField()
    loaded_at = models.DateTimeField()
    count = models.PositiveIntegerField()


class Heard(models.Model):
    """When an outside system last answered, and when it last did not and how, by the host of its address."""

    host = models.CharField(max_length=200, primary_key=True)
    answered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # In words of ours: no answer of theirs, which may repeat what was sent.
    wrong = models.CharField(max_length=200, blank=True)


class CallMade(models.Model):
    """A call to an outside system that a case led to; nothing of what was said stands here."""

    # A number only: this room knows no cases.
    case_id = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)
    host = models.CharField(max_length=200)
    method = models.CharField(max_length=10)
    what = models.CharField(max_length=60, blank=True)
    # 0: none came.
    status = models.PositiveSmallIntegerField()
    ms = models.PositiveIntegerField()
    wrong = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case_id", "at"], name="calls_of_a_case")]
