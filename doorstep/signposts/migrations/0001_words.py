"""Keywords and corrections come from the room `catalogue`; their tables stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("catalogue", "0003_words")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Correction",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("from_slug", models.SlugField()),
                        ("to_slug", models.SlugField()),
                        ("words", models.JSONField()),
                        ("by", models.CharField(max_length=80)),
                        ("at", models.DateTimeField(db_index=True)),
                    ],
                    options={"db_table": "catalogue_correction"},
                ),
                migrations.CreateModel(
                    name="Keyword",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("slug", models.SlugField()),
                        ("text", models.CharField(max_length=80)),
                        ("state", models.CharField(choices=[("accepted", "accepted"), ("declined", "declined")], max_length=10)),
                        ("by", models.CharField(max_length=80)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "catalogue_keyword",
                        "constraints": [models.UniqueConstraint(fields=("slug", "text"), name="one_word_on_a_keyword")],
                    },
                ),
            ]
        )
    ]
