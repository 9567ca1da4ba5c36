"""Who told residents that a round is delayed, and when: until now an officer left no trace."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("waste", "0005_progress_at")]

    operations = [
        migrations.AddField(
            model_name="roundday", name="delay_said_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="roundday",
            name="delay_said_by",
            field=models.CharField(blank=True, db_default="", max_length=80),
        ),
    ]
