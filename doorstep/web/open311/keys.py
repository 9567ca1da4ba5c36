"""Tells a call that comes again from one of its own, with a key of the caller or without."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict

from doorstep.staff.models import Token
from doorstep.web.models import KeptAnswer
from doorstep.web.open311.problems import wrong

# Without a key of the caller's own, the same body again within this time is the same call.
SAME_WITHIN = timedelta(minutes=10)


def body(posted: QueryDict, files: Iterable[Any] = ()) -> dict[str, object]:
    """Return what was sent, without its key, as it is told apart from other calls."""
    fields = {name: posted.getlist(name) for name in posted if name != "api_key"}
    digests = []
    for file in files:
        digests.append(hashlib.sha256(file.read()).hexdigest())
        file.seek(0)
    return {"fields": fields, "files": digests}


def own(request: HttpRequest) -> str:
    """Return the caller's Idempotency-Key, or nothing; raises Problem."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not (key.isascii() and key.isprintable() and len(key) <= 200):
        raise wrong("Idempotency-Key: at most 200 visible ASCII characters.")
    return key


def made(token: Token, sent: object, now: datetime) -> str:
    """Return a key made from the body, since GeoReport v2 knows none.

    A repeat is known for at least ten minutes and at most twenty; later it is a request of its own,
    which only the service's own rules may stop.
    """
    body_hash = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
    stretch = int(now.timestamp() // SAME_WITHIN.total_seconds())
    before = f"open311:{stretch - 1}:{body_hash}"
    if KeptAnswer.objects.filter(token=token, key=before).exists():
        return before
    return f"open311:{stretch}:{body_hash}"
