"""Whether contacts of somebody stand on a screen, known with who is signed in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0013_contact_keys")]
    operations = [
        migrations.AddField(
            "staffuser", "has_contacts", field=models.BooleanField(db_default=False, default=False)
        )
    ]
