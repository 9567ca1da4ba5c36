from django.db import models


class JobFailure(models.Model):
    """What last went wrong with a job, and whether its give-up action was taken."""

    job_id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=80)
    error = models.CharField(max_length=200)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)


class Photo(models.Model):
    """A photo that was taken in; `kept` once a case or a crew's record holds it, swept away otherwise."""

    name = models.CharField(max_length=40, primary_key=True)
    taken_at = models.DateTimeField(db_index=True)
    kept = models.BooleanField(default=False)
