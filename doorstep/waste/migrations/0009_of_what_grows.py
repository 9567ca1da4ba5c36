"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('places', '0002_homes_by_place'),
        ('waste', '0008_mirror'),
    ]

    operations = [
        AddIndexBeside(
            model_name='roundday',
            index=models.Index(fields=['started_at'], name='rounds_by_start'),
        ),
        AddIndexBeside(
            model_name='roundday',
            index=models.Index(fields=['finished_at'], name='rounds_by_end'),
        ),
        AddIndexBeside(
            model_name='binnote',
            index=models.Index(condition=models.Q(('confirmed_at', None)), fields=['asked_at'], name='notes_to_confirm'),
        ),
    ]
