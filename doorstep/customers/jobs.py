"""What the customers room does by itself: find out whose new contacts are, and forget what it may no longer keep."""

from django.utils import timezone

from doorstep.customers import entitlement, forgetting, matching

# Contacts looked into in one go: those of a council that has half a million take a few hours, beside everything else.
MOST = 2000


def match() -> None:
    """Find out whose the contacts are that came with cases since."""
    now, left = timezone.now(), MOST
    while left > 0 and (looked_into := matching.match(now)):
        left -= looked_into


def forget() -> None:
    """Forget attempts of the days before, checks past their time, and what is known of people by cases that are gone."""
    now = timezone.now()
    entitlement.forget(now=now)
    forgetting.forget(now)
