"""The stand-in's addresses, below /2010-04-01/Accounts/{account}: POST Messages.json, GET Messages/{sid}.json, GET itself.

`mood` is one of "" (as it should be), "down" (503), "lose" (it takes the message and the answer is lost), "refuse"
(`error`: status and code), "odd" (no JSON) and "slow" (`seconds` before each answer, once it has done what was asked).
"""

import base64
import json
import time
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

Start = Callable[[str, list[tuple[str, str]]], Any]
Said = dict[str, Any]
# Twilio's own magic numbers, from its documentation of test credentials, and the code that each gives.
MAGIC = {"+15005550001": 21211, "+15005550002": 21612, "+15005550004": 21610, "+15005550009": 21614}


class StandIn:
    """The WSGI application."""

    def __init__(self, account: str, key: str, secret: str) -> None:
        self.account = account
        self.right = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
        self.mood, self.seconds, self.error = "", 0.0, (429, 20429)
        self.status = "active"
        self.messages: dict[str, Said] = {}
        self._lock = Lock()

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        said = parse_qs(
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        )
        status, body = self._answer(environ, {name: values[0] for name, values in said.items()})
        raw = b"<html>Sign in</html>" if self.mood == "odd" else json.dumps(body).encode()
        if self.mood == "slow":
            time.sleep(self.seconds)
        # Half an answer is a lost one.
        length = str(len(raw) + (100 if self.mood == "lose" else 0))
        start(
            f"{status} Answer", [("Content-Type", "application/json"), ("Content-Length", length)]
        )
        return [raw]

    def _answer(self, environ: Mapping[str, Any], said: Said) -> tuple[int, Said]:
        if self.mood == "down":
            return 503, self._problem(503, 20503)
        if self.mood == "refuse":
            return self.error[0], self._problem(*self.error)
        if environ.get("HTTP_AUTHORIZATION") != self.right:
            return 401, self._problem(401, 20003)
        base, path = f"/2010-04-01/Accounts/{self.account}", environ["PATH_INFO"]
        if path == f"{base}.json":
            return 200, {"sid": self.account, "status": self.status}
        if path == f"{base}/Messages.json" and environ["REQUEST_METHOD"] == "POST":
            return self._take(said)
        sid = path.removeprefix(f"{base}/Messages/").removesuffix(".json")
        return (
            (200, self.messages[sid]) if sid in self.messages else (404, self._problem(404, 20404))
        )

    def _take(self, said: Said) -> tuple[int, Said]:
        to, body = said.get("To", ""), said.get("Body", "")
        if not (to.startswith("+") and to[1:].isdigit()):
            return 400, self._problem(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if to in MAGIC:
            return 400, self._problem(400, MAGIC[to], f"Not to {to}")
        if not (said.get("From") or said.get("MessagingServiceSid")):
            return 400, self._problem(400, 21603)
        if not 0 < len(body) <= 1600:
            return 400, self._problem(400, 21617 if body else 21602)
        made = {
            "sid": f"SM{uuid4().hex}",
            "status": "queued",
            "error_code": None,
            "error_message": None,
        }
        made |= {"to": to, "from": said.get("From"), "body": body, "account_sid": self.account}
        made["messaging_service_sid"] = said.get("MessagingServiceSid")
        with self._lock:
            self.messages[str(made["sid"])] = made
        return 201, made

    @staticmethod
    def _problem(status: int, code: int, words: str = "As told by the test") -> Said:
        more = f"https://www.twilio.com/docs/errors/{code}"
        return {"code": code, "message": words, "more_info": more, "status": status}

    def move(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Let a message come to a status."""
        self.messages[sid] |= {"status": status, "error_code": error_code}
