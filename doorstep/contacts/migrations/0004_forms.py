"""In which contact a form was begun; what is ended now was turned back."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

WHATS = (
    "sent",
    "stopped",
    "looked",
    "told",
    "answered",
    "noted",
    "decided",
    "signposted",
    "call_back",
    "link",
    "paid",
    "pay_link",
    "begun",
)


def turn_back(apps: Any, schema_editor: Any) -> None:
    """Turn back the screens of visits that ended: until now, an end did."""
    ended = apps.get_model("contacts", "Contact").objects.filter(ended_at__isnull=False)
    ended.filter(is_facing=True).update(is_facing=False)


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0003_begun"),
        ("cases", "0026_handed"),
    ]
    operations = [
        migrations.CreateModel(
            name="FormBegun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forms",
                        to="contacts.contact",
                    ),
                ),
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.draft",
                    ),
                ),
            ],
        ),
        # What can be chosen stands in no table.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="act",
                    name="what",
                    field=models.CharField(choices=[(what, what) for what in WHATS], max_length=15),
                ),
            ]
        ),
        migrations.RemoveConstraint(model_name="act", name="act_of_a_kind"),
        migrations.AddConstraint(
            model_name="act",
            constraint=models.CheckConstraint(condition=Q(what__in=WHATS), name="act_of_a_kind"),
        ),
        migrations.RunPython(turn_back, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=Q(ended_at=None) | Q(is_facing=True),
                fields=["by"],
                name="contacts_on_screen",
            ),
        ),
    ]
