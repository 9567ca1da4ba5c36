from django.db import models
from django.db.models import Q

from doorstep.cases.models import Case
from doorstep.staff.models import Token


class Hit(models.Model):
    """How often one hashed person did one thing in one stretch of time."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField()
    until = models.DateTimeField(db_index=True)


class Wrong(models.Model):
    """How often somebody, hashed, gave a wrong password or code one after the other, and when last."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField()
    at = models.DateTimeField(db_index=True)


class KeptAnswer(models.Model):
    """What the API answered to a call with an Idempotency-Key, to be said again; without personal data.

    A row without a status is seen only by the call that is at work on it.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    answer = models.JSONField(null=True)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="one_answer_a_key"),
            models.CheckConstraint(
                condition=Q(status=None, answer=None)
                | Q(status__isnull=False, answer__isnull=False),
                name="answered_with_a_status",
            ),
        ]


class SentIn(models.Model):
    """By which Open311 key a case came: its sender may follow it, shown in public or not.

    Under its Idempotency-Key the sender finds it again, long after the kept answer is forgotten.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="one_case_a_senders_key")
        ]
