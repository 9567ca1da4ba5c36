"""Does a thing once for each key of a token, in one transaction with the answer kept."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from doorstep.council.errors import Refused
from doorstep.outside.kept import kept
from doorstep.staff.models import Token
from doorstep.web.models import KeptAnswer


class Kept(Exception):
    """An answer to be kept and said again, of a thing of which nothing else stays."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.answer = status, answer


@kept
def _kept(token_id: int, key: str) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(token=token_id, key=key)


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
    What `do` raises as Kept is kept too; anything else it raises is not, and leaves nothing behind.
    Raises Refused("key_reused") where the key came with another body.
    """
    body_hash = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    mine = KeptAnswer(token=token, key=key, body_hash=body_hash, made_at=now)
    KeptAnswer.objects.bulk_create([mine], ignore_conflicts=True)
    row = _kept.get(token.pk, key)
    if row.body_hash != body_hash:
        raise Refused("key_reused")
    if row.status is not None:
        return row
    try:
        with transaction.atomic():
            row.status, row.answer = 201, do(row)
    except Kept as exc:
        row.status, row.answer = exc.status, exc.answer
    row.save(update_fields=["status", "answer"])
    return row
