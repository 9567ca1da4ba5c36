"""The database itself refuses to change or delete a line of the timeline."""

from django.db import migrations

MAKE = """
create function doorstep_append_only() returns trigger language plpgsql as $$
begin raise exception 'the timeline is append-only'; end $$;
create trigger append_only before update or delete on cases_event
  for each row execute function doorstep_append_only();
create trigger append_only_truncate before truncate on cases_event
  for each statement execute function doorstep_append_only();
"""
UNDO = """
drop trigger append_only on cases_event; drop trigger append_only_truncate on cases_event;
drop function doorstep_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
