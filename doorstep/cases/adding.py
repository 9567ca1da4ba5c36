"""What a resident adds to a case of theirs later, a word or a photo; a person is asked to read it."""

from datetime import datetime

from django.db import transaction

from doorstep.cases import needs_person, timeline
from doorstep.cases.locking import locked
from doorstep.council.errors import Refused
from doorstep.files import photos
from doorstep.staff.actor import Actor

TOPIC = "added"
ASKED = "They added a word or a photo on the page of their case. It stands in the timeline."


@transaction.atomic
def add(*, case_id: int, text: str, photo: str, by: Actor, now: datetime) -> None:
    """Add a word, a photo or both to an open case; its team is asked to read it, once for all that is unread.

    `photo` is the name of one that was taken, or "". Raises Refused("case_closed"), Refused("nothing_added").
    """
    case = locked(case_id)
    if case.closed_at:
        raise Refused("case_closed")
    if not text.strip() and not photo:
        raise Refused("nothing_added")
    photos.keep([photo])
    timeline.write(case, "added", by=by, now=now, text=text.strip(), photo=photo)
    needs_person.ask_to_read(case=case, topic=TOPIC, text=ASKED, by=by, now=now)
