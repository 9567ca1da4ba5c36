"""Each line of the timeline knows the transaction that wrote it, so that figures find what they have not seen.

A line's number says nothing of when it could first be seen: a long transaction's comes late. No row is written anew,
lines that were there have this migration's transaction. After a restore the numbers begin again: figures are then built afresh.
"""

from django.db import migrations

FORWARD = """
alter table cases_event add column xid xid8 not null default pg_current_xact_id();
create index event_by_xid on cases_event (xid);
"""
BACK = """
drop index event_by_xid;
alter table cases_event drop column xid;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_counted")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
