"""Who comes by the council's own sign-in: their account, and the roles that its table gives them at that moment.

An account belongs to (issuer, key). One that is there already is never taken for somebody's because a name or an address is the same.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import count

from django.db import IntegrityError, transaction

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.sign_in import Given
from doorstep.outside.identity import Person
from doorstep.staff.actions import check, note
from doorstep.staff.models import Grant, Identity, StaffUser
from doorstep.staff.who import Held

# So long after it was given a role holds: who left is out then, whatever browser is still open.
HOLDS, SOURCE = timedelta(hours=10), "sso"
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._-]+")
LONGEST = 70


def arrive(*, person: Person, now: datetime) -> StaffUser:
    """Return the account of who came, made where there is none, with the roles that they have from now on.

    Raises Refused("account_closed", "no_role_here", "too_many_groups"). What their roles were before is gone then, too.
    """
    held = given_to(person)
    user = _settle(person, held, now)
    if user is not None and user.is_active and held:
        return user
    code = "too_many_groups" if person.overage else "no_role_here"
    if user is not None and not user.is_active:
        code = "account_closed"
    about = user.username if user else "(no such account)"
    note(kind="sign-in failed", about=about, by="", now=now, how="sso", why=code)
    raise Refused(code)


def given_to(person: Person) -> frozenset[Held]:
    """Return what the council's table gives somebody now: by app role, and by group only where no app role gives anything."""
    table = council.current().sign_in
    by_role = frozenset(_held(table.roles[n]) for n in person.roles if n in table.roles)
    return by_role or frozenset(_held(table.groups[n]) for n in person.groups if n in table.groups)


def _held(given: Given) -> Held:
    return Held(given.role, given.team, given.ward, given.key)


def problems() -> list[str]:
    """Return what is wrong in the council's table, by the app role or group."""
    table, path = council.current().sign_in, council.folder() / "council.yaml"
    rows = [("roles", *row) for row in table.roles.items()]
    rows += [("groups", *row) for row in table.groups.items()]
    return [
        f"{path}: sign_in.{where}.{name}: {problem}"
        for where, name, given in rows
        if (problem := _problem(given))
    ]


def _problem(given: Given) -> str:
    try:
        check(_held(given))
    except Refused as exc:
        what = exc.code.removesuffix("_missing")
        return f"`{given.role}` is no role" if what == "unknown_role" else f"`{given.role}` wants a `{what}`"  # fmt: skip
    return ""


@transaction.atomic
def _settle(person: Person, held: frozenset[Held], now: datetime) -> StaffUser | None:
    """Bring somebody's account up to what was said of them; nobody without a role gets one."""
    identity = _identity(person) or (_join(person, now) if held else None)
    if identity is None:
        return None
    # Two who come at once wait for each other here, and get what they bring one after the other.
    identity.last_at = now
    identity.save(update_fields=["last_at"])
    user = identity.staff
    if user.is_active:
        user.name = person.name or user.name
        user.save(update_fields=["name"])
        _give(user, held, now)
    return user


def _identity(person: Person) -> Identity | None:
    """Return whose they are, whatever they are called now."""
    rows = Identity.objects.select_related("staff")
    return rows.filter(issuer=person.issuer, key=person.key).first()


def _join(person: Person, now: datetime) -> Identity:
    """Make an account for somebody who comes for the first time."""
    for username in _free_names(person):
        try:
            with transaction.atomic():
                user = StaffUser(username=username, name=person.name or username)
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
        if not StaffUser.objects.filter(username__iexact=username).exists():
            yield username


def _give(user: StaffUser, held: frozenset[Held], now: datetime) -> None:
    """Replace what somebody has by this way, until ten hours from now; what they have otherwise stays."""
    rows = user.grants.filter(source=SOURCE)
    before = frozenset(Held(row.role, row.team, row.ward, row.key) for row in rows)
    rows.delete()
    Grant.objects.bulk_create(
        Grant(staff=user, until=now + HOLDS, source=SOURCE, made_at=now, **asdict(grant))
        for grant in held
    )
    if before != held:
        said = {"roles": _words(held), "roles_before": _words(before)}
        note(kind="roles changed", about=user.username, by=user.username, now=now, **said)


def _words(held: frozenset[Held]) -> list[str]:
    return sorted(" ".join(filter(None, asdict(grant).values())) for grant in held)
