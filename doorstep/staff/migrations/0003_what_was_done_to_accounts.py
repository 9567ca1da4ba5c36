"""Accounts, roles, tokens and sign-ins leave a line each; the database keeps these, and looks, as they are."""

from django.db import migrations, models

MAKE = """
create function doorstep_staff_append_only() returns trigger language plpgsql as $$
begin raise exception 'what staff did is append-only'; end $$;
create trigger append_only before update or delete on staff_staffevent
  for each row execute function doorstep_staff_append_only();
create trigger append_only_truncate before truncate on staff_staffevent
  for each statement execute function doorstep_staff_append_only();
create trigger append_only before update or delete on staff_look
  for each row execute function doorstep_staff_append_only();
create trigger append_only_truncate before truncate on staff_look
  for each statement execute function doorstep_staff_append_only();
"""
UNDO = """
drop trigger append_only on staff_staffevent; drop trigger append_only_truncate on staff_staffevent;
drop trigger append_only on staff_look; drop trigger append_only_truncate on staff_look;
drop function doorstep_staff_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_token")]
    operations = [
        migrations.CreateModel(
            name="StaffEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                ("kind", models.CharField(max_length=30)),
                ("by", models.CharField(blank=True, max_length=80)),
                ("about", models.CharField(max_length=80)),
                ("data", models.JSONField(default=dict)),
            ],
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
