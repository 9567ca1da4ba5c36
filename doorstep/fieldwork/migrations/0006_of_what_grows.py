"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('fieldwork', '0005_street_work'),
    ]

    operations = [
        AddIndexBeside(
            model_name='deviceevent',
            index=models.Index(fields=['at'], name='device_events_by_time'),
        ),
        AddIndexBeside(
            model_name='outcome',
            index=models.Index(fields=['day', 'crew_list'], name='outcomes_of_a_day'),
        ),
    ]
