"""Changes to staff accounts and to tokens, and the trace that looking leaves."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from doorstep.council.errors import Refused
from doorstep.outside.secret import hashed
from doorstep.staff import queries
from doorstep.staff.models import Alarm, Grant, Look, Session, StaffEvent, StaffUser, Team, Token
from doorstep.staff.permissions import MUST, ROLES, SCOPES
from doorstep.staff.who import Held

SHORTEST = 12
# For how many days a token may be made.
DAYS = (30, 90, 365)
# Begins every secret, so that one that leaked is recognised by scanners of source code.
MARK = "doorstep_"
NOTED_EVERY = timedelta(minutes=1)


def note(*, kind: str, about: str, by: str, now: datetime, **data: object) -> None:
    """Write down what was done to an account or a token, or who came in; `by` is an account, "" a command."""
    StaffEvent.objects.create(kind=kind, about=about[:80], by=by[:80], at=now, data=data)


def not_let_in(*, name: str, now: datetime) -> None:
    """Write down that somebody tried in vain to come in."""
    # The name only of an account that is there: what else is typed in that field may be a password.
    is_there = StaffUser.objects.filter(username=name).exists()
    note(kind="sign-in failed", about=name if is_there else "(no such account)", by="", now=now)


@transaction.atomic
def add(
    *,
    username: str,
    name: str,
    roles: Sequence[str | Held],
    password: str,
    now: datetime,
    by: str = "",
) -> StaffUser:
    """Make or renew a staff account with these grants, in the place of those it had from a command or a screen.

    A role by its name is of every team. Raises Refused("unknown_role", "ward_missing", "key_missing", "password_short",
    "password_common").
    """
    _fit(password, StaffUser(username=username, name=name))
    grants = [role if isinstance(role, Held) else Held(role) for role in roles]
    for grant in grants:
        check(grant)
    before = StaffUser.objects.filter(username=username).first()
    was: dict[str, object] = {}
    if before:
        was = {"roles_before": before.role_names, "was_open": before.is_active}
    user, _ = StaffUser.objects.update_or_create(
        username=username, defaults={"name": name, "is_active": True}
    )
    user.set_password(password)
    user.save(update_fields=["password"])
    user.sessions.all().delete()
    user.grants.exclude(source="sso").delete()
    for grant in grants:
        _give(user, grant, None, "command", by, now)
    kind = "account renewed" if before else "account made"
    note(kind=kind, about=username, by=by, now=now, roles=[g.role for g in grants], **was)
    return user


def _fit(password: str, user: StaffUser) -> None:
    """Refuse a password that is short, among the most common, or the person's own name."""
    if len(password) < SHORTEST:
        raise Refused("password_short", least=SHORTEST)
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise Refused("password_common") from exc


@transaction.atomic
def change_password(*, staff: StaffUser, password: str, now: datetime) -> None:
    """Give oneself another password; every session ends. Raises Refused("password_short" or "password_common")."""
    _fit(password, staff)
    staff.set_password(password)
    staff.save(update_fields=["password"])
    staff.sessions.all().delete()
    note(kind="password changed", about=staff.username, by=staff.username, now=now)


def check(grant: Held) -> None:
    """Raise Refused("unknown_role", "ward_missing", "key_missing") where a grant lacks what its role must have."""
    if grant.role not in ROLES:
        raise Refused("unknown_role", roles=[grant.role])
    must = MUST.get(grant.role)
    if must and not getattr(grant, must):
        raise Refused(f"{must}_missing")


def _give(
    person: StaffUser, grant: Held, until: datetime | None, source: str, by: str, now: datetime
) -> Grant:
    """Give a role, in the place of the same one that was given here before, whichever way and until when."""
    # Two who give at once are one after the other.
    StaffUser.objects.select_for_update().get(pk=person.pk)
    same = asdict(grant)
    person.grants.filter(**same).exclude(source="sso").delete()
    made = {"until": until, "made_at": now, "made_by": by[:80]}
    return Grant.objects.create(staff=person, source=source, **same, **made)


@transaction.atomic
def give(
    *, person: StaffUser, grant: Held, until: datetime | None, by: StaffUser, now: datetime
) -> Grant:
    """Give somebody a role, of a team, ward, list or partner, for ever or until a moment; it holds from their next request.

    A new administrator is an alarm. Raises Refused("not_oneself", "until_past", "last_administrator") and as `check`.
    """
    check(grant)
    if person.pk == by.pk:
        raise Refused("not_oneself")
    if until is not None and until <= now:
        raise Refused("until_past")
    # Locked before the person is, as whoever closes an account does.
    managers = _managers() if grant.role == "administrator" else set()
    if until is not None and managers == {person.pk}:
        raise Refused("last_administrator")
    row = _give(person, grant, until, "screen", by.username, now)
    if grant.role == "administrator" and person.pk not in managers:
        # Whoever makes an administrator could make one for themselves, and be two.
        Alarm.objects.create(why="administrator", about=person, by=by, at=now)
    said = {"until": until.isoformat()} if until else {}
    note(kind="role given", about=person.username, by=by.username, now=now, **_of(row), **said)
    return row


def _of(grant: Grant) -> dict[str, object]:
    """Return what a line says of a grant."""
    parts = {"role": grant.role, "team": grant.team, "ward": grant.ward, "key": grant.key}
    return {name: value for name, value in parts.items() if value}


@transaction.atomic
def withdraw(*, grant_id: int, by: StaffUser, now: datetime) -> None:
    """Take a role from somebody, from their next request on; one that is gone stays gone.

    Raises Refused("last_administrator") where nobody could manage people any more.
    """
    administrators = _administrators()
    grant = Grant.objects.select_related("staff").filter(id=grant_id).first()
    if grant is None:
        return
    if grant.role == "administrator" and not any(pk != grant.pk for pk in administrators):
        raise Refused("last_administrator")
    note(
        kind="role withdrawn",
        about=grant.staff.username,
        by=by.username,
        now=now,
        **_of(grant),
    )
    grant.delete()


def _administrators() -> dict[int, int]:
    """Return, locked, the grants by which somebody manages people for good, each with whose it is."""
    grants = Grant.objects.filter(role="administrator", until=None).order_by("id")
    # Locked first: who was closed by whoever held the lock before is seen only by what is read after.
    locked = list(grants.select_for_update())
    whose = StaffUser.objects.filter(is_active=True, pk__in={grant.staff_id for grant in locked})
    open_ones = set(whose.values_list("pk", flat=True))
    return {grant.pk: grant.staff_id for grant in locked if grant.staff_id in open_ones}


def _managers() -> set[int]:
    """Return, locked, who manages people for good."""
    return set(_administrators().values())


NAMED = re.compile(r"[a-z0-9][a-z0-9._-]{1,79}")
LONGEST_NAME, LONGEST_TEAM = 120, 80


def _tidied(name: str) -> str:
    return " ".join(name.replace("\0", "").split())


@transaction.atomic
def join(*, username: str, name: str, by: StaffUser, now: datetime) -> StaffUser:
    """Make the account of somebody who joins; it has no role and no password, so nobody signs in with it yet.

    Raises Refused("username_wrong", "username_taken", "name_missing", "name_long").
    """
    username, name = username.strip().lower(), _tidied(name)
    if not NAMED.fullmatch(username):
        raise Refused("username_wrong")
    if not name:
        raise Refused("name_missing")
    if len(name) > LONGEST_NAME:
        raise Refused("name_long")
    if StaffUser.objects.filter(username=username).exists():
        raise Refused("username_taken")
    person = StaffUser(username=username, name=name)
    person.set_unusable_password()
    person.save(force_insert=True)
    note(kind="account made", about=username, by=by.username, now=now)
    return person


@transaction.atomic
def close_by(*, person: StaffUser, by: StaffUser, now: datetime) -> None:
    """Close somebody's account from the screen: a leaver; raises Refused("not_oneself", "last_administrator")."""
    if person.pk == by.pk:
        raise Refused("not_oneself")
    if _managers() == {person.pk}:
        raise Refused("last_administrator")
    close(username=person.username, now=now, by=by.username)


@transaction.atomic
def open_again(*, person: StaffUser, by: StaffUser, now: datetime) -> None:
    """Open an account that was closed, with the grants that it had; raises Refused("not_oneself")."""
    if person.pk == by.pk:
        raise Refused("not_oneself")
    if StaffUser.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        note(kind="account opened again", about=person.username, by=by.username, now=now)


@transaction.atomic
def add_team(*, name: str, known: Iterable[str], by: StaffUser, now: datetime) -> None:
    """Make a team known before a service names it, beside those that are `known`.

    Raises Refused("team_missing", "team_long", "team_known"); of capitals and spaces alone no name is another.
    """
    name = _tidied(name)
    if not any(letter.isalpha() for letter in name):
        raise Refused("team_missing")
    if len(name) > LONGEST_TEAM:
        raise Refused("team_long")
    if name.casefold() in {_tidied(team).casefold() for team in known}:
        raise Refused("team_known")
    _team, is_new = Team.objects.get_or_create(name=name, defaults={"made_at": now})
    if not is_new:
        raise Refused("team_known")
    note(kind="team added", about=name, by=by.username, now=now)


@transaction.atomic
def drop_team(*, name: str, by: StaffUser, now: datetime) -> None:
    """Forget a team that nobody is of any more; raises Refused("team_in_use")."""
    if Grant.objects.filter(Q(until=None) | Q(until__gt=now), team=name).exists():
        raise Refused("team_in_use")
    if Team.objects.filter(name=name).delete()[0]:
        note(kind="team dropped", about=name, by=by.username, now=now)


@transaction.atomic
def close(*, username: str, now: datetime, by: str = "") -> None:
    """Close an account: nobody signs in with it, its sessions end, its traces stay; raises Refused."""
    if not StaffUser.objects.filter(username=username).update(is_active=False):
        raise Refused("no_such_person")
    Session.objects.filter(staff__username=username).delete()
    note(kind="account closed", about=username, by=by, now=now)


@transaction.atomic
def raise_alarm(*, about: StaffUser, now: datetime) -> None:
    """Tell every administrator that an account for emergencies was used."""
    Alarm.objects.create(why="break-glass", about=about, at=now)
    note(kind="break-glass used", about=about.username, by=about.username, now=now)


@transaction.atomic
def see_alarm(*, number: int, by: StaffUser, now: datetime) -> None:
    """Say that one has looked into an alarm; one that is for others to look into stays."""
    alarm = queries.alarms(by.pk, now).filter(Q(for_others=False), pk=number).first()
    if alarm and Alarm.objects.filter(pk=number, seen_at=None).update(seen_by=by, seen_at=now):
        name = alarm.about.username
        note(kind=f"{alarm.why} looked into", about=name, by=by.username, now=now)


@transaction.atomic
def break_glass(*, username: str, now: datetime) -> None:
    """Make an account one for emergencies: each use of it is an alarm; raises Refused("no_such_person")."""
    if not StaffUser.objects.filter(username=username).update(break_glass=True):
        raise Refused("no_such_person")
    note(kind="break-glass account", about=username, by="", now=now)


def looked(*, by: StaffUser, what: str, key: str, now: datetime) -> None:
    """Write down that a member of staff opened a record."""
    Look.objects.create(staff=by, at=now, what=what, key=key)


# Of the function keys those that browsers leave to pages.
FUNCTION_KEYS = ("F2", "F4", "F8", "F9")


def choose_keys(*, staff: StaffUser, find: str, begin: str, end: str) -> None:
    """Change the keys that lead to the search box, begin a call and end a contact, "" for none.

    Raises Refused("not_one_key", "not_a_function_key", "keys_alike").
    """
    if len(find) > 1 or (find and (not find.isprintable() or find.isspace())):
        raise Refused("not_one_key")
    for name, key in (("begin", begin), ("end", end)):
        if key not in ("", *FUNCTION_KEYS):
            raise Refused("not_a_function_key", field=name)
    if begin and begin == end:
        raise Refused("keys_alike")
    keys = {"find_key": find.casefold()[:1], "begin_key": begin, "end_key": end}
    StaffUser.objects.filter(pk=staff.pk).update(**keys)


@transaction.atomic
def make_token(
    *,
    name: str,
    scopes: Sequence[str],
    days: int,
    by: StaffUser,
    now: datetime,
    services: Sequence[str] = (),
) -> tuple[Token, str]:
    """Make a token, of some services or of each, and return it with its secret, which is kept nowhere.

    Raises Refused: "token_name_missing", "token_name_taken", "token_scopes_missing",
    "token_days_missing".
    """
    name = " ".join(name.replace("\0", "").split())[:80]
    in_order = [scope for scope in SCOPES if scope in scopes]
    if not name:
        raise Refused("token_name_missing")
    if not in_order:
        raise Refused("token_scopes_missing")
    if days not in DAYS:
        raise Refused("token_days_missing")
    secret = MARK + secrets.token_urlsafe(32)
    token = Token(name=name, secret_hash=hashed(secret), scopes=in_order, made_by=by, made_at=now)
    token.services = sorted(set(services))
    token.expires_at = now + timedelta(days=days)
    try:
        with transaction.atomic():
            token.save(force_insert=True)
    except IntegrityError as exc:
        raise Refused("token_name_taken") from exc
    until = token.expires_at.date().isoformat()
    note(
        kind="token made",
        about=name,
        by=by.username,
        now=now,
        scopes=in_order,
        until=until,
        services=token.services,
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token_id: int, by: StaffUser, now: datetime) -> None:
    """Make a token useless from now on; twice does no harm; raises Refused("no_such_token")."""
    tokens = Token.objects.filter(id=token_id)
    if not tokens.exists():
        raise Refused("no_such_token")
    if tokens.filter(revoked_at=None).update(revoked_at=now, revoked_by=by):
        name = tokens.values_list("name", flat=True).get()
        note(kind="token withdrawn", about=name, by=by.username, now=now)


def token_used(*, token: Token, now: datetime) -> None:
    """Note that a token was used, once a minute at most."""
    before = now - NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < before:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=before)
        Token.objects.filter(stale, id=token.pk).update(last_used_at=now)
