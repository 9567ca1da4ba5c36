"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('authorities', '0002_officer_asked'),
        ('cases', '0019_changes'),
    ]

    operations = [
        AddIndexBeside(
            model_name='passed',
            index=models.Index(fields=['news_at'], name='passed_by_news'),
        ),
    ]
