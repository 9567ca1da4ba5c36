"""Which names staff wrote: others go with the cases that gave them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_beside")]
    operations = [
        migrations.AddField(
            model_name="person",
            name="named_by_staff",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
