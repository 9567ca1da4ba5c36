"""Photos come from the room `outside`; their table stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("outside", "0003_dealt")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Photo",
                    fields=[
                        ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ("taken_at", models.DateTimeField(db_index=True)),
                        ("kept", models.BooleanField(default=False)),
                    ],
                    options={"db_table": "outside_photo"},
                ),
            ]
        )
    ]
