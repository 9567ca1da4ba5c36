"""What the catalogue does every day: forget corrections of more than a year ago."""

from django.utils import timezone

from doorstep.signposts import suggestions


def forget() -> None:
    """Delete corrections that may no longer be kept."""
    suggestions.forget(now=timezone.now())
