"""Limits by person: one statement each, keyed by a hash of address and cookie, never the address itself."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from doorstep.web.models import Hit

UPSERT = """
insert into web_hit (key, count, until) select key, 1, %s from unnest(%s::text[]) as key
on conflict (key) do update set count = web_hit.count + 1 returning count
"""


# `1.2.3.4:567`, `[2001:db8::1]:567`, `[2001:db8::1]`.
_WITH_PORT = re.compile(r"^(?:\[(.*)\]|([0-9.]+))(?::\d+)?$")


def address(request: HttpRequest) -> str:
    """Return who calls, as limits count: an IPv4 address, or the /64 of an IPv6 one, which one household has whole."""
    found = _found(request)
    if isinstance(found, IPv6Address):
        return f"{IPv6Network((int(found), 64))}"
    return f"{found}" if found else ""


def _found(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Return a caller's IPv4 address, or the first of the /64; however a proxy wrote it, with a port or in brackets."""
    text: str = request.META.get("REMOTE_ADDR", "").strip()
    bare = _WITH_PORT.sub(r"\1\2", text).partition("%")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64)
    return found


def person(request: HttpRequest, what: str) -> str:
    """Return whose limit this is: one address doing one thing."""
    return f"{what}:{address(request)}"


def at_home(request: HttpRequest, uprn: object) -> str:
    """Return the limit of one caller's questions about one home: a stranger's many keep nobody else from asking."""
    return person(request, f"home-{uprn}")


def mailbox(what: str, email: str) -> str:
    """Return the limit of what is sent to one mailbox, whoever asks."""
    return f"{what}-to:{email.strip().lower()}"


@dataclass(frozen=True)
class Standing:
    """How one stands under a limit: `left` of `most` in `seconds`; it begins anew in `wait` seconds."""

    most: int
    seconds: int
    left: int
    wait: int

    @property
    def is_over(self) -> bool:
        """Say whether this was one too many."""
        return self.left < 0


def is_first(what: str, seconds: int) -> bool:
    """Say whether this comes for the first time in so many seconds; of many who ask at once, to one of them."""
    key = salted_hmac("doorstep.once", what, secret=settings.SECRET_KEY).hexdigest()
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [until, [key]])
        return bool(cursor.fetchone()[0] == 1)


def reached(whose: list[str], most: int, seconds: int) -> bool:
    """Say whether any of these keys has come so often already (`most` in `seconds`); counts nothing."""
    keys, _until = _keys(whose, seconds)
    return Hit.objects.filter(key__in=keys, count__gte=most).exists()


def over(whose: list[str], most: int, seconds: int) -> bool:
    """Count one more under each key and say whether any now comes too often (`most` in `seconds`)."""
    return count(whose, most, seconds).is_over


def count(whose: list[str], most: int, seconds: int) -> Standing:
    """Count one more under each key and return how the worst of them stands.

    A key is a person's (`person`) or any other, such as a property's; it is kept as a hash only.
    """
    keys, until = _keys(whose, seconds)
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [until, keys])
        worst = max(counted for (counted,) in cursor.fetchall())
    wait = max(1, int(until.timestamp() - time.time()))
    return Standing(most, seconds, most - worst, wait)


def _keys(whose: list[str], seconds: int) -> tuple[list[str], datetime]:
    """Return the hashes that are counted in this stretch of time, and when it ends."""
    stretch = int(time.time()) // seconds
    secret = settings.SECRET_KEY
    # In order, so that two requests at once never wait for each other.
    keys = sorted(
        salted_hmac("doorstep.limits", f"{w}:{stretch}", secret=secret).hexdigest() for w in whose
    )
    return keys, datetime.fromtimestamp((stretch + 1) * seconds, UTC)
