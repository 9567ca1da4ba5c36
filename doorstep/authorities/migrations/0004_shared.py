"""What is with an authority now is shared with it."""

from django.db import migrations


def share(apps, _schema):
    shared = apps.get_model("cases", "Shared")
    passed = apps.get_model("authorities", "Passed").objects
    passed = passed.filter(state__in=["waiting", "taken", "started"])
    for case_id, key in passed.values_list("case_id", "authority").distinct().iterator():
        shared.objects.get_or_create(case_id=case_id, kind="sent", key=key)


class Migration(migrations.Migration):
    dependencies = [("authorities", "0003_of_what_grows"), ("cases", "0023_who_may_see")]
    operations = [migrations.RunPython(share, migrations.RunPython.noop, elidable=True)]
