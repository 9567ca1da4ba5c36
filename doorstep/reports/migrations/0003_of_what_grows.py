"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('cases', '0021_of_what_grows'),
        ('reports', '0002_still_there'),
    ]

    operations = [
        AddIndexBeside(
            model_name='follower',
            index=models.Index(condition=models.Q(('confirmed_at', None)), fields=['asked_at'], name='followers_to_confirm'),
        ),
        AddIndexBeside(
            model_name='stillthere',
            index=models.Index(condition=models.Q(('mark__isnull', False)), fields=['at'], name='still_there_with_a_mark'),
        ),
    ]
