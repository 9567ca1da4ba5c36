"""The test database's tables: emptied fast, and rows kept aside once to be put back in each test."""

from django.db import connection

# Django's own account of the schema; not a test's to empty.
STAYS = ("django_migrations", "django_content_type", "auth_permission")

_EMPTY = """
do $$
declare
    listed text;
    one text;
    filled boolean;
begin
    select string_agg(format('%I', relname), ', ') into listed from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> all (array[{stays}]);
    -- As `truncate` would: whoever still writes is waited for.
    execute 'lock table ' || listed || ' in access exclusive mode';
    -- No triggers: lines that only grow go too, and the order does not matter.
    set local session_replication_role = replica;
    foreach one in array string_to_array(listed, ', ') loop
        execute 'select exists (select from ' || one || ')' into filled;
        if filled then
            execute 'delete from ' || one;
        end if;
    end loop;
end $$
"""


def empty() -> None:
    """Empty every table, the queue's too; ten times faster than Django's `flush`."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY.replace("{stays}", ", ".join(f"'{name}'" for name in STAYS)))


def _filled() -> list[str]:
    """Return the tables that hold rows."""
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t not in STAYS]
        asked = " union all ".join(
            f"select '{t}' where exists (select from {connection.ops.quote_name(t)})"
            for t in tables
        )
        cursor.execute(asked)
        return [row[0] for row in cursor.fetchall()]


class Kept:
    """The rows that all tables held at one moment, in a schema of their own in the same database."""

    def __init__(self, schema: str) -> None:
        tables = _filled()
        name = connection.ops.quote_name
        # They were held against each other when they were first made; not again each time.
        self.back = "set session_replication_role = replica;"
        with connection.cursor() as cursor:
            cursor.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
            for table in map(name, tables):
                cursor.execute(f"create table {schema}.{table} as table public.{table}")
                self.back += f"insert into public.{table} table {schema}.{table};"
        self.back += "set session_replication_role = origin"

    def put_back(self) -> None:
        """Put the rows back into tables that are empty; one call, inside the test's transaction."""
        with connection.cursor() as cursor:
            cursor.execute(self.back)
