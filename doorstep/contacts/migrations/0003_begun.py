"""That a form was begun in a contact is kept."""

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
    "begun",
)


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0002_visitors"),
    ]
    operations = [
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
    ]
