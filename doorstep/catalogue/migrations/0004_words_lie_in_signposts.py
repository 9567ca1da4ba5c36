"""Keywords and corrections go to the room `signposts`; their tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_words"), ("signposts", "0001_words")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="Correction"),
                migrations.DeleteModel(name="Keyword"),
            ]
        )
    ]
