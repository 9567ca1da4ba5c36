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


class Correction(models.Model):
    """An officer's word that a text belonged to another service: its telling words only, never the text.

    Nothing in it leads to a person or a case; it is deleted after a year.
    """

    from_slug = models.SlugField()
    to_slug = models.SlugField()
    words = models.JSONField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField(db_index=True)


class Keyword(models.Model):
    """A keyword that this council added to a service of its own accord, or decided not to add."""

    slug = models.SlugField()
    text = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=[(s, s) for s in ("accepted", "declined")])
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "text"], name="one_word_on_a_keyword"),
        ]
