"""The stand-in's addresses: send, look up, list, templates.

`mood` is one of "" (as it should be), "down" (503), "lose" (it takes the message and the answer is lost),
"refuse" (`error`: status and name) and "slow" (`seconds` before each answer). Statuses move when a test says
so: `move` for one message, or at once by Notify's own test addresses.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import jwt

Start = Callable[[str, list[tuple[str, str]]], Any]
Said = dict[str, Any]
# Notify's own, from its documentation.
SIMULATED = {
    "temp-fail@simulator.notify": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
    "07700900003": "temporary-failure",
    "07700900002": "permanent-failure",
    "simulate-delivered@notifications.service.gov.uk": "delivered",
    "07700900000": "delivered",
}
EMAIL, TEXT = "9d751e0e-f929-4891-82a1-a3e1c3c18ee3", "f33517ff-2a88-4f6e-b855-c550268ce08a"
PARTS = "((body))\n\n((link))\n\n((after))"
TEMPLATES = {
    EMAIL: {"type": "email", "subject": "((subject))", "body": PARTS},
    TEXT: {"type": "sms", "subject": None, "body": PARTS},
}
FIELD = re.compile(r"\(\((\w+)\)\)")
MARKDOWN, ADDRESS = (
    re.compile(r"([\\`*_{}\[\]()#+\-.!^>|])"),
    re.compile(r"(?i)\b(?:https?://|www\.)\S+"),
)


class Problem(Exception):
    """An answer of an error: status, its name, its words."""

    def __init__(self, status: int, error: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.body = {"status_code": status, "errors": [{"error": error, "message": words}]}


def sanitised(text: str) -> str:
    """Return a placeholder's text as Notify makes it harmless: no address, no Markdown."""
    return MARKDOWN.sub(r"\\\1", ADDRESS.sub("", text))


class StandIn:
    """The WSGI application."""

    def __init__(self, key: str) -> None:
        self.issuer, self.secret = key[-73:-37], key[-36:]
        self.mood, self.seconds, self.error = "", 0.0, (429, "RateLimitError")
        self.messages: dict[str, Said] = {}
        self.templates = dict(TEMPLATES)
        self.seen: list[tuple[str, str, Any, int, Any]] = []
        self._lock = Lock()

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if self.mood == "slow":
            time.sleep(self.seconds)
        said = json.loads(raw) if raw else None
        try:
            self._let_in(environ)
            asked = parse_qs(environ.get("QUERY_STRING", ""))
            status, body = self._answer(method, path.strip("/").split("/"), said, asked)
        except Problem as exc:
            status, body = exc.status, exc.body
        self.seen.append((method, path, said, status, body))
        return self._give(start, status, body)

    def _give(self, start: Start, status: int, body: Any) -> list[bytes]:
        raw = json.dumps(body).encode()
        # Half an answer is a lost one.
        length = len(raw) + (100 if self.mood == "lose" else 0)
        start(
            f"{status} Answer",
            [("Content-Type", "application/json"), ("Content-Length", str(length))],
        )
        return [raw]

    def _let_in(self, environ: Mapping[str, Any]) -> None:
        if self.mood == "down":
            raise Problem(503, "Exception", "Unavailable")
        if self.mood == "refuse":
            raise Problem(*self.error, "As told by the test")
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(
                token, self.secret, algorithms=["HS256"], options={"verify_iat": False}
            )
        except jwt.PyJWTError as exc:
            raise Problem(
                403, "AuthError", "Invalid token: signature, api token not found"
            ) from exc
        if claims["iss"] != self.issuer or abs(claims["iat"] - time.time()) > 30:
            raise Problem(
                403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds"
            )

    def _answer(self, method: str, parts: list[str], said: Any, asked: Said) -> tuple[int, Any]:
        if parts[:2] == ["v2", "templates"]:
            return 200, {"templates": [self._template(i) for i in self.templates]}
        if parts[:2] != ["v2", "notifications"]:
            raise Problem(404, "NoResultFound", "No result found")
        if method == "POST":
            return 201, self._take(parts[2], said)
        if len(parts) == 3:
            if parts[2] not in self.messages:
                raise Problem(404, "NoResultFound", "No result found")
            return 200, self._shown(self.messages[parts[2]])
        rows = [self._shown(m) for m in reversed(list(self.messages.values()))]
        wanted = asked.get("reference", [""])[0]
        rows = [r for r in rows if not wanted or r["reference"] == wanted][:250]
        return 200, {"notifications": rows, "links": {"current": "/v2/notifications"}}

    def _take(self, kind: str, said: Said) -> Said:
        to = said.get("email_address" if kind == "email" else "phone_number", "")
        template = self.templates.get(said.get("template_id", ""))
        if template is None or template["type"] != kind:
            raise Problem(400, "BadRequestError", "Template not found")
        if kind == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", to):
            raise Problem(400, "ValidationError", "email_address Not a valid email address")
        if kind == "sms" and len(re.sub(r"\D", "", to)) < 10:
            raise Problem(400, "ValidationError", "phone_number Not enough digits")
        body, subject = self._filled(template["body"], said), template["subject"]
        if kind == "sms" and len(body) > 918:
            raise Problem(
                400, "BadRequestError", "Text messages cannot be longer than 918 characters"
            )
        made = {
            "id": str(uuid4()), "kind": kind, "to": to, "reference": said.get("reference"),
            "template": said["template_id"], "body": body, "at": datetime.now(UTC).isoformat(),
            "subject": self._filled(subject, said) if subject else None,
            "unsubscribe": said.get("one_click_unsubscribe_url"),
            "status": SIMULATED.get(to, "created"),
        }  # fmt: skip
        with self._lock:
            self.messages[made["id"]] = made
        content = {"body": body, "from_number": "NORTHBORO"}
        if kind == "email":
            content = {
                "subject": made["subject"],
                "body": body,
                "from_email": "council@notify.example",
            }
        return {
            "id": made["id"], "reference": made["reference"], "scheduled_for": None, "content": content,
            "uri": f"/v2/notifications/{made['id']}", "template": self._used(made),
        }  # fmt: skip

    def _filled(self, text: str, said: Said) -> str:
        given, harmless = said.get("personalisation", {}), said.get("sanitise_content_for", [])
        if missing := sorted(set(FIELD.findall(text)) - set(given)):
            raise Problem(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
        return FIELD.sub(
            lambda m: sanitised(given[m[1]]) if m[1] in harmless else given[m[1]], text
        ).strip()

    def _used(self, made: Said) -> Said:
        return {"id": made["template"], "version": 1, "uri": f"/v2/template/{made['template']}"}

    def _template(self, number: str) -> Said:
        at = "2026-01-01T00:00:00.000000Z"
        there = self.templates[number]
        return {
            "id": number, "name": "Generic", "created_at": at, "updated_at": None, "created_by": "a@b.example",
            "version": 1, "personalisation": {}, "letter_contact_block": None, "postage": None, **there,
        }  # fmt: skip

    def _shown(self, made: Said) -> Said:
        shown = {
            "id": made["id"], "reference": made["reference"], "type": made["kind"],
            "status": made["status"], "template": self._used(made), "body": made["body"],
            "subject": made["subject"], "created_at": made["at"], "created_by_name": None,
            "scheduled_for": None, "is_cost_data_ready": True, "cost_in_pounds": 0.0,
        }  # fmt: skip
        return {
            **shown,
            ("email_address" if made["kind"] == "email" else "phone_number"): made["to"],
        }

    def move(self, reference: str, status: str) -> bytes:
        """Let every message with our reference come to a status; return the callback's body of the last."""
        for made in self.messages.values():
            if made["reference"] == reference:
                made["status"], last = status, made
        said = {k: last[k] for k in ("id", "reference", "to", "status")}
        said |= {"created_at": last["at"], "completed_at": last["at"], "sent_at": last["at"]}
        said |= {"notification_type": last["kind"], "template_id": last["template"]}
        return json.dumps({**said, "template_version": 1}).encode()
