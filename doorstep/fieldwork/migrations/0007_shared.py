"""What is on a list now is shared with its crew."""

from django.db import migrations


def share(apps, _schema):
    shared = apps.get_model("cases", "Shared")
    jobs = apps.get_model("fieldwork", "Job").objects.filter(state="open")
    for case_id, key in jobs.values_list("case_id", "crew_list").distinct().iterator():
        shared.objects.get_or_create(case_id=case_id, kind="round", key=key)


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0006_of_what_grows"), ("cases", "0023_who_may_see")]
    operations = [migrations.RunPython(share, migrations.RunPython.noop, elidable=True)]
