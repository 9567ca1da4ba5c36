"""What the spine does every day: forget what it may no longer keep."""

from django.utils import timezone

from doorstep.cases import access, forgetting, scanned, sharing


def forget() -> None:
    """Erase cases past their retention period, drafts that nobody came back to, and what opens nothing any more."""
    now = timezone.now()
    forgetting.erase_due(now=now)
    forgetting.drop_old_drafts(now=now)
    forgetting.empty_sent(now=now)
    access.forget_access(now)
    sharing.forget(now)


def forget_photos() -> None:
    """Delete photos and papers that came in and that nothing holds any more."""
    forgetting.drop_old_photos(now=timezone.now())


def tell_of_files() -> None:
    """Tell teams what the virus scanner found in files of their cases."""
    scanned.tell(now=timezone.now())
