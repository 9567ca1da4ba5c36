"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('insight', '0002_answers'),
    ]

    operations = [
        AddIndexBeside(
            model_name='answer',
            index=models.Index(condition=models.Q(('comment', ''), _negated=True), fields=['day'], name='answers_with_words'),
        ),
    ]
