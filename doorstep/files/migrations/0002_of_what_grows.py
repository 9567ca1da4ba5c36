"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('files', '0001_photo'),
    ]

    operations = [
        AddIndexBeside(
            model_name='photo',
            index=models.Index(condition=models.Q(('kept', False)), fields=['taken_at'], name='photos_not_kept'),
        ),
    ]
