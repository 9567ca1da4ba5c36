from django.db import models
from django.db.models import Q

OPEN = ("waiting", "playing")
ENDED = ("published", "differs", "failed")


class Publishing(models.Model):
    """One wish to publish a library folder: its files as they were then, and how playing them goes."""

    slug = models.SlugField()
    digest = models.CharField(max_length=64)
    files = models.JSONField()
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(s, s) for s in (*OPEN, *ENDED)])
    # Counts the runs: a run that was given up by the queue sees that it is no longer its turn.
    run = models.IntegerField(default=0)
    played = models.IntegerField(default=0)
    examples = models.IntegerField()
    differing = models.JSONField(default=list)
    progress_at = models.DateTimeField(db_column="moved_at")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(ended_at=None), name="one_open_publishing"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, state__in=OPEN)
                | Q(ended_at__isnull=False, state__in=ENDED),
                name="ended_with_a_result",
            ),
        ]
