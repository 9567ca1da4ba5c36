"""Two roles in production: an owner that migrates, and the running one, which may only add to what only grows.

Triggers keep those tables too, but who owns a table can take its triggers away. Without the second role all is as with one.
"""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import sql

from doorstep import database_url

NAME = "DATABASE_OWNER_URL"
# The timeline, what staff looked at and what was done to accounts, and the ledger.
GROWING = ("cases_event", "staff_look", "staff_staffevent", "payments_movement")
# Of Django's own record of migrations the running role only reads.
READ = ("django_migrations",)
RIGHTS = """
revoke all on all tables in schema public from {running};
grant usage on schema public to {running};
grant select, insert, update, delete on all tables in schema public to {running};
grant usage, select, update on all sequences in schema public to {running};
revoke update, delete on {growing} from {running};
revoke insert, update, delete on {read} from {running};
"""


def settings() -> dict[str, Any] | None:
    """Return how the owner comes in, where there is one; raises ImproperlyConfigured."""
    url = os.environ.get("DATABASE_OWNER_URL", "")
    if not url:
        return None
    try:
        if database_url.parts(url).get("user") == _running():
            raise ImproperlyConfigured(
                f"{NAME} must name another role than DATABASE_URL; make one (docs/how-to/run.md)."
            )
        return database_url.settings(url)
    except database_url.WrongUrl as exc:
        raise ImproperlyConfigured(str(exc).replace("DATABASE_URL", NAME)) from None


def _running() -> str:
    """Return the role that serves."""
    return database_url.parts(os.environ["DATABASE_URL"]).get("user", "")


def grant() -> None:
    """Give the running role what it needs of the owner's tables, and take what it had beyond; as the owner."""
    name, tables = sql.Identifier(_running()), connection.introspection.table_names()
    with connection.cursor() as cursor:
        listed = {
            word: sql.SQL(", ").join(sql.Identifier(t) for t in of if t in tables)
            for word, of in (("growing", GROWING), ("read", READ))
        }
        cursor.execute(sql.SQL(RIGHTS).format(running=name, **listed))
