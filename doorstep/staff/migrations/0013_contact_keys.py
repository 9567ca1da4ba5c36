"""The keys that begin a call and end a contact, as each member of staff wants them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0012_find_key")]
    operations = [
        migrations.AddField(
            "staffuser",
            name,
            field=models.CharField(blank=True, db_default=key, default=key, max_length=3),
        )
        for name, key in (("begin_key", "F8"), ("end_key", "F9"))
    ]
