"""The roles of the embedded server: a superuser for us alone, and the application's, which owns what it makes and no more."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

SUPERUSER, APPLICATION = "doorstep", "doorstep_app"
# Every way in wants a password; there is none but the socket.
WAYS_IN = "local all all scram-sha-256\n"
DATABASES = "select datname from pg_database where not datistemplate and datname <> 'postgres'"
# What the superuser of the version before made becomes the application's; sequences of tables and extensions' own go along.
_OWNED = """
do $$ declare one record; begin
for one in select format('alter %s %s owner to APPLICATION', case relkind when 'v' then 'view' when 'm' then
  'materialized view' when 'S' then 'sequence' else 'table' end, c.oid::regclass) as make from pg_class c
  where SCHEMA(relnamespace) and relkind in ('r', 'p', 'v', 'm', 'S') and relowner = 10
  and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype in ('e', 'a', 'i'))
union all select format('alter routine %s owner to APPLICATION', p.oid::regprocedure) from pg_proc p
  where SCHEMA(pronamespace) and proowner = 10
  and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
union all select format('alter type %s owner to APPLICATION', t.oid::regtype) from pg_type t
  where SCHEMA(typnamespace) and typowner = 10 and typtype in ('e', 'd')
  and not exists (select from pg_depend where classid = 'pg_type'::regclass and objid = t.oid and deptype = 'e')
union all select format('alter schema %I owner to APPLICATION', nspname) from pg_namespace n
  where SCHEMA(n.oid) and nspowner = 10
loop execute one.make; end loop; end $$
"""
_SCHEMA = re.compile(r"SCHEMA\(([\w.]+)\)")


def _file(data: Path, role: str) -> Path:
    return data / f"{role}.password"


def are_ours(data: Path) -> bool:
    """Say whether a server's folder has its roles and passwords."""
    return _file(data, APPLICATION).exists()


def password(data: Path, role: str) -> str:
    """Return a role's password."""
    return _file(data, role).read_text()


def new() -> dict[str, str]:
    """Return a new password for each role."""
    return {role: secrets.token_hex(24) for role in (SUPERUSER, APPLICATION)}


def first(passwords: Mapping[str, str]) -> list[str]:
    """Return the statements that make the roles, a line each."""
    plain = "login createdb nosuperuser nocreaterole noreplication nobypassrls"
    make = f"if not exists (select from pg_roles where rolname = '{APPLICATION}') then create role {APPLICATION}; end if"
    return [
        f"alter role {SUPERUSER} password '{passwords[SUPERUSER]}'",
        f"do $$ begin {make}; end $$",
        f"alter role {APPLICATION} {plain} password '{passwords[APPLICATION]}'",
    ]


def of_a_database(name: str) -> list[str]:
    """Return the statements that give a database to the application, a line each."""
    quoted = name.replace('"', '""')
    ours = r"\1 in (select oid from pg_namespace where nspname !~ '^(pg_|information_schema$)')"
    owned = _SCHEMA.sub(ours, _OWNED).replace("APPLICATION", APPLICATION)
    return [f'alter database "{quoted}" owner to {APPLICATION}', " ".join(owned.split("\n"))]


def listed(said: str) -> list[str]:
    """Return the values of one column, as the single-user mode prints them."""
    return re.findall(r'1: datname = "(.*)"\t\(', said)


def write(data: Path, passwords: Mapping[str, str], owner: tuple[int, int] | None) -> None:
    """Close every other way in, then keep the passwords, for the server's user alone."""
    _private(data / "pg_hba.conf", WAYS_IN, owner)
    for role in (SUPERUSER, APPLICATION):
        _private(_file(data, role), passwords[role], owner)


def _private(path: Path, text: str, owner: tuple[int, int] | None) -> None:
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with open(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
    if owner:
        os.chown(half, *owner)
    half.replace(path)


def address(data: Path, socket: Path, port: str, database: str) -> str:
    """Return the DATABASE_URL by which the application comes in."""
    where = quote(str(socket), safe="")
    return f"postgres://{APPLICATION}:{password(data, APPLICATION)}@{where}:{port}/{database}"
