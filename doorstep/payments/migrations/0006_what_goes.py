"""By when it was: what goes after a time is found without reading all that is younger."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('payments', '0005_of_what_grows'),
    ]

    operations = [
        AddIndexBeside(
            model_name='callback',
            index=models.Index(fields=['at'], name='callbacks_by_time'),
        ),
    ]
