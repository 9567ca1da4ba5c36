"""Twilio's Messages: text messages by its REST API of 2010-04-01; a form goes there, JSON comes back.

| it says                                   | we say                       |   | an answer              | we say                 |
|-------------------------------------------|------------------------------|---|------------------------|------------------------|
| accepted, queued, sending, sent           | on its way                   |   | 400 and its code       | by the table REFUSED   |
| delivered, read                           | delivered                    |   | 401, 403 (name, key)   | given up               |
| undelivered, failed                       | undeliverable, by its code   |   | 429 (too many), no connection | later           |
| canceled                                  | undeliverable: theirs        |   | 5xx, or none, to a sending | **unsure**         |

It knows no key and no reference of ours: a text whose answer was lost may have been taken, so it is not sent again.
What became of one is asked for; its callbacks, which bring a form and a signature of their own, are not read.
It carries e-mails by another product, with another protocol: here they are refused.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from django.conf import settings

from doorstep.messages.provider import (
    Delivery,
    NotThere,
    Outgoing,
    Receipt,
    Undeliverable,
    Unsure,
    Why,
    without_addresses,
)
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, NotSent, OutsideError, TryLater

log = structlog.get_logger("doorstep.connectors.twilio")
LIMITS = http.Limits(seconds=8.0, connect=2.0, most_bytes=1_000_000)
# "sent" is what Twilio says once the network has it: whether it arrives comes after.
ON_ITS_WAY = ("accepted", "scheduled", "queued", "sending", "sent")
STATES = {
    **dict.fromkeys(ON_ITS_WAY, Delivery("on_its_way")),
    **dict.fromkeys(("delivered", "read"), Delivery("delivered")),
    "canceled": Delivery("undeliverable", "theirs"),
}
# Why one did not arrive (`error_code`); any other is theirs.
WHY: dict[int, Why] = {
    30003: "for_now",  # switched off, or out of reach
    30004: "refused",  # blocked by who has it
    30005: "address",  # no such number
    30006: "address",  # a landline
    30007: "refused",  # filtered by the network
}
# Errors of a request that are about this message; any other is about us and our account.
REFUSED: dict[int, Why] = {
    **dict.fromkeys((21211, 21217, 21265, 21612, 21614), "address"),
    **dict.fromkeys((21602, 21610, 21617), "refused"),  # empty; they wrote STOP; too long
}
LATER = (14107, 20429, 21611)  # too many in a second, or waiting


class TwilioMessenger:
    """Twilio at TWILIO_URL: TWILIO_ACCOUNT, with TWILIO_KEY and TWILIO_SECRET, from TWILIO_FROM."""

    def send_email(self, message: Outgoing) -> Receipt:
        """E-mails go another way."""
        raise GiveUp("Twilio carries no e-mails here: set DOORSTEP_MESSENGER to who does")

    def send_text(self, message: Outgoing) -> Receipt:
        """Hand a text message over; raises TryLater, GiveUp, Undeliverable, Unsure."""
        # A number or name of ours, or a Messaging Service, which picks one.
        sender = "MessagingServiceSid" if _from().startswith("MG") else "From"
        form = {"To": message.to, "Body": without_addresses(message), sender: _from()}
        try:
            status, said = _call("POST", "/Messages.json", form)
        except _NoAnswer as exc:
            raise Unsure("Twilio's answer is not known") from exc
        if status >= 500:
            raise Unsure(f"Twilio answered {status}")
        if status >= 400:
            raise _refused(status, said)
        if not str(said.get("sid", "")).startswith(("SM", "MM")):
            raise Unsure("Twilio's answer has no id")
        return Receipt(str(said["sid"]), follows=True)

    def taken(self, key: str) -> Receipt | None:
        """Nobody can ask for our key: its list knows numbers and days alone."""
        raise Unsure

    def delivery(self, receipt: str) -> Delivery:
        """Return what became of a message; raises NotThere, TryLater, GiveUp."""
        said = _asked(f"/Messages/{quote(receipt, safe='')}.json")
        state = str(said.get("status"))
        if state in ("undelivered", "failed"):
            return Delivery("undeliverable", WHY.get(_code(said, "error_code"), "theirs"))
        if state not in STATES:
            raise TryLater("Twilio says a status that we do not know")
        return STATES[state]

    def sent(self, key: str) -> Outgoing | None:
        """What was sent is not fetched back: our own row holds it."""
        return None

    def host(self) -> str:
        """Return the host that is asked."""
        return http.host_of(settings.TWILIO_URL)

    def check(self) -> str:
        """Ask for the account; raises GiveUp where it is closed, or lacks what we need."""
        _from()
        if _asked(".json").get("status") != "active":
            raise GiveUp("our account at Twilio is suspended or closed")
        return f"Twilio answers at {urlsplit(settings.TWILIO_URL).hostname}"


class _NoAnswer(TryLater):
    """No answer came, or none that can be read: whether it was done is not known."""


def _from() -> str:
    if not settings.TWILIO_FROM:
        raise GiveUp("TWILIO_FROM is not set: our number, name or Messaging Service at Twilio")
    return str(settings.TWILIO_FROM)


def _asked(path: str) -> Mapping[str, Any]:
    """Ask something that changes nothing."""
    status, said = _call("GET", path)
    if status == 404:
        raise NotThere
    if status >= 500:
        raise TryLater(f"Twilio answered {status}")
    if status >= 400:
        raise _refused(status, said)
    return said


def _call(
    method: str, path: str, form: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, Any]]:
    """Send one request and return status and JSON; raises GiveUp where we are not set up, NotSent, _NoAnswer."""
    account, key, secret = settings.TWILIO_ACCOUNT, settings.TWILIO_KEY, settings.TWILIO_SECRET
    if not (account and secret):
        raise GiveUp("TWILIO_ACCOUNT or TWILIO_SECRET is not set: our account at Twilio")
    url = f"{settings.TWILIO_URL.rstrip('/')}/2010-04-01/Accounts/{quote(account, safe='')}{path}"
    call = http.Call()
    try:
        request = {"auth": (key or account, secret), "data": form}
        call.status, body = http.send("Twilio", method, url, LIMITS, what="texts", **request)
    except NotSent:
        raise
    except TryLater as exc:
        raise _NoAnswer(str(exc)) from exc
    finally:
        log.info("called", method=method, what="texts", status=call.status, ms=call.milliseconds)
    return call.status, _read(call.status, body)


def _read(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except ValueError as exc:
        if status >= 400:
            return {}  # an error page of something in front of it
        raise _NoAnswer("Twilio answered something else than JSON") from exc
    return said if isinstance(said, dict) else {}


def _code(said: Mapping[str, Any], name: str) -> int:
    code = said.get(name)
    return code if isinstance(code, int) else 0


def _refused(status: int, said: Mapping[str, Any]) -> OutsideError:
    """Return what an answer below 500 means; its words hold the number, so they are for staff only."""
    code = _code(said, "code")
    words = f"Twilio answered {status} {code or ''}".strip()
    if status in (408, 429) or code in LATER:
        return TryLater(words)
    if code in REFUSED:
        return Undeliverable(words, why=REFUSED[code], said=str(said.get("message", "")))
    return GiveUp(f"{words}: look at TWILIO_KEY, TWILIO_SECRET, TWILIO_FROM and our account there")
