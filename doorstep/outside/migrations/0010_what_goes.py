"""By when it was: what goes after a time is found without reading all that is younger."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('outside', '0009_failed_jobs'),
    ]

    operations = [
        AddIndexBeside(
            model_name='jobfailure',
            index=models.Index(fields=['at'], name='job_failures_by_time'),
        ),
    ]
