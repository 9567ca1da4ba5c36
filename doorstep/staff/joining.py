"""Who comes by the council's own sign-in: their account, and the roles that its table gives them at that moment.

An account belongs to (issuer, key). One that is there already is never taken for somebody's because a name or an address is the same.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from django.db import IntegrityError, transaction

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.outside.identity import Person
from doorstep.staff.actions import note
from doorstep.staff.models import Identity, StaffUser
from doorstep.staff.permissions import ROLES

# So long after it was given a role holds: who left is out then, whatever browser is still open.
HOLDS = timedelta(hours=10)
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._-]+")
LONGEST = 70


def arrive(*, person: Person, now: datetime) -> StaffUser:
    """Return the account of who came, made where there is none, with the roles that they have from now on.

    Raises Refused("account_closed", "no_role_here", "too_many_groups"). What their roles were before is gone then, too.
    """
    roles = roles_of(person)
    user = _settle(person, roles, now)
    if user is not None and user.is_active and roles:
        return user
    code = "too_many_groups" if person.overage else "no_role_here"
    if user is not None and not user.is_active:
        code = "account_closed"
    about = user.username if user else "(no such account)"
    note(kind="sign-in failed", about=about, by="", now=now, how="sso", why=code)
    raise Refused(code)


def roles_of(person: Person) -> set[str]:
    """Return what the council's table gives somebody now: by app role, and by group only where no app role gives anything."""
    table = council.current().sign_in
    return {table.roles[name].role for name in person.roles if name in table.roles} or {
        table.groups[name].role for name in person.groups if name in table.groups
    }


def problems() -> list[str]:
    """Return what is wrong in the council's table, by the app role or group."""
    table, path = council.current().sign_in, council.folder() / "council.yaml"
    rows = [("roles", *row) for row in table.roles.items()]
    rows += [("groups", *row) for row in table.groups.items()]
    return [
        f"{path}: sign_in.{where}.{name}: `{given.role}` is no role"
        for where, name, given in rows
        if given.role not in ROLES
    ]


@transaction.atomic
def _settle(person: Person, roles: set[str], now: datetime) -> StaffUser | None:
    """Bring somebody's account up to what was said of them; nobody without a role gets one."""
    identity = _identity(person) or (_join(person, now) if roles else None)
    if identity is None:
        return None
    identity.last_at = now
    identity.save(update_fields=["last_at"])
    user = identity.staff
    if user.is_active:
        user.name = person.name or user.name
        user.save(update_fields=["name"])
        _give(user, roles, now)
    return user


def _identity(person: Person) -> Identity | None:
    """Return whose they are, locked: two who come at once get their roles one after the other."""
    rows = Identity.objects.select_related("staff").select_for_update()
    return rows.filter(issuer=person.issuer, key=person.key).first()


def _join(person: Person, now: datetime) -> Identity:
    """Make an account for somebody who comes for the first time."""
    for username in _free_names(person):
        try:
            with transaction.atomic():
                user = StaffUser(username=username, name=person.name or username, roles=[])
                user.set_unusable_password()
                user.save(force_insert=True)
                identity = Identity.objects.create(
                    issuer=person.issuer, key=person.key, staff=user, made_at=now, last_at=now
                )
        except IntegrityError:  # the name was taken meanwhile, or they came twice at once
            if (theirs := _identity(person)) is not None:
                return theirs
            continue
        note(kind="joined", about=username, by=username, now=now, how="sso")
        return identity
    raise AssertionError("there is always another name")


def _free_names(person: Person) -> Iterator[str]:
    """Go through names that nobody has: of the name they are called by there, with a number where it is taken."""
    local = person.username.partition("@")[0].lower()
    name = _NOT_IN_A_NAME.sub("-", local).strip("-._")[:LONGEST] or "colleague"
    for number in count(1):
        username = name if number == 1 else f"{name}-{number}"
        if not StaffUser.objects.filter(username=username).exists():
            yield username


def _give(user: StaffUser, roles: set[str], now: datetime) -> None:
    """Replace the roles that somebody has by this way; others stay."""
    before = set(user.roles)
    user.roles = sorted(roles)
    user.save(update_fields=["roles"])
    if before != roles:
        note(
            kind="roles changed",
            about=user.username,
            by=user.username,
            now=now,
            roles=sorted(roles),
            roles_before=sorted(before),
        )
