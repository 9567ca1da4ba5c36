"""What a person must do about a case becomes a task; a case that was flagged for it under the version before gets one."""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from doorstep.council import queries as council

FLAG = "to-do"
# Where the note of the version before has been erased since.
NO_NOTE = "Something could not be done by itself. See the timeline."


def take_over(apps: Any, schema_editor: Any) -> None:
    """Make a task of each flag, with the last note's words, and take the flag away."""
    Task, CaseTask = apps.get_model("tasks", "Task"), apps.get_model("cases", "CaseTask")
    texts, now = apps.get_model("cases", "EventText"), timezone.now()
    flagged = apps.get_model("cases", "Case").objects.filter(flags__contains=FLAG)
    for case in flagged.iterator():
        notes = texts.objects.filter(event__case=case, event__kind="note")
        last = notes.select_related("event").order_by("-event__number").first()
        asked_at = last.event.at if last else now
        task = Task.objects.create(
            kind="person",
            text=last.text if last else NO_NOTE,
            team=council.current().team,
            asked_at=asked_at,
            due_at=asked_at + timedelta(days=1),
        )
        topic = "moved" if case.stage == "moved" else ""
        CaseTask.objects.create(case=case, task=task, topic=topic)
        case.flags = [f for f in case.flags if f != FLAG]
        case.save(update_fields=["flags"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_owner"), ("tasks", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "CaseTask",
            [
                ("id", models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    )),
                ("topic", models.CharField(blank=True, max_length=60)),
                (
                    "case",
                    models.ForeignKey(
                        "cases.case",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        "tasks.task",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="of_case",
                    ),
                ),
            ],
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
