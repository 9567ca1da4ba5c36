"""What the catalogue does every day: forget corrections of more than a year ago."""

from django.utils import timezone

from doorstep.catalogue import teaching


def forget() -> None:
    """Delete corrections that may no longer be kept."""
    teaching.forget(now=timezone.now())
