from django.db import models

# Both tables keep their names from before this room was: the version before still reads them while this one starts.


class Correction(models.Model):
    """An officer's word that a text belonged to another service: its telling words only, never the text.

    Nothing in it leads to a person or a case; it is deleted after a year.
    """

    from_slug = models.SlugField()
    to_slug = models.SlugField()
    words = models.JSONField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "catalogue_correction"


class Keyword(models.Model):
    """A keyword that this council added to a service of its own accord, or decided not to add."""

    slug = models.SlugField()
    text = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=[(s, s) for s in ("accepted", "declined")])
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_keyword"
        constraints = [
            models.UniqueConstraint(fields=["slug", "text"], name="one_word_on_a_keyword"),
        ]
