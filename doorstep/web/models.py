from django.db import models


class Hit(models.Model):
    """How often one hashed person did one thing in one stretch of time."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField()
    until = models.DateTimeField(db_index=True)
