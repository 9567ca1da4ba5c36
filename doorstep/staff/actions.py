"""Changes to staff accounts, and the trace that looking leaves."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from doorstep.council.errors import Refused
from doorstep.staff.models import Look, StaffUser
from doorstep.staff.permissions import ROLES

SHORTEST = 12


@transaction.atomic
def add(*, username: str, name: str, roles: Sequence[str], password: str) -> StaffUser:
    """Make or renew a staff account; raises Refused("unknown_role" or "password_short")."""
    if len(password) < SHORTEST:
        raise Refused("password_short", least=SHORTEST)
    if set(roles) - set(ROLES):
        raise Refused("unknown_role", roles=sorted(set(roles) - set(ROLES)))
    user, _ = StaffUser.objects.update_or_create(
        username=username, defaults={"name": name, "roles": list(roles), "is_active": True}
    )
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def close(*, username: str) -> None:
    """Close an account: nobody signs in with it, its sessions end, its traces stay; raises Refused."""
    if not StaffUser.objects.filter(username=username).update(is_active=False):
        raise Refused("no_such_person")


def looked(*, by: StaffUser, what: str, key: str, now: datetime) -> None:
    """Write down that a member of staff opened a record."""
    Look.objects.create(staff=by, at=now, what=what, key=key)
