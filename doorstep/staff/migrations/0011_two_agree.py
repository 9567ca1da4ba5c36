"""Who agreed to a link that took two; a new administrator is an alarm."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("staff", "0010_identity")]
    operations = [
        migrations.AddField(
            "wayback",
            "agreed_by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="ways_agreed", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField("alarm", "why", field=models.CharField(db_default="break-glass", default="break-glass", max_length=15)),
        migrations.AddField(
            "alarm",
            "by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alarms_raised", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            "alarm",
            models.CheckConstraint(
                condition=Q(why="break-glass", by=None) | Q(why="administrator", by__isnull=False),
                name="alarm_for_a_reason",
            ),
        ),
    ]
