"""A passkey without a browser: answers challenges as an authenticator would, or as an attacker."""

import hashlib
import json
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as text

PRESENT, VERIFIED, MAY_BE_COPIED, COPIED, WITH_KEY = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """A passkey of one domain; `counter` None: it does not count, as those of several devices."""

    origin: str = "http://localhost:8000"
    domain: str = "localhost"
    counter: int | None = 0
    flags: int = PRESENT | VERIFIED
    user: str = ""
    name: bytes = field(default_factory=lambda: token_bytes(20))
    secret: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, options: str) -> str:
        """Answer options for a new passkey."""
        asked = json.loads(options)
        self.user = asked["user"]["id"]
        point = self.secret.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        more = bytes(16) + len(self.name).to_bytes(2, "big") + self.name + public
        data = self._data(WITH_KEY) + more
        return self._answer(
            clientDataJSON=self._said("webauthn.create", asked["challenge"]),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def shows(self, options: str, **otherwise: Any) -> str:
        """Answer options for a passkey that is there; `otherwise` is what of it is not as it should be."""
        said = self._said(
            otherwise.get("type", "webauthn.get"),
            otherwise.get("challenge", json.loads(options)["challenge"]),
        )
        if self.counter is not None:
            self.counter += 1
        data = self._data(0)
        signed = data + hashlib.sha256(said).digest()
        secret = otherwise.get("secret", self.secret)
        return self._answer(
            clientDataJSON=said,
            authenticatorData=data,
            signature=secret.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=otherwise.get("user", self.user),
        )

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, more: int) -> bytes:
        domain = hashlib.sha256(self.domain.encode()).digest()
        return domain + bytes([self.flags | more]) + (self.counter or 0).to_bytes(4, "big")

    def _answer(self, **response: Any) -> str:
        wrapped = {k: text(v) if isinstance(v, bytes) else v for k, v in response.items()}
        name = text(self.name)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": wrapped, "clientExtensionResults": {}})  # fmt: skip
