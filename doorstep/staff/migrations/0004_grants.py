"""Roles become grants: of no team yet, so that nobody loses what they need; `/desk/people/unscoped` lists what is to be narrowed."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.utils import timezone

# Whose role sees less than it did is a reader too, until somebody narrows it: nobody gains what they had not.
ALSO_READER = {"administrator", "manager"}


def move(apps, _schema):
    now, grants = timezone.now(), apps.get_model("staff", "Grant")
    for person in apps.get_model("staff", "StaffUser").objects.all():
        roles = set(person.roles) - {"councillor"}  # of a ward, which nobody knows; it gave nothing
        roles |= {"reader"} if roles & ALSO_READER else set()
        for role in sorted(roles):
            grants.objects.create(staff=person, role=role, source="moved", made_at=now)


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_what_was_done_to_accounts")]
    operations = [
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="token",
            name="services",
            field=ArrayField(models.SlugField(), db_default=[], default=list, size=None),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="staffuser",
                    name="roles",
                    field=ArrayField(models.CharField(max_length=20), default=list, size=None),
                ),
            ]
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("team", models.CharField(blank=True, max_length=80)),
                ("ward", models.CharField(blank=True, max_length=9)),
                ("key", models.CharField(blank=True, max_length=40)),
                ("until", models.DateTimeField(null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[("screen", "screen"), ("command", "command"), ("moved", "moved"), ("sso", "sso")],
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(blank=True, max_length=80)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("staff", "role", "team", "ward", "key", "source"),
                        name="one_grant_of_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(role="councillor") | ~models.Q(ward=""),
                        name="councillor_of_a_ward",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(role="partner") | ~models.Q(key=""),
                        name="partner_of_an_authority",
                    ),
                ],
            },
        ),
        migrations.RunPython(move, migrations.RunPython.noop, elidable=True),
    ]
