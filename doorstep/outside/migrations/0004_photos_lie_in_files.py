"""Photos go to the room `files`; their table stays as it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("outside", "0003_dealt"), ("files", "0001_photo")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Photo")])
    ]
