"""Links for who lost what they sign in with; accounts for emergencies, and the alarms that their use is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0007_codes")]
    operations = [
        migrations.AddField("staffuser", "break_glass", field=models.BooleanField(db_default=False, default=False)),
        migrations.CreateModel(
            name="WayBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, null=True, unique=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("asked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="ways_asked", to=settings.AUTH_USER_MODEL)),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="ways_back", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("about", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="alarms", to=settings.AUTH_USER_MODEL)),
                ("seen_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alarms_seen", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(seen_at=None), fields=["at"], name="alarms_not_seen")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(seen_at=None, seen_by=None) | models.Q(seen_at__isnull=False, seen_by__isnull=False),
                        name="alarm_seen_by_somebody",
                    )
                ],
            },
        ),
    ]
