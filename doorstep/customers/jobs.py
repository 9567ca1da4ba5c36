"""What the customers room does every day: forget what it may no longer keep."""

from django.utils import timezone

from doorstep.customers import entitlement


def forget() -> None:
    """Forget attempts of the days before, and checks past their time."""
    entitlement.forget(now=timezone.now())
