"""The addresses of wrong passwords that a library kept go; its tables stay for the version before, which still writes there."""

from django.db import migrations

EMPTY = """
do $$ declare name text;
begin
  foreach name in array array['axes_accessattempt', 'axes_accesslog', 'axes_accessfailurelog'] loop
    if to_regclass(name) is not null then execute format('truncate %I cascade', name); end if;
  end loop;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0008_ways_back")]
    operations = [migrations.RunSQL(EMPTY, migrations.RunSQL.noop)]
