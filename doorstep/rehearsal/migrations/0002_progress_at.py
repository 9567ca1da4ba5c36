"""A field gets the name of what it says; its column keeps the old one, which the version before reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rehearsal", "0001_publishing")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("publishing", "moved_at", models.DateTimeField(db_column="moved_at")),
                migrations.RenameField("publishing", "moved_at", "progress_at"),
            ]
        )
    ]
