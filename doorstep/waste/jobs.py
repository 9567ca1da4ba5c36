"""The evening's notes of tomorrow's collections, and the forgetting of those never confirmed."""

from django.utils import timezone

from doorstep.council.queries import ZONE
from doorstep.waste import notes

# Between these hours; a worker that was down for a while catches up, and nobody is woken.
FROM_HOUR, TO_HOUR = 17, 22


def tell_this_evening() -> None:
    """Queue the notes that are due and not queued yet; asked every minute, it looks at state."""
    now = timezone.now()
    if FROM_HOUR <= now.astimezone(ZONE).hour < TO_HOUR:
        notes.tell_all(now=now)


def forget() -> None:
    """Delete the wishes that nobody confirmed."""
    notes.forget(now=timezone.now())
