"""Sessions of our own. Django's table stays for the version before, which still reads it; whoever has one of those signs in once more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_grants")]
    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_hash", models.CharField(max_length=64, unique=True)),
                ("data", models.JSONField(default=dict)),
                ("began", models.DateTimeField(db_index=True)),
                ("seen", models.DateTimeField()),
                ("proved", models.DateTimeField(null=True)),
                ("how", models.CharField(blank=True, max_length=20)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("staff", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(staff=None, proved=None) | models.Q(staff__isnull=False, proved__isnull=False),
                        name="proved_by_somebody",
                    )
                ],
            },
        ),
    ]
