from django.db import models


class Photo(models.Model):
    """A photo that was taken in; `kept` once a case or a crew's record holds it, swept away otherwise."""

    name = models.CharField(max_length=40, primary_key=True)
    taken_at = models.DateTimeField(db_index=True)
    kept = models.BooleanField(default=False)

    class Meta:
        # Its name from before this room was: the version before still reads it while this one starts.
        db_table = "outside_photo"
        indexes = [
            models.Index(
                fields=["taken_at"], condition=models.Q(kept=False), name="photos_not_kept"
            ),
        ]
