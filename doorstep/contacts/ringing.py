"""Who is ringing: what a telephone system says of it, kept sealed for some minutes and opened once by a one-use address."""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from doorstep.contacts import actions
from doorstep.contacts.models import NUMBER, Contact, Ring
from doorstep.outside import sealed
from doorstep.outside.secret import hashed
from doorstep.staff.models import StaffUser
from doorstep.text import copied

PURPOSE = "ring"
OPENS_FOR = timedelta(minutes=10)
# How far the clock of the telephone system may be from ours.
OFF_BY = timedelta(minutes=5)
# What exchanges say for a number that is withheld, and what a number is written with.
WITHHELD = ("", "anonymous", "withheld", "unavailable")
NAMES = ("number", "line", "for")
_NUMBER = re.compile(r"\+?[0-9() -]+")


class Forged(Exception):
    """The message was not signed with our secret, or too long ago."""


class Unreadable(Exception):
    """The message is not one that says who rings."""


class Again(Exception):
    """The same message was taken before."""


@dataclass(frozen=True)
class Call:
    """That a number rings, "" where it is withheld; on which line, and for whom: a username; "" for whoever takes it."""

    number: str
    line: str = ""
    to: str = ""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what signs a message: HMAC-SHA256 of the time, a full stop, and the body as it is sent, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def read(*, body: bytes, timestamp: str, signed: str, secret: str, now: datetime) -> Call:
    """Return what a message says, whose time and signature were looked at first; raises Forged, Unreadable."""
    good = signature(secret, timestamp, body)
    if not hmac.compare_digest(good.encode(), signed.encode()):
        raise Forged
    if not timestamp.isdecimal() or abs(int(timestamp[:12]) - now.timestamp()) > OFF_BY.seconds:
        raise Forged
    try:
        said = json.loads(body)
        words = [_word(said[name] if name == "number" else said.get(name)) for name in NAMES]
    # Brackets in brackets are no message either.
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        raise Unreadable from exc
    return Call(_number(words[0]), *words[1:])


def _word(said: object) -> str:
    """Return a text or a whole number as it is kept, nothing as ""; raises ValueError."""
    word = "" if said is None else str(said)
    # No NUL, no half of a sign: neither can be kept.
    if not isinstance(said, str | int | None) or not word.isprintable():
        raise ValueError
    return word


def _number(said: str) -> str:
    """Return the number that rings, "" where it is withheld; raises Unreadable."""
    number = said.strip()
    if number.casefold() in WITHHELD:
        return ""
    is_written = len(number) <= NUMBER and _NUMBER.fullmatch(number)
    if not (is_written and copied.telephones(number)):
        raise Unreadable
    return number


def rang(*, call: Call, signed: str, now: datetime) -> str:
    """Keep that a number rings; return the secret of the address that opens it. Raises Again, Unreadable."""
    to = StaffUser.objects.filter(username=call.to, is_active=True).first() if call.to else None
    if call.to and to is None:
        raise Unreadable
    token = secrets.token_urlsafe(32)
    about = {"token_hash": hashed(token), "message_hash": hashed(signed), "line": call.line[:40]}
    try:
        with transaction.atomic():
            Ring.objects.create(sealed=sealed.seal(PURPOSE, call.number), staff=to, at=now, **about)
    except IntegrityError as exc:
        raise Again from exc
    return token


@transaction.atomic
def answer(*, token: str, by: StaffUser, now: datetime) -> Contact | None:
    """Begin the call whose address was opened, once; nothing where it is over, was opened, or rings for somebody else."""
    rows = Ring.objects.select_for_update().filter(token_hash=hashed(token), at__gt=now - OPENS_FOR)
    ring = rows.filter(Q(staff=None) | Q(staff=by)).exclude(sealed="").first()
    if ring is None:
        return None
    number = sealed.unseal(PURPOSE, ring.sealed) or ""
    ring.sealed = ""
    ring.save(update_fields=["sealed"])
    return actions.begin(channel="telephone", by=by, now=now, number=number)
