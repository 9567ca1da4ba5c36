"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('cases', '0021_of_what_grows'),
        ('doorstep_messages', '0005_really_leave'),
    ]

    operations = [
        AddIndexBeside(
            model_name='message',
            index=models.Index(condition=models.Q(('failed_at', None), ('sent_at', None)), fields=['queued_at'], name='messages_waiting'),
        ),
        AddIndexBeside(
            model_name='message',
            index=models.Index(condition=models.Q(('about', ''), _negated=True), fields=['queued_at'], name='messages_for_days'),
        ),
    ]
