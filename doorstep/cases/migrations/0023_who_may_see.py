import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_what_goes")]
    operations = [
        migrations.AddField(
            model_name="case",
            name="restricted",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="Shared",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("round", "round"), ("sent", "sent")], max_length=10)),
                ("key", models.CharField(max_length=40)),
                ("until", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shared",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "key"], name="shared_by_key"),
                    models.Index(
                        fields=["until"],
                        condition=models.Q(until__isnull=False),
                        name="shared_by_end",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "kind", "key"), name="shared_once")
                ],
            },
        ),
    ]
