"""A case is found by the end of its reference."""

from django.db import migrations, models
from django.db.models.functions import Right

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [("cases", "0024_begun_for")]
    operations = [
        AddIndexBeside(
            model_name="case",
            index=models.Index(Right("reference", 4), name="cases_by_end"),
        ),
    ]
