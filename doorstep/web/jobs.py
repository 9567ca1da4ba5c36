"""What the front doors do every day: forget counts of limits and answers kept for repeated calls."""

from datetime import UTC, datetime, timedelta

from django.contrib.sessions.models import Session as Former
from django.utils import timezone

from doorstep.staff import lost, passkeys, sessions
from doorstep.web.models import Hit, KeptAnswer, Wrong

KEPT = timedelta(hours=24)


def forget() -> None:
    """Delete counts, sessions and challenges whose time is over, and kept answers and wrong guesses after a day."""
    # Limits count by the real clock: a demonstration's may be moved.
    Hit.objects.filter(until__lt=datetime.now(UTC)).delete()
    Wrong.objects.filter(at__lt=datetime.now(UTC) - KEPT).delete()
    KeptAnswer.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    sessions.forget(timezone.now())
    passkeys.forget(timezone.now())
    lost.forget(timezone.now())
    # Of the version before: nobody is signed in by these any more.
    Former.objects.filter(expire_date__lt=timezone.now()).delete()
