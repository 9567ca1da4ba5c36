"""The database itself refuses to change what was written down of a check; past its time a row may go."""

from django.db import migrations

MAKE = """
create function doorstep_check_stays() returns trigger language plpgsql as $$
begin raise exception 'a check of entitlement is never changed'; end $$;
create trigger check_stays before update on customers_entitlementcheck
  for each row execute function doorstep_check_stays();
"""
UNDO = """
drop trigger check_stays on customers_entitlementcheck;
drop function doorstep_check_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_entitlement")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
