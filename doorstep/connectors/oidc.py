"""The council's own sign-in by OpenID Connect: authorisation code with PKCE, state and nonce, as Entra ID and others speak it.

| what is looked at            | believed where                                                                     |
|------------------------------|------------------------------------------------------------------------------------|
| the document at OIDC_ISSUER  | it names that very issuer, and leads to https alone                                |
| the address one comes back to | its state is ours; its `iss` is the issuer, and is there where the document promises it |
| the ID token's signature     | RS256 or ES256, by a key that the issuer shows now                                 |
| `iss`, `aud`, `azp`, `nonce` | the issuer; us; us, and there where `aud` names others too; ours                   |
| `exp`, `iat`, `nbf`          | there (`nbf` if it likes), and not over, not yet to come, by two minutes           |
| `tid`                        | the tenant that the issuer's address names, as Entra ID writes it                  |
| `auth_time`                  | where a fresh proof was asked for: there, and not from before it was asked, by two minutes |

A person is `oid` at Entra ID, since its `sub` is another for each application, and `sub` elsewhere. What was wrong is said in words of ours,
without who came.
"""

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore, Lock
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import structlog
from django.conf import settings
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import GuestProtocol, KeySet

from doorstep.outside import http
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.outside.identity import Declined, NotBelieved, Person, Started
from doorstep.text.clean import line

log = structlog.get_logger("doorstep.connectors.oidc")
WHO = "The sign-in provider"
LIMITS = http.Limits(seconds=5.0, connect=1.5, most_bytes=500_000)
# What it says of itself is small: who waits for it holds up a thread that residents need.
SHORT = http.Limits(seconds=3.0, connect=1.5, most_bytes=500_000)
# So long after it did not answer nobody asks it again; and so many codes are exchanged at once, a process.
RESTS_SECONDS, MOST_AT_ONCE = 30.0, 2
ALGORITHMS = ("RS256", "ES256")
LEEWAY = timedelta(minutes=2)
# So long the document and the keys are kept; for an unknown key they are asked for anew, once a minute at most.
KEPT_SECONDS, KEYS_AGAIN_SECONDS = 3600.0, 60.0
# What somebody does who does not come in, as OAuth 2 and OpenID Connect call it.
DECLINED = {
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
    "account_selection_required",
}
BUSY = {"server_error", "temporarily_unavailable"}
# https://login.microsoftonline.com/{tenant}/v2.0
_TENANT = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/v2\.0/?$")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Oidc:
    """The provider at OIDC_ISSUER, where we are OIDC_CLIENT with OIDC_SECRET."""

    def __init__(self) -> None:
        self._document: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._reading, self._rests_until = Lock(), float("-inf")
        self._exchanging = BoundedSemaphore(MOST_AT_ONCE)

    def start(self, *, back: str, fresh: bool, now: datetime) -> Started:
        """Return where to send the browser; a fresh proof is asked for with `max_age=0`."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "client_id": settings.OIDC_CLIENT,
            "response_type": "code",
            "response_mode": "query",
            "redirect_uri": back,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        if fresh:
            # Entra ID heeds the first for certain, the standard promises `auth_time` for the second.
            asked |= {"prompt": "login", "max_age": "0"}
        there = str(self._read_document()["authorization_endpoint"])
        url = f"{there}{'&' if urlsplit(there).query else '?'}{urlencode(asked)}"
        return Started(url, state, nonce, verifier, now, fresh)

    def finish(
        self, *, started: Started, answer: Mapping[str, str], back: str, now: datetime
    ) -> Person:
        """Return who came back, once all of it was looked at."""
        code = self._code(started, answer)
        return _person(self._claims(self._exchange(code, started, back), started, now), now)

    def host(self) -> str:
        """Return the host that is asked."""
        return http.host_of(settings.OIDC_ISSUER)

    def check(self) -> str:
        """Read the document and the keys anew; raises GiveUp, TryLater."""
        self._document = self._keys = None
        self._rests_until = float("-inf")
        self._read_document()
        self._read_keys()
        return "the sign-in provider answers, and shows its keys"

    # What it says of itself.

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Let one ask, and others hear at once that it does not answer: while one asks, and for a while after it failed."""
        rests = time.monotonic() < self._rests_until
        if rests or not self._reading.acquire(blocking=False):
            raise TryLater(f"{WHO} did not answer just now, or is being asked")
        try:
            yield
        except TryLater:
            self._rests_until = time.monotonic() + RESTS_SECONDS
            raise
        finally:
            self._reading.release()

    def _read_document(self) -> Mapping[str, Any]:
        kept = self._document
        if kept and (time.monotonic() < kept[0] + KEPT_SECONDS or self._reading.locked()):
            return kept[1]
        issuer = str(settings.OIDC_ISSUER)
        _only_https(issuer)
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        with self._one_at_a_time():
            said = _asked("GET", address, "document", SHORT)
        # Letter for letter: of a document for all tenants (`common`) the issuer is another.
        if said.get("issuer") != issuer:
            raise NotBelieved("the document names another issuer")
        for name in ENDPOINTS:
            _only_https(str(said.get(name, "")))
        self._document = (time.monotonic(), said)
        return said

    def _read_keys(self) -> KeySet:
        address = str(self._read_document()["jwks_uri"])
        with self._one_at_a_time():
            said = _asked("GET", address, "keys", SHORT)
        try:
            keys = KeySet.import_key_set(said)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as exc:
            raise NotBelieved("its keys cannot be read") from exc
        self._keys = (time.monotonic(), keys)
        return keys

    def _keys_for(self, token: GuestProtocol) -> KeySet:
        """Return the keys, asked for anew where they are old or do not hold the token's."""
        kept, kid = self._keys, token.headers().get("kid")
        age = time.monotonic() - kept[0] if kept else KEPT_SECONDS
        if kept and age < KEPT_SECONDS and (age < KEYS_AGAIN_SECONDS or _holds(kept[1], kid)):
            return kept[1]
        if kept and self._reading.locked() and _holds(kept[1], kid):
            return kept[1]
        return self._read_keys()

    # What comes back.

    def _code(self, started: Started, answer: Mapping[str, str]) -> str:
        """Return the code of an answer that is the issuer's, to what we asked."""
        if not secrets.compare_digest(started.state.encode(), answer.get("state", "").encode()):
            raise NotBelieved("the state is another")
        promised = self._read_document().get("authorization_response_iss_parameter_supported")
        if answer.get("iss", "" if promised is True else settings.OIDC_ISSUER) != settings.OIDC_ISSUER:  # fmt: skip
            raise NotBelieved("the answer is another issuer's")
        error = answer.get("error", "")
        if error in DECLINED:
            raise Declined(error)
        if error in BUSY:
            raise TryLater(f"{WHO} answered {error}")
        if error or not answer.get("code"):
            raise NotBelieved("there is an error instead of a code")
        return answer["code"]

    def _exchange(self, code: str, started: Started, back: str) -> str:
        """Return the ID token that the provider gives for a code."""
        document = self._read_document()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": started.verifier,
        }
        headers = {}
        if "client_secret_post" in (document.get("token_endpoint_auth_methods_supported") or ()):
            form |= {"client_id": settings.OIDC_CLIENT, "client_secret": settings.OIDC_SECRET}
        else:
            headers = {"Authorization": _basic(settings.OIDC_CLIENT, settings.OIDC_SECRET)}
        if not self._exchanging.acquire(blocking=False):
            raise TryLater(f"{WHO} is asked for others already")
        try:
            there = str(document["token_endpoint"])
            said = _asked("POST", there, "token", LIMITS, data=form, headers=headers)
        finally:
            self._exchanging.release()
        if not isinstance(token := said.get("id_token"), str):
            raise NotBelieved("there is no ID token")
        return token

    def _claims(self, token: str, started: Started, now: datetime) -> dict[str, Any]:
        """Return what a token says, of which signature, issuer, audience, nonce and times are right."""
        try:
            claims = jwt.decode(token, self._keys_for, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as exc:
            raise NotBelieved(f"the signature does not hold: {type(exc).__name__}") from exc
        try:
            _demanded(started, now).validate(claims)
        except ClaimError as exc:
            raise NotBelieved(f"{exc.claim}: {exc.error}") from exc
        _look_at_party(claims)
        if started.fresh:
            _look_at_proof(claims, started, now)
        return claims


def _demanded(started: Started, now: datetime) -> jwt.JWTClaimsRegistry:
    """Return what the claims of a token must be."""
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": settings.OIDC_ISSUER},
        aud={"essential": True, "value": settings.OIDC_CLIENT},
        nonce={"essential": True, "value": started.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        **_of_tenant(),
    )


def _of_tenant() -> dict[str, jwt.ClaimsOption]:
    """Return what is demanded besides of Entra ID, whose issuer names its tenant."""
    tenant = _TENANT.search(settings.OIDC_ISSUER)
    if tenant is None:
        return {}
    return {"tid": {"essential": True, "value": tenant[1]}, "oid": {"essential": True}}


def _look_at_party(claims: Mapping[str, Any]) -> None:
    """Refuse a token that was made for another client, whom we only may hear of it."""
    others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if others else settings.OIDC_CLIENT) != settings.OIDC_CLIENT:
        raise NotBelieved("azp: the token is another client's")


def _look_at_proof(claims: Mapping[str, Any], started: Started, now: datetime) -> None:
    """Refuse a proof from before it was asked for: who sits at an open screen proves nothing."""
    proved = _moment(claims.get("auth_time"))
    if proved is None or not started.at - LEEWAY <= proved <= now + LEEWAY:
        raise NotBelieved("auth_time: it was not proved anew")


def _person(claims: Mapping[str, Any], now: datetime) -> Person:
    key = claims["oid"] if _of_tenant() else claims["sub"]
    # As the standard has a `sub`: 255 letters of ASCII.
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or len(key) > 255:
        raise NotBelieved("oid, or sub: no such name")
    username = _words(claims.get("preferred_username"))
    sources, proved = claims.get("_claim_names"), _moment(claims.get("auth_time"))
    return Person(
        issuer=settings.OIDC_ISSUER,
        key=key,
        username=username,
        name=_words(claims.get("name")) or username,
        roles=_names(claims.get("roles")),
        groups=_names(claims.get("groups")),
        proved=proved if proved and proved <= now + LEEWAY else None,
        # Both are ways of Entra ID to say that somebody is in more groups than it names.
        overage=bool(claims.get("hasgroups")) or isinstance(sources, dict) and "groups" in sources,
    )


def _words(said: object) -> str:
    return line(said)[:120] if isinstance(said, str) else ""


def _names(said: object) -> frozenset[str]:
    """Return the texts of a list; what is no list names nothing."""
    return frozenset(name for name in said if isinstance(name, str)) if isinstance(said, list) else frozenset()  # fmt: skip


def _moment(said: object) -> datetime | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        return datetime.fromtimestamp(said, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _holds(keys: KeySet, kid: object) -> bool:
    return any(key.kid == kid for key in keys)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _basic(name: str, secret: str) -> str:
    # Each is written as in a form first (RFC 6749, 2.3.1).
    plain = f"{quote_plus(name)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(plain.encode()).decode()}"


def _only_https(url: str) -> None:
    """Refuse an address that others could listen to; a stand-in on this machine is the demo's and the tests'."""
    is_standin = (settings.DEMO or settings.TESTING) and not http.is_outside(url)
    if urlsplit(url).scheme != "https" and not is_standin:
        raise NotBelieved("an address of the provider is not https")


def _asked(
    method: str, url: str, what: str, limits: http.Limits, **request: Any
) -> Mapping[str, Any]:
    """Return what the provider answers as JSON; raises TryLater, NotBelieved, GiveUp. Nothing of either is logged."""
    call, status = http.Call(), 0
    try:
        status, body = http.send(WHO, method, url, limits, what=what, **request)
    finally:
        log.info("called", what=what, status=status, ms=call.milliseconds)
    if status >= 500 or status == 429:
        raise TryLater(f"{WHO} answered {status}")
    try:
        said = json.loads(body)
    except ValueError as exc:
        raise NotBelieved(f"{what}: the answer is no JSON") from exc
    if not isinstance(said, dict):
        raise NotBelieved(f"{what}: the answer is no object")
    if status != 200:
        raise _refusal(status, said)
    return said


def _refusal(status: int, said: Mapping[str, Any]) -> GiveUp:
    """Return what a refusal means: a code that is not taken is the browser's, all else is a setting of ours."""
    error = said.get("error")
    if error == "invalid_grant":
        return NotBelieved("the code is not taken")
    known = error if error in ("invalid_client", "unauthorized_client", "invalid_request") else ""
    return GiveUp(f"{WHO} refuses us: {status} {known}".strip())
