"""The key that leads to the desk's search box, as each member of staff wants it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0011_two_agree")]
    operations = [
        migrations.AddField(
            "staffuser",
            "find_key",
            field=models.CharField(blank=True, db_default="/", default="/", max_length=1),
        ),
    ]
