"""A hold knows its home and until when its day can be taken; the database lets nobody go on with a day that was closed.

Whoever goes on with a hold, or books it, must still find a place on the day as it is now: beside all that is
booked, and all that others held before. What is booked already stays. The minute is GRACE in models.py.
"""

from django.db import migrations, models

BODY = """
create or replace function doorstep_room_left() returns trigger language plpgsql as $$
declare
  room integer;
  used integer;
begin
  if new.state = 'released' then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.day_id = new.day_id and old.load >= new.load and old.state = 'booked' then
    return new;
  end if;
  select case when d.closed_why <> '' then 0 else coalesce(d.capacity, c.capacity) end into room
    from bookings_day d join bookings_calendar c on c.id = d.calendar_id
    where d.id = new.day_id for no key update of d;
  if tg_op = 'UPDATE' and old.day_id = new.day_id and old.load >= new.load
     and old.state = 'held' and old.until > new.touched_at then
    select coalesce(sum(b.load), 0) into used from bookings_booking b
      where b.day_id = new.day_id and b.id <> new.id and (b.state = 'booked'
        or (b.state = 'held' and b.until > new.touched_at - interval '60 seconds'
            and (b.made_at, b.id) < (new.made_at, new.id)));
  else
    select coalesce(sum(b.load), 0) into used from bookings_booking b
      where b.day_id = new.day_id and b.id <> new.id and (b.state = 'booked'
        or (b.state = 'held' and b.until > new.touched_at - interval '60 seconds'));
  end if;
  if used + new.load > room then
    raise exception 'a day would be sold twice' using errcode = 'check_violation';
  end if;
  return new;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_no_slot_twice")]
    operations = [
        migrations.AddField(model_name="booking", name="home", field=models.BigIntegerField(null=True)),
        migrations.AddField(model_name="booking", name="last_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            "booking",
            models.Index(
                condition=models.Q(("draft__isnull", False), ("state", "held")),
                fields=["home"],
                name="holds_by_home",
            ),
        ),
        migrations.RunSQL(BODY, migrations.RunSQL.noop),
    ]
