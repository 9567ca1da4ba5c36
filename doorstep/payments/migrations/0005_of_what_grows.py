"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('payments', '0004_a_waiver_is_taken_back'),
    ]

    operations = [
        AddIndexBeside(
            model_name='refund',
            index=models.Index(fields=['state', 'ended_at'], name='refunds_by_state'),
        ),
    ]
