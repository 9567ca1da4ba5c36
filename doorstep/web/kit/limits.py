"""Limits by person: one statement each, keyed by a hash of address and cookie, never the address itself."""

import time
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

UPSERT = """
insert into web_hit (key, count, until) values (%s, 1, %s)
on conflict (key) do update set count = web_hit.count + 1 returning count
"""


def over(request: HttpRequest, what: str, most: int, seconds: int) -> bool:
    """Count one more of something and say whether it is now too often (`most` in `seconds`)."""
    return over_key(f"{what}:{request.META.get('REMOTE_ADDR', '')}", most, seconds)


def over_key(whose: str, most: int, seconds: int) -> bool:
    """Count one more of something under any key, such as a property, and say whether it is too often."""
    stretch = int(time.time()) // seconds
    who = f"{whose}:{stretch}"
    key = salted_hmac("doorstep.limits", who, secret=settings.SECRET_KEY).hexdigest()
    until = datetime.fromtimestamp((stretch + 1) * seconds, UTC)
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [key, until])
        row = cursor.fetchone()
    return bool(row and row[0] > most)
