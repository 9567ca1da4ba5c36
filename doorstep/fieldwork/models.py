from typing import TypedDict

from django.db import models
from django.db.models import Q

from doorstep.cases.models import Case
from doorstep.places.models import Property

# The code of the line that takes a mistaken record back.
WITHDRAWN = "withdrawn"
# The outcome of a job with tasks of which some were not done.
PARTIAL = "partial"


class JobFact(TypedDict):
    """The fact `job` of a case whose job has tasks: those that are left, with id and label."""

    left: list[dict[str, str]]


class DeviceEvent(models.Model):
    """One event a device sent, by the id the device made; a second one with the id is a replay."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=30)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="device_events_by_time")]


class Job(models.Model):
    """Work for a crew's list on a day; `about` says what it is at, in another room's words."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="jobs")
    crew_list = models.CharField(max_length=40)
    day = models.DateField()
    about_kind = models.CharField(max_length=20)
    about_key = models.CharField(max_length=60)
    place = models.ForeignKey(Property, null=True, on_delete=models.PROTECT)
    title = models.CharField(max_length=120)
    detail = models.TextField(blank=True)
    outcomes = models.JSONField()
    # What is to be ticked one by one, as id and label; none for most jobs.
    tasks = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    # Done before others of its day; and what the crew must know before going there.
    urgent = models.BooleanField(default=False, db_default=False)
    warning = models.TextField(blank=True, db_default="")
    state = models.CharField(
        max_length=10, default="open", choices=[(s, s) for s in ("open", "done", "withdrawn")]
    )
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["crew_list", "state", "day"]),
            models.Index(fields=["crew_list", "made_at"], name="jobs_made_on_a_list"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "about_kind", "about_key"],
                condition=Q(state="open"),
                name="one_open_job",
            )
        ]


class Outcome(models.Model):
    """What a crew found or did: of a job, or seen on the round; a correction supersedes it."""

    event = models.OneToOneField(DeviceEvent, on_delete=models.PROTECT)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="results")
    crew_list = models.CharField(max_length=40)
    about_kind = models.CharField(max_length=20)
    about_key = models.CharField(max_length=60)
    code = models.CharField(max_length=40)
    day = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    photo = models.CharField(max_length=80, blank=True)
    # How it was before the work; `photo` is how it was left.
    photo_before = models.CharField(max_length=80, blank=True, db_default="")
    # The ids of the job's tasks that were not done.
    left = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    vehicle = models.CharField(max_length=20, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    superseded_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT)

    class Meta:
        indexes = [
            models.Index(fields=["about_kind", "about_key", "day"]),
            models.Index(fields=["day", "crew_list"], name="outcomes_of_a_day"),
        ]


class Caution(models.Model):
    """What whoever works at a place must know first, such as not to go alone; staff write it, crews see it."""

    easting = models.IntegerField()
    northing = models.IntegerField()
    metres = models.IntegerField(default=50)
    text = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    until = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["until"], condition=Q(ended_at=None), name="cautions_open")]
