"""Passkeys: asked for, made and taken; the library `webauthn` verifies, what is kept and used once is ours."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import webauthn
from django.db import IntegrityError, transaction
from django.db.models import Q
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from doorstep.council.errors import Refused
from doorstep.outside.secret import hashed
from doorstep.staff.actions import note
from doorstep.staff.models import Ceremony, Key, StaffUser

Kind = Literal["register", "come in", "prove"]
LASTS = timedelta(minutes=10)
VERIFIED = UserVerificationRequirement.REQUIRED
# A passkey that stands by itself: nobody types a name.
OURS = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
)
MOST_KEYS = 20


@dataclass(frozen=True)
class Place:
    """Where passkeys are for: the domain that they are bound to, what it is called, and the address of our pages."""

    domain: str
    name: str
    origin: str


def begin(*, kind: Kind, staff: StaffUser | None, browser: str, place: Place, now: datetime) -> str:
    """Ask a browser for a passkey, or for a new one; return the options as JSON."""
    challenge = secrets.token_bytes(32)
    Ceremony.objects.create(
        challenge_hash=hashed(bytes_to_base64url(challenge)),
        browser_hash=hashed(browser),
        kind=kind,
        staff=staff,
        expires_at=now + LASTS,
    )
    known = _known(staff.keys.all() if staff else ())
    if staff is None or kind != "register":
        options: Any = webauthn.generate_authentication_options(
            rp_id=place.domain,
            challenge=challenge,
            allow_credentials=known,
            user_verification=VERIFIED,
        )
        return options_to_json(options)
    options = webauthn.generate_registration_options(
        rp_id=place.domain,
        rp_name=place.name,
        user_id=str(staff.pk).encode(),
        user_name=staff.username,
        user_display_name=staff.name,
        challenge=challenge,
        authenticator_selection=OURS,
        exclude_credentials=known,
    )
    return options_to_json(options)


def _known(keys: Iterable[Key]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in keys]


def make(*, staff: StaffUser, answer: str, name: str, browser: str, place: Place, now: datetime) -> Key:  # fmt: skip
    """Keep a new passkey; raises Refused("passkey_refused", "passkey_late" or "passkey_known")."""
    with _readable():
        given = parse_registration_credential_json(answer)
        challenge = _taken(given, "register", staff, browser, now)
        found = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=place.domain,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    if staff.keys.count() >= MOST_KEYS:
        raise Refused("passkeys_many")
    key = Key(
        staff=staff,
        credential=bytes_to_base64url(found.credential_id),
        public_key=bytes_to_base64url(found.credential_public_key),
        counter=found.sign_count,
        name=" ".join(name.split())[:60] or "Passkey",
        transports=[t.value for t in given.response.transports or ()],
        backed_up=found.credential_backed_up,
        made_at=now,
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
            note(
                kind="passkey made", about=staff.username, by=staff.username, now=now, name=key.name
            )
    except IntegrityError as exc:
        raise Refused("passkey_known") from exc
    return key


def take(*, kind: Kind, staff: StaffUser | None, answer: str, browser: str, place: Place, now: datetime) -> StaffUser:  # fmt: skip
    """Return whose passkey was shown; raises Refused("passkey_refused", "passkey_late" or "passkey_unknown")."""
    with _readable():
        given = parse_authentication_credential_json(answer)
        challenge = _taken(given, kind, staff, browser, now)
        key = Key.objects.select_related("staff").filter(credential=given.id).first()
        if key is None or not key.staff.is_active or (staff and staff.pk != key.staff_id):
            raise Refused("passkey_unknown")
        if given.response.user_handle not in (None, str(key.staff_id).encode()):
            raise Refused("passkey_refused")
        found = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=place.domain,
            expected_origin=place.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.counter,
            require_user_verification=True,
        )
    _count(key, found.new_sign_count, now)
    return key.staff


def _count(key: Key, counter: int, now: datetime) -> None:
    """Note that a passkey was used; its counter only grows, which of two copies at once one loses."""
    grows = Q(counter__lt=counter) | Q(counter=0) if counter == 0 else Q(counter__lt=counter)
    if not Key.objects.filter(grows, pk=key.pk).update(counter=counter, used_at=now):
        raise Refused("passkey_refused")


def _taken(given: Any, kind: Kind, staff: StaffUser | None, browser: str, now: datetime) -> bytes:
    """Return the challenge that was answered, which nobody answers again: it was asked in this browser, for this."""
    challenge = bytes(parse_client_data_json(given.response.client_data_json).challenge)
    asked = Ceremony.objects.filter(
        challenge_hash=hashed(bytes_to_base64url(challenge)),
        browser_hash=hashed(browser),
        kind=kind,
        staff=staff,
        expires_at__gt=now,
    )
    if not asked.delete()[0]:
        raise Refused("passkey_late")
    return challenge


@contextmanager
def _readable() -> Iterator[None]:
    """Refuse whatever the library does, or what is no answer at all; its words go nowhere."""
    try:
        yield
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as exc:
        raise Refused("passkey_refused") from exc


def rename(*, staff: StaffUser, number: int, name: str) -> None:
    """Call one's own passkey something else."""
    if tidy := " ".join(name.split())[:60]:
        staff.keys.filter(pk=number).update(name=tidy)


def forget(now: datetime) -> None:
    """Delete the challenges that nobody answered."""
    Ceremony.objects.filter(expires_at__lt=now).delete()
