"""The stand-in's addresses, as Entra ID has them below a tenant, its own screen at `/`, and /_control for tests.

Control is one POST of JSON: {"fault": one of FAULTS}, {"seconds": 3} for "slow", {"rotate": true} signs with a new key from now on,
{"roles": {username: [app role, …]}}, {"groups": {username: [id, …]}}. A fault lasts until another is set.
"""

import base64
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode

from standins.oidc import pages, people, tokens

Start = Callable[[str, list[tuple[str, str]]], Any]
Said = dict[str, Any]
TENANT = "9f4c2b1e-6d0a-4f6e-8a53-0c7d1f2e3a4b"
SESSION = "standin_signed_in"
CODE_LIVES = timedelta(minutes=5)
FAULTS = {
    "": "As it should be",
    "refuses": "Lets nobody in (access_denied)",
    "down": "Down (503)",
    "slow": "Slow",
    "garbage": "Answers something that is no JSON",
    "other_issuer": "Its document names another issuer",
    "plain_http": "Its document leads to a place without https",
    "wrong_response_iss": "Another issuer in the address one comes back to",
    "no_response_iss": "No issuer in that address, though it promises one",
    "spent_code": "Gives a code that was used before",
    "no_token": "Answers the code without an ID token",
    "overage": "Groups above the limit, and no app role",
    **{name: f"ID token: {name.replace('_', ' ')}" for name in (*tokens.WRONG, *tokens.SIGNED_WRONG) if name != "overage"},
}  # fmt: skip


class Problem(Exception):
    """An error of the protocol: its code, and what was wrong."""

    def __init__(self, error: str, words: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.words, self.status = error, words, status


class StandIn:
    """The WSGI application."""

    def __init__(
        self,
        *,
        client: str,
        secret: str,
        back: Callable[[str], bool],
        kind: str = "RS256",
        methods: tuple[str, ...] = ("client_secret_post", "client_secret_basic"),
        state: Path | None = None,
        ahead: timedelta = timedelta(),
    ) -> None:
        # `back` says whether an address to come back to is one that was registered, letter for letter.
        self.client, self.secret, self.back, self.kind = client, secret, back, kind
        self.methods, self.state, self.ahead = methods, state, ahead
        self.people = people.kept_in(state) if state else people.made_up()
        # Where it is, once it is served.
        self.url = ""
        self.fault, self.seconds, self.number = "", 20.0, 0
        self.codes: dict[str, Said] = {}
        self.sessions: dict[str, tuple[str, int]] = {}
        # Every request to it, as (method, path), for tests that count them.
        self.seen: list[tuple[str, str]] = []

    def now(self) -> datetime:
        """Return the time, as a demonstration's clock has it."""
        return datetime.now(UTC) + self.ahead

    @property
    def issuer(self) -> str:
        """Return its issuer: its own address with the tenant, as Entra ID writes it."""
        return f"{self.url}/{TENANT}/v2.0"

    def person(self, username: str) -> people.Someone:
        """Return somebody by the beginning of their user name."""
        return next(w for w in self.people.values() if w.username.startswith(username))

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one is no longer shown."""
        self.number += 1

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = _one(environ.get("QUERY_STRING", ""))
        if path == "/_control":
            return _json(start, 200, self._control(json.loads(raw or b"{}")))
        if path == "/":
            return self._screen(start, method, parse_qs(raw.decode()), environ)
        self.seen.append((method, path))
        if self.fault == "slow":
            time.sleep(self.seconds)
        if self.fault == "down":
            return _json(start, 503, {"error": "temporarily_unavailable"})
        try:
            return self._answer(start, method, path.removeprefix(f"/{TENANT}"), query, raw, environ)
        except Problem as exc:
            if path.endswith("/authorize"):
                return _html(start, pages.page("Sorry", f"<p>{exc.error}: {exc.words}</p>"), 400)
            return _json(start, exc.status, {"error": exc.error, "error_description": exc.words})

    def _answer(
        self, start: Start, method: str, path: str, query: dict[str, str], raw: bytes, environ: Mapping[str, Any]
    ) -> Iterable[bytes]:  # fmt: skip
        if self.fault == "garbage" and not path.endswith("/authorize"):
            return _html(start, b"<html>Sign in</html>")
        if (method, path) == ("GET", "/v2.0/.well-known/openid-configuration"):
            return _json(start, 200, self._document())
        if (method, path) == ("GET", "/discovery/v2.0/keys"):
            shown = {**tokens.key(self.kind, self.number).as_dict(private=False)}
            return _json(start, 200, {"keys": [shown, {"kty": "PQ", "kid": "of-a-later-kind"}]})
        if path == "/oauth2/v2.0/authorize" and method in ("GET", "POST"):
            return self._authorize(start, query, _one(raw.decode()), environ)
        if (method, path) == ("POST", "/oauth2/v2.0/token"):
            return _json(start, 200, self._token(_one(raw.decode()), environ))
        if path == "/oauth2/v2.0/logout":
            self.sessions.pop(_cookie(environ), None)
            return _html(start, pages.page("Signed out", "<p>You are signed out here.</p>"))
        return _json(start, 404, {"error": "not_found"})

    def _document(self) -> Said:
        at = f"{self.url}/{TENANT}"
        issuer = "https://other.example/v2.0" if self.fault == "other_issuer" else self.issuer
        plain = self.fault == "plain_http"
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
            "token_endpoint": "http://login.example/token" if plain else f"{at}/oauth2/v2.0/token",
            "jwks_uri": f"{at}/discovery/v2.0/keys",
            "end_session_endpoint": f"{at}/oauth2/v2.0/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": [self.kind],
            "token_endpoint_auth_methods_supported": list(self.methods),
            "authorization_response_iss_parameter_supported": True,
        }

    # Where a person signs in.

    def _authorize(
        self, start: Start, query: dict[str, str], form: dict[str, str], environ: Mapping[str, Any]
    ) -> Iterable[bytes]:
        back = query.get("redirect_uri", "")
        # Neither an unknown client nor an unknown place to come back to is ever led to.
        if query.get("client_id") != self.client or not self.back(back):
            raise Problem("invalid_request", "unknown client_id, or redirect_uri not registered")
        wrong = _wrong(query)
        if wrong or form.get("no") or self.fault == "refuses":
            error = "invalid_request" if wrong else "access_denied"
            return _led(start, self._back(back, query, error=error, error_description=wrong))
        who, at = self.sessions.get(_cookie(environ), ("", 0))
        is_fresh = "login" not in query.get("prompt", "") and self._age(at) <= _max_age(query)
        if form.get("oid") in self.people:
            who, at, sid = form["oid"], int(self.now().timestamp()), secrets.token_urlsafe(24)
            self.sessions[sid] = (who, at)
            code = self._code(query, who, at)
            return _led(start, self._back(back, query, code=code), f"{SESSION}={sid}; Path=/; HttpOnly; SameSite=Lax")  # fmt: skip
        if who in self.people and is_fresh:
            return _led(start, self._back(back, query, code=self._code(query, who, at)))
        if query.get("prompt") == "none":
            return _led(start, self._back(back, query, error="login_required"))
        why = "The council asks you to prove anew who you are." if "max_age" in query else ""
        return _html(start, pages.choose(self.people.values(), why))

    def _age(self, at: int) -> float:
        return self.now().timestamp() - at

    def _code(self, query: dict[str, str], who: str, at: int) -> str:
        code = secrets.token_urlsafe(32)
        self.codes[code] = {
            "client": query["client_id"],
            "back": query["redirect_uri"],
            "challenge": query["code_challenge"],
            "nonce": query["nonce"],
            "max_age": query.get("max_age"),
            "who": who,
            "auth_time": at,
            "until": self.now() + CODE_LIVES,
            "used": self.fault == "spent_code",
        }
        return code

    def _back(self, back: str, query: dict[str, str], **said: str) -> str:
        answer = {name: value for name, value in said.items() if value}
        answer["state"] = query.get("state", "")
        if self.fault != "no_response_iss":
            wrong = self.fault == "wrong_response_iss"
            answer["iss"] = "https://other.example/v2.0" if wrong else self.issuer
        return f"{back}?{urlencode(answer)}"

    # Where the council exchanges the code.

    def _token(self, form: dict[str, str], environ: Mapping[str, Any]) -> Said:
        method, client, secret = _shown(form, environ.get("HTTP_AUTHORIZATION", ""))
        if method not in self.methods or (client, secret) != (self.client, self.secret):
            raise Problem("invalid_client", "who asks is not known", 401)
        if form.get("grant_type") != "authorization_code":
            raise Problem("unsupported_grant_type", "authorization_code is what there is")
        asked = self.codes.get(form.get("code", ""))
        if asked is None or asked["used"] or asked["until"] < self.now():
            raise Problem("invalid_grant", "the code is unknown, old, or was used before")
        asked["used"] = True
        if (asked["client"], asked["back"]) != (client, form.get("redirect_uri")):
            raise Problem("invalid_grant", "the code is of another client or place")
        if tokens.challenge(form.get("code_verifier", "")) != asked["challenge"]:
            raise Problem("invalid_grant", "the verifier is another")
        if self.fault == "no_token":
            return {"token_type": "Bearer", "access_token": "none-of-ours", "expires_in": 3600}
        claims = tokens.claims_of(
            self.people[asked["who"]],
            issuer=self.issuer,
            tenant=TENANT,
            asked=asked,
            at=int(self.now().timestamp()),
        )
        token = tokens.signed(claims, self.kind, self.number, self.fault)
        answer = {"token_type": "Bearer", "access_token": "none-of-ours", "expires_in": 3600}
        return {**answer, "scope": "openid profile", "id_token": token}

    # What its administrator does, and a test.

    def _screen(
        self, start: Start, method: str, form: dict[str, list[str]], environ: Mapping[str, Any]
    ) -> Iterable[bytes]:
        said = self._act(form, environ) if method == "POST" else ""
        return _html(start, pages.screen(self.people.values(), FAULTS, self.fault, said))

    def _act(self, form: dict[str, list[str]], environ: Mapping[str, Any]) -> str:
        if "of" in form and (who := self.people.get(form["of"][0])):
            self._control({"roles": {who.username: form.get("role", [])}})
            return f"{who.name}: {', '.join(who.roles) or 'no role here'}."
        if "rotate" in form:
            self.rotate()
            return "A new key signs from now on."
        if "out" in form:
            self.sessions.pop(_cookie(environ), None)
            return "You are signed out here."
        self.fault = form.get("fault", [""])[0]
        return f"The provider: {FAULTS.get(self.fault, self.fault)}."

    def _control(self, said: Said) -> Said:
        self.fault = said.get("fault", self.fault)
        self.seconds = float(said.get("seconds", self.seconds))
        if said.get("rotate"):
            self.rotate()
        for what in ("roles", "groups"):
            for username, given in said.get(what, {}).items():
                setattr(self.person(username), what, list(given))
        if self.state:
            people.keep(self.state, self.people)
        return {"fault": self.fault, "people": len(self.people)}


def _wrong(query: Mapping[str, str]) -> str:
    """Return what a strict provider finds wrong in how it was asked."""
    demanded = {
        "response_type": query.get("response_type") == "code",
        "scope": "openid" in query.get("scope", "").split(),
        "state": bool(query.get("state")),
        "nonce": bool(query.get("nonce")),
        "code_challenge_method": query.get("code_challenge_method") == "S256",
        "code_challenge": len(query.get("code_challenge", "")) == 43,
    }
    return ", ".join(name for name, holds in demanded.items() if not holds)


def _max_age(query: Mapping[str, str]) -> float:
    # Nought is always too old, also within the same second.
    seconds = float(query.get("max_age", "inf"))
    return seconds if seconds else -1.0


def _shown(form: Mapping[str, str], authorization: str) -> tuple[str, str, str]:
    """Return how a client shows who it is, its name, and its secret."""
    if not authorization.startswith("Basic "):
        return "client_secret_post", form.get("client_id", ""), form.get("client_secret", "")
    plain = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    name, _, secret = plain.partition(":")
    return "client_secret_basic", unquote_plus(name), unquote_plus(secret)


def _one(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


def _cookie(environ: Mapping[str, Any]) -> str:
    kept = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(SESSION)
    return kept.value if kept else ""


def _json(start: Start, status: int, said: Said) -> list[bytes]:
    raw = json.dumps(said).encode()
    start(f"{status} Answer", [("Content-Type", "application/json"), ("Content-Length", str(len(raw)))])  # fmt: skip
    return [raw]


def _html(start: Start, raw: bytes, status: int = 200) -> list[bytes]:
    start(f"{status} Answer", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(raw)))])  # fmt: skip
    return [raw]


def _led(start: Start, there: str, cookie: str = "") -> list[bytes]:
    headers = [("Location", there), ("Content-Length", "0")]
    start("302 Found", headers + ([("Set-Cookie", cookie)] if cookie else []))
    return [b""]


def from_environment() -> StandIn:
    """Make the stand-in that the demo runs, as its environment says."""
    backs = os.environ["STANDIN_SSO_BACK"].split(",")
    made = StandIn(
        client=os.environ["OIDC_CLIENT"],
        secret=os.environ["OIDC_SECRET"],
        back=lambda there: there in backs,
        state=Path(os.environ["STANDIN_SSO_STATE"]),
        ahead=timedelta(seconds=float(os.environ.get("STANDIN_AHEAD_SECONDS", "0"))),
    )
    made.url = os.environ["STANDIN_SSO_URL"]
    return made


application: Any = None
if "STANDIN_SSO_BACK" in os.environ:
    application = from_environment()
