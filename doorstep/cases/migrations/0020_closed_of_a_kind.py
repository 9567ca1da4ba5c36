"""How reports of one bin ended is looked up by its index: without one, every case of the service was read for each page."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while the index is made

    dependencies = [
        ('cases', '0019_changes'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(
                condition=models.Q(('closed_at__isnull', False), ('unique_key__isnull', False)),
                fields=['unique_key', 'opened_at'],
                name='closed_of_a_kind',
            ),
        ),
    ]
