"""Whom staff fill a form in for; and of contacts that there are, at which home they are, and whether their case is restricted."""

from django.db import migrations, models

HOMES = """
update customers_customer c set uprn = k.place_id from cases_case k
where k.customer_id = c.id and k.place_id is not null
"""


RESTRICTED = """
update customers_customer c set restricted = true from cases_case k
where k.customer_id = c.id and k.restricted
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_who_may_see"), ("customers", "0004_people")]
    operations = [
        migrations.AddField(
            model_name="draft",
            name="begun_for",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunSQL(HOMES, migrations.RunSQL.noop),
        migrations.RunSQL(RESTRICTED, migrations.RunSQL.noop),
    ]
