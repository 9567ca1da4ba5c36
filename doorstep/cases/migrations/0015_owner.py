"""A draft's owner becomes a pair of kind and key; what was begun under the version before keeps its own."""

from typing import Any

from django.db import migrations, models

from doorstep.outside.secret import hashed


def take_over(apps: Any, schema_editor: Any) -> None:
    """Give each unsent draft its owner: staff by their account, others as the browser that the version before knew."""
    unsent = apps.get_model("cases", "Draft").objects.filter(sent_at=None, owner_kind="")
    people = apps.get_model("staff", "StaffUser").objects
    for number in people.values_list("id", flat=True):
        seats = [hashed(f"staff:{number}"), hashed(f"crew:{number}")]
        unsent.filter(visitor__in=seats).update(owner_kind="staff", owner_key=str(number))
    online = unsent.filter(by_staff="", channel="online").exclude(visitor="")
    online.exclude(visitor__contains=":").update(
        owner_kind="former", owner_key=models.F("visitor")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_stage_since"),
        ("catalogue", "0004_words_lie_in_signposts"),
        ("staff", "0002_token"),
    ]

    operations = [
        migrations.RemoveConstraint("draft", "one_open_draft"),
        migrations.AddField(
            "draft", "left_by", field=models.JSONField(db_default=[], default=list)
        ),
        migrations.AddField(
            "draft", "owner_key", field=models.CharField(blank=True, db_default="", max_length=64)
        ),
        migrations.AddField(
            "draft", "owner_kind", field=models.CharField(blank=True, db_default="", max_length=10)
        ),
        migrations.RunSQL(
            "alter table cases_draft alter column visitor set default ''",
            "alter table cases_draft alter column visitor drop default",
            state_operations=[
                migrations.AlterField(
                    "draft",
                    "visitor",
                    models.CharField(blank=True, db_default="", max_length=64),
                )
            ],
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["owner_kind", "owner_key"],
                condition=models.Q(sent_at=None),
                name="draft_unsent",
            ),
        ),
        migrations.AddConstraint(
            "draft",
            models.CheckConstraint(
                condition=models.Q(owner_key="", owner_kind="")
                | models.Q(
                    owner_kind__in=["browser", "staff", "token", "partner", "made", "former"]
                )
                & ~models.Q(owner_key=""),
                name="draft_owner_is_a_pair",
            ),
        ),
        migrations.AddConstraint(
            "draft",
            models.UniqueConstraint(
                fields=["owner_kind", "owner_key"],
                condition=models.Q(owner_kind__in=("token", "partner", "made")),
                name="one_draft_an_order",
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
