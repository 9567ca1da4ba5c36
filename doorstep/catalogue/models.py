from django.db import models


class Version(models.Model):
    """A published definition by its content hash; never changes once made.

    When and by whom are of the first time; nobody means the command line.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    slug = models.SlugField()
    files = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80, blank=True)
    current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=models.Q(current=True), name="one_current_version"
            )
        ]


class Played(models.Model):
    """The record that a definition's examples all came out, with these settings."""

    digest = models.CharField(max_length=64)
    settings_digest = models.CharField(max_length=64)
    examples = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "settings_digest"], name="played_once")
        ]
