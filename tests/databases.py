"""How tests come to databases beside their own, on the same server."""

from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg.sql import SQL, Identifier

# Who is connected, and no more: a process of the server's own, such as one that tidies, is not ours to end.
_OTHERS = """select pg_terminate_backend(pid) from pg_stat_activity
    where datname = %s and pid <> %s and backend_type = 'client backend'"""


def address(name: str) -> str:
    """Return the DATABASE_URL of a database of the tests' server, a socket or a host."""
    of = settings.DATABASES["default"]
    host, password = quote(str(of["HOST"]), safe=""), quote(str(of["PASSWORD"]), safe="")
    return f"postgres://{of['USER']}:{password}@{host}:{of['PORT']}/{name}"


def drop(name: str) -> None:
    """Drop a database if it is there, with whoever is still connected.

    Not `with (force)`: that would end the server's own tidying too, which is not ours to end; the server does that itself.
    """
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(_OTHERS, [name, 0])
        server.execute(SQL("drop database if exists {}").format(Identifier(name)))


def end_others(name: str, mine: int) -> None:
    """End every connection to a database but one's own."""
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(_OTHERS, [name, mine])
