from typing import TypedDict

from django.db import models
from django.db.models import Q

from doorstep.cases.models import Case

# Waiting to be sent; with them; ended; taken back before it left, or sent anew.
WITH_THEM, ENDED = ("taken", "started"), ("fixed", "closed")
STATES = ("waiting", *WITH_THEM, *ENDED, "refused", "withdrawn")


class PassedFact(TypedDict):
    """The fact `passed` of a case: to whom it went, how to reach them, and their reference once they gave one."""

    name: str
    address: str
    telephone: str
    reference: str


class Passed(models.Model):
    """A case passed on to another authority, under a key of ours and then their id or token."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="passed")
    authority = models.CharField(max_length=40)
    key = models.CharField(max_length=80, unique=True)
    # What of the case goes along: questions by id, attributes of theirs, contact and photos or not.
    what = models.JSONField()
    state = models.CharField(max_length=10, choices=[(s, s) for s in STATES], default="waiting")
    their_id = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    # When it was last tried, how often, and what last went wrong: our own words, nobody's name.
    tried_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    # Until when they were asked what became of it, and when there last was something new.
    heard_at = models.DateTimeField(null=True)
    news_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["authority"],
                condition=Q(state__in=["waiting", "taken", "started"]),
                name="passed_and_open",
            ),
            models.Index(fields=["news_at"], name="passed_by_news"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="passed_state"),
            models.CheckConstraint(
                condition=Q(sent_at=None, their_id="", token="")
                | (Q(sent_at__isnull=False) & (~Q(their_id="") | ~Q(token=""))),
                name="sent_with_an_id_or_token",
            ),
        ]


class Heard(models.Model):
    """An update that was taken in, so that it is taken in once."""

    passed = models.ForeignKey(Passed, on_delete=models.CASCADE, related_name="heard")
    update_id = models.CharField(max_length=200)
    state = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["passed", "update_id"], name="one_update_an_id")
        ]


class OfficerAsked(models.Model):
    """Something of another authority's that an officer was asked about, so that he is asked once for a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "about"], name="officer_asked_once"),
        ]
