"""How tests come to databases beside their own, on the same server."""

from urllib.parse import quote

from django.conf import settings


def address(name: str) -> str:
    """Return the DATABASE_URL of a database of the tests' server, a socket or a host."""
    of = settings.DATABASES["default"]
    host, password = quote(str(of["HOST"]), safe=""), quote(str(of["PASSWORD"]), safe="")
    return f"postgres://{of['USER']}:{password}@{host}:{of['PORT']}/{name}"
