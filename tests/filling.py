"""Fills in forms in tests by the code that residents, programs and examples fill them in by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

# Whoever does not say otherwise has no benefit.
NOBODYS: Mapping[str, object] = {"benefits": False}


def made(name: str = "") -> Any:
    """Return an owner for one draft; each time another, unless it is named."""
    from doorstep.cases.owners import Owner

    return Owner("made", name or uuid4().hex)


def fill(
    service: Any,
    answers: Mapping[str, object],
    *,
    now: datetime,
    owner: Any = None,
    channel: str = "online",
    by: Any = None,
) -> Any:
    """Return a draft filled in page by page, as far as the answers go; each as JSON or as a browser's fields (Typed).

    What is not answered stays so where the question is optional. A check that stops ends it; an answer that the form
    refuses is a fault of the test.
    """
    from doorstep.cases import drafts
    from doorstep.intake.filling import Filling, asked_on
    from doorstep.intake.orders import fields_of
    from doorstep.staff.actor import RESIDENT

    by, said = by or RESIDENT, {**NOBODYS, **answers}
    draft = drafts.begin(service=service, owner=owner or made(), channel=channel, by=by, now=now)
    filling = Filling(draft, by=by, now=now)
    while (page := filling.next_open()) is not None:
        asked = asked_on(page)
        if any(q.id not in said and not q.optional for q in asked):
            break
        entries = filling.read(page, lambda q: fields_of(q, said.get(q.id)))
        assert not entries.wrong, {k: v.code for k, v in entries.wrong.items()}
        if filling.answer(page, entries).stops:
            break
    return draft
