"""Keys, and ID tokens as Entra ID writes them, right or wrong in one thing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from standins.oidc.people import Someone

Claims = dict[str, Any]
LIVES_SECONDS = 3600
# Above so many Entra ID names no group at all.
MOST_GROUPS = 200

# What is wrong in the claims of a token, by the fault's name.
WRONG: dict[str, Callable[[Claims], Any]] = {
    "wrong_nonce": lambda c: c.update(nonce="somebody-elses"),
    "no_nonce": lambda c: c.pop("nonce"),
    "wrong_aud": lambda c: c.update(aud=str(uuid4())),
    "aud_list": lambda c: c.update(aud=[c["aud"], str(uuid4())]),
    "wrong_azp": lambda c: c.update(aud=[c["aud"], "other"], azp="other"),
    "wrong_iss": lambda c: c.update(iss="https://login.microsoftonline.example/other/v2.0"),
    "wrong_tenant": lambda c: c.update(tid=str(uuid4())),
    "no_tenant": lambda c: c.pop("tid"),
    "no_oid": lambda c: c.pop("oid"),
    "no_sub": lambda c: c.pop("sub"),
    "no_exp": lambda c: c.pop("exp"),
    "stale": lambda c: c.update({n: c[n] - 300 - LIVES_SECONDS for n in ("iat", "nbf", "exp")}),
    "future": lambda c: c.update(iat=c["iat"] + 3600),
    "no_iat": lambda c: c.pop("iat"),
    "stale_auth_time": lambda c: c.update(auth_time=c["iat"] - 1800),
    "future_auth_time": lambda c: c.update(auth_time=c["iat"] + 1800),
    "no_auth_time": lambda c: c.pop("auth_time", None),
    "odd_roles": lambda c: c.update(roles="Doorstep.Administrator", groups={"a": 1}),
    "overage": lambda c: (_overage(c), c.pop("roles", None)),
    "overage_beside_roles": lambda c: _overage(c),
    "hasgroups": lambda c: (c.update(hasgroups=True), c.pop("groups", None), c.pop("roles", None)),
}
# What is wrong with its signature.
SIGNED_WRONG = ("other_key", "unknown_key", "withdrawn_key", "alg_none", "hs256")


@cache
def key(kind: str, number: int) -> RSAKey | ECKey:
    """Return the key of a kind with a number: made once a process, since that takes a while."""
    about: dict[str, Any] = {"use": "sig"}
    if kind == "ES256":
        return ECKey.generate_key("P-256", about, auto_kid=True)
    return RSAKey.generate_key(2048, about, auto_kid=True)


def _overage(claims: Claims) -> None:
    claims.pop("groups", None)
    claims["_claim_names"] = {"groups": "src1"}
    claims["_claim_sources"] = {"src1": {"endpoint": "https://graph.microsoft.example/groups"}}


def claims_of(who: Someone, *, issuer: str, tenant: str, asked: Claims, at: int) -> Claims:
    """Return what a token says of somebody for a client who asked, as it should be."""
    pairwise = hashlib.sha256(f"{who.oid}{asked['client']}".encode()).digest()
    claims = {
        "iss": issuer,
        "aud": asked["client"],
        "tid": tenant,
        "oid": who.oid,
        "sub": base64.urlsafe_b64encode(pairwise).decode().rstrip("="),
        "preferred_username": who.username,
        "name": who.name,
        "ver": "2.0",
        "iat": at,
        "nbf": at,
        "exp": at + LIVES_SECONDS,
        "nonce": asked["nonce"],
        "acr": "1",
        "amr": ["pwd", "mfa"],
        "email": "shared@council.example",
    }
    if asked["max_age"] is not None:
        claims["auth_time"] = asked["auth_time"]
    if who.roles:
        claims["roles"] = list(who.roles)
    if len(who.groups) > MOST_GROUPS:
        _overage(claims)
    elif who.groups:
        claims["groups"] = list(who.groups)
    return claims


def signed(claims: Claims, kind: str, number: int, fault: str) -> str:
    """Return a token, wrong in its claims or its signature as the fault says."""
    if fault in WRONG:
        WRONG[fault](claims)
    ours = key(kind, number)
    header = {"alg": kind, "kid": ours.kid}
    if fault == "alg_none":
        return f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."
    if fault == "hs256":
        text = f"{_part({**header, 'alg': 'HS256'})}.{_part(claims)}"
        digest = hmac.new(ours.as_pem(private=False), text.encode(), hashlib.sha256).digest()
        return f"{text}.{_base64(digest)}"
    if fault in ("other_key", "unknown_key", "withdrawn_key"):
        ours = key(kind, number - 1 if fault == "withdrawn_key" else -2)
        header["kid"] = header["kid"] if fault == "other_key" else ours.kid
    return jwt.encode(header, claims, ours, algorithms=[kind])


def _part(said: Claims) -> str:
    return _base64(json.dumps(said).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def challenge(verifier: str) -> str:
    """Return what PKCE makes of a verifier (S256)."""
    return _base64(hashlib.sha256(verifier.encode()).digest())
