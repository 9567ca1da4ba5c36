"""The ledger cannot be changed, and more than was paid is never refunded: the database itself refuses."""

from django.db import migrations

MAKE = """
create function doorstep_ledger_only_grows() returns trigger language plpgsql as $$
begin raise exception 'the ledger is append-only'; end $$;
create trigger append_only before update or delete on payments_movement
  for each row execute function doorstep_ledger_only_grows();
create trigger append_only_truncate before truncate on payments_movement
  for each statement execute function doorstep_ledger_only_grows();

create function doorstep_never_refund_more_than_paid() returns trigger language plpgsql as $$
declare paid bigint; back bigint;
begin
  -- The lock makes two refunds at once wait for each other: each sees what the other asks for.
  perform 1 from payments_attempt where id = new.attempt_id for update;
  select coalesce(sum(pence), 0) into paid from payments_movement
    where attempt_id = new.attempt_id and pence > 0;
  select coalesce(sum(pence), 0) into back from payments_refund
    where attempt_id = new.attempt_id and id <> new.id and state not in ('refused', 'failed');
  if new.state not in ('refused', 'failed') and back + new.pence > paid then
    raise exception 'more_than_paid' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger never_more_than_paid before insert or update on payments_refund
  for each row execute function doorstep_never_refund_more_than_paid();

create function doorstep_ledger_never_below_nothing() returns trigger language plpgsql as $$
declare stands bigint;
begin
  perform 1 from payments_attempt where id = new.attempt_id for update;
  select coalesce(sum(pence), 0) into stands from payments_movement
    where attempt_id = new.attempt_id;
  if stands + new.pence < 0 then
    raise exception 'more_than_paid' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger never_below_nothing before insert on payments_movement
  for each row execute function doorstep_ledger_never_below_nothing();
"""
UNDO = """
drop trigger append_only on payments_movement;
drop trigger append_only_truncate on payments_movement;
drop trigger never_more_than_paid on payments_refund;
drop trigger never_below_nothing on payments_movement;
drop function doorstep_ledger_only_grows();
drop function doorstep_never_refund_more_than_paid();
drop function doorstep_ledger_never_below_nothing();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
