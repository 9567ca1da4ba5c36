"""What the front doors do every day: forget counts of limits and answers kept for repeated calls."""

from datetime import UTC, datetime, timedelta

from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session as Former
from django.utils import timezone

from doorstep.staff import sessions
from doorstep.web.models import Hit, KeptAnswer

KEPT = timedelta(hours=24)


def forget() -> None:
    """Delete counts and sessions whose time is over, and kept answers and addresses of wrong passwords after a day."""
    # Limits count by the real clock: a demonstration's may be moved.
    Hit.objects.filter(until__lt=datetime.now(UTC)).delete()
    KeptAnswer.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    # The library keeps the addresses of wrong passwords, and of each sign-in before it was told not to, for ever.
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - KEPT).delete()
    AccessLog.objects.filter(attempt_time__lt=timezone.now() - KEPT).delete()
    sessions.forget(timezone.now())
    # Of the version before: nobody is signed in by these any more.
    Former.objects.filter(expire_date__lt=timezone.now()).delete()
