"""What the front doors do every day: forget counts of limits and answers kept for repeated calls."""

from datetime import timedelta

from django.utils import timezone

from doorstep.web.models import Hit, KeptAnswer

KEPT = timedelta(hours=24)


def forget() -> None:
    """Delete counts whose time is over, and kept answers after a day."""
    now = timezone.now()
    Hit.objects.filter(until__lt=now).delete()
    KeptAnswer.objects.filter(made_at__lt=now - KEPT).delete()
