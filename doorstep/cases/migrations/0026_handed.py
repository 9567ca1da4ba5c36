"""A form goes from hand to hand: the codes by which advisers go on with one, whose it was, and how it went."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0025_by_end")]
    operations = [
        migrations.AddField(
            model_name="draft",
            name="lent_by",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="draft",
            name="handed",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.CreateModel(
            name="HelpCode",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.draft",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["made_at"], name="help_codes_by_time")],
            },
        ),
    ]
