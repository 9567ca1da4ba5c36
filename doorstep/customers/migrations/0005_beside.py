"""What was given with a case is found by its person, and what nobody looked into yet."""

from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [("customers", "0004_people")]
    operations = [
        AddIndexBeside(
            model_name="customer",
            index=models.Index(condition=models.Q(("matched_at", None)), fields=["id"], name="customers_to_match"),
        ),
        AddIndexBeside(
            model_name="customer",
            index=models.Index(fields=["person"], name="customers_of_person"),
        ),
    ]
