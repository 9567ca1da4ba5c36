"""Changes to staff accounts and to tokens, and the trace that looking leaves."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from doorstep.council.errors import Refused
from doorstep.outside.secret import hashed
from doorstep.staff.models import Look, Session, StaffEvent, StaffUser, Token
from doorstep.staff.permissions import ROLES, SCOPES

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
    roles: Sequence[str],
    password: str,
    now: datetime,
    by: str = "",
) -> StaffUser:
    """Make or renew a staff account; raises Refused("unknown_role", "password_short" or "password_common")."""
    _fit(password, StaffUser(username=username, name=name))
    if set(roles) - set(ROLES):
        raise Refused("unknown_role", roles=sorted(set(roles) - set(ROLES)))
    before = StaffUser.objects.filter(username=username).values_list("roles", "is_active").first()
    user, _ = StaffUser.objects.update_or_create(
        username=username, defaults={"name": name, "roles": list(roles), "is_active": True}
    )
    user.set_password(password)
    user.save(update_fields=["password"])
    user.sessions.all().delete()
    was = {"roles_before": before[0], "was_open": before[1]} if before else {}
    note(
        kind="account renewed" if before else "account made",
        about=username,
        by=by,
        now=now,
        roles=list(roles),
        **was,
    )
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


@transaction.atomic
def close(*, username: str, now: datetime, by: str = "") -> None:
    """Close an account: nobody signs in with it, its sessions end, its traces stay; raises Refused."""
    if not StaffUser.objects.filter(username=username).update(is_active=False):
        raise Refused("no_such_person")
    Session.objects.filter(staff__username=username).delete()
    note(kind="account closed", about=username, by=by, now=now)


def looked(*, by: StaffUser, what: str, key: str, now: datetime) -> None:
    """Write down that a member of staff opened a record."""
    Look.objects.create(staff=by, at=now, what=what, key=key)


@transaction.atomic
def make_token(
    *, name: str, scopes: Sequence[str], days: int, by: StaffUser, now: datetime
) -> tuple[Token, str]:
    """Make a token and return it with its secret, which is kept nowhere.

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
    token.expires_at = now + timedelta(days=days)
    try:
        with transaction.atomic():
            token.save(force_insert=True)
    except IntegrityError as exc:
        raise Refused("token_name_taken") from exc
    until = token.expires_at.date().isoformat()
    note(kind="token made", about=name, by=by.username, now=now, scopes=in_order, until=until)
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
