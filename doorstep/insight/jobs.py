"""What the room does by itself: each minute what was left, each night what may no longer be kept."""

from django.utils import timezone

from doorstep.council.queries import ZONE
from doorstep.insight import answers, left, phrases


def look() -> None:
    """Count the forms that were left, and take back those gone on with."""
    left.count_left(timezone.now())


def forget() -> None:
    """Forget words that few wrote, and comments of a year ago; and in which order people answered."""
    today = timezone.now().astimezone(ZONE).date()
    phrases.forget(today)
    answers.forget(today)
    answers.shuffle(today)
