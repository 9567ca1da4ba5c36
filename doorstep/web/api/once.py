"""Does a thing once for each Idempotency-Key of a token, in one transaction with the answer kept."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.staff.models import Token
from doorstep.web.api.problems import Problem, Stopped
from doorstep.web.models import KeptAnswer


@transaction.atomic
def once(
    *,
    token: Token,
    key: str,
    body: object,
    now: datetime,
    do: Callable[[KeptAnswer], dict[str, Any]],
) -> KeptAnswer:
    """Return the answer to a call: that of the first call with this key, else what `do` comes to.

    A call with the same key that is under way is waited for: the insert below waits on its row.
    What a rule stops is kept too; any other Problem is not, and leaves nothing behind.
    Raises Problem 409 where the key came with another body.
    """
    written = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    mine = KeptAnswer(token=token, key=key, body_hash=written, made_at=now)
    KeptAnswer.objects.bulk_create([mine], ignore_conflicts=True)
    kept = KeptAnswer.objects.get(token=token, key=key)
    if kept.body_hash != written:
        raise Problem(409, "key_reused")
    if kept.status is not None:
        return kept
    try:
        with transaction.atomic():
            kept.status, kept.answer = 201, do(kept)
    except Stopped as exc:
        kept.status, kept.answer = 422, exc.json
    kept.save(update_fields=["status", "answer"])
    return kept
