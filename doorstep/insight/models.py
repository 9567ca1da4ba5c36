from django.db import models
from django.db.models import Q

WHAT = (
    "shown",
    "started",
    "answered",
    "error",
    "stop",
    "time",
    "sent",
    "left",
    "stopped",
    "unstarted",
)


class StepCell(models.Model):
    """How often one thing happened on one page of a form on one day: a sum of many, and nobody's way.

    `page` is one of the form, or ":start", ":check". `version` are the first twelve letters of the definition's digest. `detail` is, of an error,
    question and code; of a stop, and of what ended at one, its code; of a time, the seconds that it was less than.
    """

    # A day in London.
    day = models.DateField()
    service = models.CharField(max_length=50)
    version = models.CharField(max_length=12)
    page = models.CharField(max_length=60)
    what = models.CharField(max_length=10)
    detail = models.CharField(max_length=120)
    device = models.CharField(max_length=10)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=3)
    n = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "service",
                    "day",
                    "version",
                    "page",
                    "what",
                    "detail",
                    "device",
                    "channel",
                    "language",
                ],
                name="one_cell_a_key",
            ),
            models.CheckConstraint(condition=Q(what__in=WHAT), name="cell_of_a_known_kind"),
        ]


class Phrase(models.Model):
    """How often words were written on one day for which nothing was proposed, without what may name a person or a place."""

    day = models.DateField()
    words = models.CharField(max_length=120)
    language = models.CharField(max_length=3)
    n = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["words", "day", "language"], name="one_phrase_a_day")
        ]
        indexes = [models.Index(fields=["day"], name="phrase_by_day")]


# Where people are asked: after sending, and at the end of a case.
PLACES = ("sent", "end")


class Answer(models.Model):
    """How satisfied somebody was with a service: of which case, and whose, is kept nowhere.

    The day alone is kept, since a moment would name the case. `version` is as of a StepCell; `score` is 5 for very
    satisfied, 1 for very dissatisfied.
    """

    # A day in London.
    day = models.DateField()
    service = models.CharField(max_length=50)
    version = models.CharField(max_length=12)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=3)
    place = models.CharField(max_length=4)
    score = models.SmallIntegerField()
    # What they wrote; emptied after a year.
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(place__in=PLACES), name="answer_at_a_known_place"),
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=5), name="answer_from_one_to_five"
            ),
        ]
        indexes = [
            models.Index(fields=["service", "day"], name="answers_by_service"),
            models.Index(fields=["day"], condition=~Q(comment=""), name="answers_with_words"),
        ]


class Answered(models.Model):
    """That the person of a case has answered at a place: a keyed hash of both, and nothing of what they said or when."""

    mark = models.CharField(max_length=64, primary_key=True)
