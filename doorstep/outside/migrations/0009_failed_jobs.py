"""The jobs that were given up, which the sweeper looks for every ten seconds among all that there are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("outside", "0008_calls_of_a_case"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RunSQL(
            "create index if not exists outside_failed_jobs on procrastinate_jobs (id) where status = 'failed'",
            "drop index if exists outside_failed_jobs",
        )
    ]
