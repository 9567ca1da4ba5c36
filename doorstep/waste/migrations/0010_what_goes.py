"""By when it was: what goes after a time is found without reading all that is younger."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('places', '0002_homes_by_place'),
        ('waste', '0009_of_what_grows'),
    ]

    operations = [
        AddIndexBeside(
            model_name='roundday',
            index=models.Index(fields=['day'], name='rounds_by_day'),
        ),
        AddIndexBeside(
            model_name='streetday',
            index=models.Index(fields=['day'], name='streets_by_day'),
        ),
    ]
