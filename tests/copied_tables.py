"""A database with every table and no row, which those of the tests are copied from.

Made once, and kept until a migration or a library changes: to migrate takes longer than most rooms' tests.
"""

import hashlib
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
START = "doorstep_tables_"
# Any number, the same for all: whoever comes second waits until it is made.
LOCK = 20261127


def template() -> str:
    """Return the database's name; made here where there is none of today's migrations."""
    name = START + _digest()
    with psycopg.connect(**_server(), dbname="postgres", autocommit=True) as server:
        server.execute("select pg_advisory_lock(%s)", [LOCK])
        there = server.execute("select datname from pg_database where starts_with(datname, %s)", [START])  # fmt: skip
        others = {str(row[0]) for row in there}
        if name not in others:
            for other in others:  # of former migrations, or half made
                server.execute(f'drop database "{other}"')
            server.execute(f'create database "{name}_half"')
            _migrate(f"{name}_half")
            server.execute(f'alter database "{name}_half" rename to "{name}"')
    return name


def _server() -> dict[str, str]:
    of = connection.settings_dict
    return {"host": of["HOST"], "port": of["PORT"], "user": of["USER"], "password": of["PASSWORD"]}


def _digest() -> str:
    """Return what changes when a migration does, ours or a library's."""
    migrations = sorted(ROOT.glob("doorstep/*/migrations/*.py"))
    read = [p.read_bytes() for p in (ROOT / "requirements.txt", *migrations)]
    return hashlib.sha256(b"\0".join(read)).hexdigest()[:16]


def _migrate(name: str) -> None:
    whole = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)
    connection.close()
    connection.settings_dict["NAME"] = whole
