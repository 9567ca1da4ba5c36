"""Who waits at the counter, and whether a screen is turned to them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0001_initial"),
        ("staff", "0012_find_key"),
    ]
    operations = [
        migrations.AddField(
            model_name="contact",
            name="is_facing",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.CreateModel(
            name="Visitor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("number", models.IntegerField()),
                ("name", models.CharField(blank=True, max_length=60)),
                ("about", models.SlugField(blank=True)),
                ("words", models.CharField(blank=True, max_length=100)),
                ("needs", models.JSONField(default=list)),
                ("came_at", models.DateTimeField()),
                ("called_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "called_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffuser",
                    ),
                ),
                (
                    "contact",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="visitor",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(called_at=None, left_at=None),
                        fields=["came_at"],
                        name="visitors_waiting",
                    ),
                    models.Index(
                        condition=~Q(name="", words="", needs=[]),
                        fields=["day"],
                        name="visitors_to_empty",
                    ),
                    models.Index(
                        condition=Q(called_at__isnull=False),
                        fields=["called_at"],
                        name="visitors_called",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("day", "number"), name="one_number_a_day"),
                    models.CheckConstraint(
                        condition=Q(called_at=None, called_by=None)
                        | Q(called_at__isnull=False, called_by__isnull=False),
                        name="called_by_somebody",
                    ),
                ],
            },
        ),
    ]
