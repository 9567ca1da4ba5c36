"""The database itself refuses to sell a place twice, and drops the hold of a draft that is thrown away.

Whoever begins to hold or book locks the day and finds room on it at the moment the row says it was touched.
An owner who goes on with what is still theirs, and no more of it, is let through: an officer may have made
the day smaller meanwhile. The minute is GRACE in models.py.
"""

from django.db import migrations

MAKE = """
create function doorstep_room_left() returns trigger language plpgsql as $$
declare
  room integer;
  used integer;
begin
  if new.state = 'released' then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.day_id = new.day_id and old.load >= new.load
     and (old.state = 'booked' or (old.state = 'held' and old.until > new.touched_at)) then
    return new;
  end if;
  select case when d.closed_why <> '' then 0 else coalesce(d.capacity, c.capacity) end into room
    from bookings_day d join bookings_calendar c on c.id = d.calendar_id
    where d.id = new.day_id for no key update of d;
  select coalesce(sum(b.load), 0) into used from bookings_booking b
    where b.day_id = new.day_id and b.id <> new.id and (b.state = 'booked'
      or (b.state = 'held' and b.until > new.touched_at - interval '60 seconds'));
  if used + new.load > room then
    raise exception 'a day would be sold twice' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger room_left before insert or update on bookings_booking
  for each row execute function doorstep_room_left();
alter table bookings_booking add constraint draft_is_there
  foreign key (draft_id) references cases_draft (id) on delete cascade deferrable initially deferred;
"""
UNDO = """
alter table bookings_booking drop constraint draft_is_there;
drop trigger room_left on bookings_booking;
drop function doorstep_room_left();
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
