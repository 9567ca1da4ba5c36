"""Changes cases: an outcome is recorded, a note is added."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.cases import gathered, timeline, workflow
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.cases.values import to_json
from doorstep.council.errors import Refused
from doorstep.files import photos as files
from doorstep.staff.actor import Actor


@transaction.atomic
def record_outcome(
    *,
    case_id: int,
    name: str,
    by: Actor,
    now: datetime,
    corrected: bool = False,
    told: Mapping[str, object] | None = None,
    said_before: Mapping[str, object] | None = None,
    **data: Any,
) -> Case:
    """Take in what came of a step and follow the workflow; raises Refused("no_way_on").

    `told` is what rules may read of it, under the names that the step's kind gives; `said_before` what the
    stage that is left said, where something of it changed before (`workflow.said_now`).
    """
    case = locked(case_id)
    with gathered.gathered(case):
        if told:
            case.facts = {**case.facts, **to_json(told)}
            gathered.save(case, "facts")
        timeline.write(
            case, "corrected" if corrected else "outcome", by=by, now=now, outcome=name, **data
        )
        workflow.outcome(case, name, by=by, now=now, corrected=corrected, was=said_before)
    return case


# Photos with a note.
MOST_PHOTOS = 5


@transaction.atomic
def note(*, case_id: int, text: str, by: Actor, now: datetime, photos: Sequence[str] = ()) -> None:
    """Add a note for staff, with the names of photos that were taken for it.

    Raises Refused("note_empty"), Refused("too_long"), Refused("erased"), Refused("too_many_photos").
    """
    if not text.strip():
        raise Refused("note_empty")
    if by.is_staff:  # what a program could not say elsewhere is kept whole
        timeline.bounded(note=text)
    if len(photos) > MOST_PHOTOS:
        raise Refused("too_many_photos")
    case = locked(case_id)
    if case.erased_at:  # nothing would ever erase it again
        raise Refused("erased")
    files.keep(photos)
    more = {"attached": list(photos)} if photos else {}
    timeline.write(case, "note", by=by, now=now, text=text.strip(), **more)
