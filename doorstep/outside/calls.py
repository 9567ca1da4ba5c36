"""Which calls to outside systems a case led to, for an officer who asks why it stands as it does; kept for thirty days.

Of a call nothing is kept but host, method, the kind of its address, status, milliseconds and what was wrong in words of ours.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from doorstep.outside import heard, http
from doorstep.outside.models import CallMade

log = structlog.get_logger("doorstep.outside")
KEPT = timedelta(days=30)
_made: ContextVar[list[http.Said] | None] = ContextVar("calls_made", default=None)


@contextmanager
def about(find: Callable[[], int | None]) -> Iterator[None]:
    """Note the calls inside the block as those of a case, whose number `find` returns, asked only where there were any.

    Written down at the end of the block, whatever became of it; what stands in a transaction of the caller's is not.
    """
    made: list[http.Said] = []
    mark = _made.set(made)
    try:
        yield
    finally:
        _made.reset(mark)
        if made and not connection.in_atomic_block:
            # What was said inside a transaction, such as one that holds an attempt to pay, could not be written down there.
            for said in made:
                heard.note(said)
            _write(made, find)


def _write(made: list[http.Said], find: Callable[[], int | None]) -> None:
    try:
        case_id = find()
        if case_id:
            CallMade.objects.bulk_create(_row(said, case_id) for said in made)
    except DatabaseError as exc:  # it keeps nobody from what the call was for
        log.warning("calls_not_noted", error=type(exc).__name__)


def note(said: http.Said) -> None:
    """Take a call that was made, where somebody notes them."""
    made = _made.get()
    if made is not None:
        made.append(said)


def _row(said: http.Said, case_id: int) -> CallMade:
    return CallMade(
        case_id=case_id,
        at=said.at,
        host=said.host[:200],
        method=said.method[:10],
        what=said.what[:60],
        status=said.status,
        ms=said.milliseconds,
        wrong=said.wrong[:200],
    )


def of_case(case_id: int) -> list[CallMade]:
    """Return the calls that a case led to, the latest first."""
    return list(CallMade.objects.filter(case_id=case_id).order_by("-at", "-id")[:200])


def forget() -> None:
    """Forget what is older than thirty days."""
    CallMade.objects.filter(at__lt=timezone.now() - KEPT).delete()
