"""The ways in which somebody can come in: two are demanded, and the last cannot be taken away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doorstep.council.errors import Refused
from doorstep.staff.actions import note
from doorstep.staff.models import Secret, StaffUser


@dataclass(frozen=True)
class Ways:
    """How many passkeys somebody has, whether an app makes codes for them, and how many recovery codes are left.

    An app is a way with a password alone: its code is asked for after that.
    """

    keys: int
    app: bool
    recovery: int

    @property
    def can_come_in(self) -> bool:
        """Say whether there is a way in besides a password, which alone lets nobody in, and paper."""
        return self.keys > 0 or self.app

    @property
    def is_enough(self) -> bool:
        """Say whether there are two, so that a lost device keeps nobody out; recovery codes are the second at least."""
        return self.can_come_in and self.keys + self.app + (self.recovery > 0) >= 2


def of(staff: StaffUser) -> Ways:
    """Return the ways that somebody has."""
    unused = staff.recovery_codes.filter(used_at__isnull=True).count()
    app = staff.has_usable_password() and Secret.objects.filter(staff=staff).exists()
    return Ways(staff.keys.count(), app, unused)


def remove_key(*, staff: StaffUser, number: int, now: datetime) -> None:
    """Take one's own passkey away; raises Refused("last_way" or "no_such_key")."""
    key = staff.keys.filter(pk=number).first()
    if key is None:
        raise Refused("no_such_key")
    _remove(staff, key.delete, "passkey removed", now, name=key.name)


def remove_app(*, staff: StaffUser, now: datetime) -> None:
    """Take one's authenticator away; raises Refused("last_way")."""
    _remove(staff, Secret.objects.filter(staff=staff).delete, "authenticator removed", now)


@transaction.atomic
def _remove(staff: StaffUser, remove: Callable[[], object], kind: str, now: datetime, **more: object) -> None:  # fmt: skip
    """Remove a way, unless fewer than two would be left; two removals at once go one after the other."""
    StaffUser.objects.select_for_update().get(pk=staff.pk)
    remove()
    if not of(staff).is_enough:
        raise Refused("last_way")
    note(kind=kind, about=staff.username, by=staff.username, now=now, **more)
