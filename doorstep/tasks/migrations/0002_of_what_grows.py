"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('tasks', '0001_initial'),
    ]

    operations = [
        AddIndexBeside(
            model_name='task',
            index=models.Index(condition=models.Q(('ended_at__isnull', False), models.Q(('text', ''), _negated=True)), fields=['ended_at'], name='tasks_to_empty'),
        ),
        RemoveIndexConcurrently(
            model_name='task',
            name='ended_tasks',
        ),
    ]
