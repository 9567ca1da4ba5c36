"""What a resident adds to a case of theirs later, a word or a photo; a person is asked to read it."""

from datetime import datetime, timedelta

from django.db import transaction

from doorstep.cases import needs_person, timeline
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.files import photos
from doorstep.staff.actor import Actor

TOPIC = "added"
# Within so long the same words are the same press of a button.
AGAIN = timedelta(minutes=2)
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
    if _is_there(case, text.strip(), bool(photo), now):
        return
    photos.keep([photo])
    timeline.write(case, "added", by=by, now=now, text=text.strip(), photo=photo)
    needs_person.ask_to_read(case=case, topic=TOPIC, text=ASKED, by=by, now=now)


def _is_there(case: Case, text: str, with_photo: bool, now: datetime) -> bool:
    """Say whether the last that was added is just this, a moment ago: a button that was pressed twice."""
    rows = case.events.filter(kind="added").select_related("personal").order_by("-number")
    last = rows.first()
    if last is None or now - last.at > AGAIN or bool(last.data["photo"]) != with_photo:
        return False
    personal = getattr(last, "personal", None)
    return text == (personal.text if personal else "")


def last_of(case: Case) -> int:
    """Return the number of the last line that was added; nothing where none was."""
    rows = case.events.filter(kind="added").order_by("-number")
    return rows.values_list("number", flat=True).first() or 0
