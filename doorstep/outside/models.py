from django.db import models


class JobFailure(models.Model):
    """What last went wrong with a job, and whether its give-up action was taken."""

    job_id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=80)
    error = models.CharField(max_length=200)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
