"""A field gets the name of what it says; its column keeps the old one, which the version before reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("waste", "0004_bin_notes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("planfile", "moved_at", models.DateTimeField(db_column="moved_at")),
                migrations.RenameField("planfile", "moved_at", "progress_at"),
            ]
        )
    ]
