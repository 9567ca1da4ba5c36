"""A field gets the name of what it says; its column keeps the old one, which the version before reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_observed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("case", "moved_at", models.DateTimeField(null=True, db_column="moved_at")),
                migrations.RemoveIndex("case", "cases_by_move"),
                migrations.RenameField("case", "moved_at", "stage_since"),
                migrations.AddIndex(
                    "case", models.Index(fields=["stage_since"], name="cases_by_move")
                ),
            ]
        )
    ]
