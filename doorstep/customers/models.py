from django.db import models
from django.db.models import Q


class Customer(models.Model):
    """How to reach the person behind a case; every field may be empty."""

    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()


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
