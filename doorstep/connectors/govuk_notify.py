"""GOV.UK Notify: e-mails and text messages by its official client, which signs and addresses; the call is ours.

| it says             | we say                     |   | an error                        | we say                |
|---------------------|----------------------------|---|---------------------------------|-----------------------|
| created, sending, pending | on its way           |   | 400 (our request, the address)  | undeliverable: refused |
| delivered           | delivered                  |   | 401, 403 (key, clock)           | given up              |
| sent (abroad)       | sent: no more is ever said |   | 429 (a minute's, a day's limit) | later                 |
| permanent-failure   | undeliverable: address     |   | 5xx, or no answer, to a sending | unsure: look it up    |
| temporary-failure   | undeliverable: for now     |   | the same to a question          | later                 |
| technical-failure   | undeliverable: theirs      |   |                                 |                       |

It honours no key, but finds messages by our reference for seven days: after an answer that was lost it is
asked before anything goes again. Its templates hold ((subject)), ((body)), ((link)) and ((after)): our own
link is a field of its own, so that all the rest, which anyone may have typed, loses addresses and Markdown.
"""

import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from notifications_python_client.errors import APIError, HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from doorstep.messages.provider import (
    Delivery,
    Forged,
    NotThere,
    Outgoing,
    Receipt,
    Undeliverable,
    Unsure,
    harmless,
)
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, OutsideError, TryLater

log = structlog.get_logger("doorstep.connectors.govuk_notify")
LIMITS = http.Limits(seconds=8.0, connect=2.0, most_bytes=5_000_000)
STATES = {
    "created": Delivery("on_its_way"),
    "sending": Delivery("on_its_way"),
    "pending": Delivery("on_its_way"),
    "delivered": Delivery("delivered"),
    "sent": Delivery("sent"),
    "permanent-failure": Delivery("undeliverable", "address"),
    "temporary-failure": Delivery("undeliverable", "for_now"),
    "technical-failure": Delivery("undeliverable", "theirs"),
}
FIELDS = ("subject", "body", "link", "after")


class _Answer:
    """An answer as the client reads it."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status_code, self._body = status, body

    def json(self) -> Any:
        """Return the answer's JSON; raises ValueError."""
        return json.loads(self._body)


class _Client(NotificationsAPIClient):
    """The official client, its calls with our limits on time and size, through no proxy on this machine."""

    def _perform_request(self, method: str, url: str, kwargs: dict[str, Any]) -> _Answer:
        call = http.Call()
        try:
            content, params = kwargs.get("data"), kwargs.get("params")
            request = {"headers": kwargs["headers"], "content": content, "params": params}
            call.status, body = http.send("GOV.UK Notify", method, url, LIMITS, **request)
        finally:
            parts = urlsplit(url).path.split("/")[2:4]
            kind = "/".join(part for part in parts if part.isalpha())
            log.info("called", method=method, what=kind, status=call.status, ms=call.milliseconds)
        answer = _Answer(call.status, body)
        if call.status >= 400:
            raise HTTPError(answer)  # type: ignore[arg-type]
        return answer


class NotifyMessenger:
    """GOV.UK Notify, at GOVUK_NOTIFY_URL with GOVUK_NOTIFY_KEY."""

    def send_email(self, message: Outgoing) -> Receipt:
        """Hand an e-mail over; raises TryLater, GiveUp, Undeliverable, Unsure."""
        said = _sending(
            lambda client: client.send_email_notification(
                email_address=message.to,
                template_id=_template(message, "email"),
                personalisation=_parts(message),
                reference=message.key,
                one_click_unsubscribe_url=message.unsubscribe or None,
                sanitise_content_for=[field for field in FIELDS if field != "link"],
            )
        )
        return Receipt(said["id"], follows=True)

    def send_text(self, message: Outgoing) -> Receipt:
        """Hand a text message over likewise."""
        parts = _parts(message)
        personalisation = {k: v if k == "link" else harmless(v) for k, v in parts.items()}
        said = _sending(
            lambda client: client.send_sms_notification(
                phone_number=message.to,
                template_id=_template(message, "text"),
                personalisation=personalisation,
                reference=message.key,
            )
        )
        return Receipt(said["id"], follows=True)

    def taken(self, key: str) -> Receipt | None:
        """Look our reference up; the window left: what it took a moment ago and does not list yet."""
        rows = _asking(lambda client: client.get_all_notifications(reference=key))["notifications"]
        # Whatever else the filter lets through is not what was asked for.
        mine = [row["id"] for row in rows if row.get("reference") == key]
        return Receipt(mine[-1], follows=True) if mine else None

    def delivery(self, receipt: str) -> Delivery:
        """Return what became of a message; raises NotThere (after seven days), TryLater."""
        said = _asking(lambda client: client.get_notification_by_id(receipt))
        state = STATES.get(str(said.get("status")))
        if state is None:
            raise TryLater("GOV.UK Notify says a status that we do not know")
        return state

    def sent(self, key: str) -> Outgoing | None:
        """What was sent is not fetched back: our own row holds it."""
        return None

    def read_callback(self, body: bytes, token: str) -> str:
        """Return the receipt that a delivery receipt is about; raises Forged, GiveUp.

        Its bearer token is ours, made up by us; what it says is not believed but asked after.
        """
        right = str(settings.GOVUK_NOTIFY_CALLBACK_TOKEN)
        # Compared as bytes: a token of other characters would be an error of ours.
        if not (right and hmac.compare_digest(right.encode(), token.encode())):
            raise Forged
        try:
            return str(json.loads(body)["id"])[:80]
        except (ValueError, KeyError, TypeError) as exc:
            raise GiveUp("a callback of GOV.UK Notify could not be read") from exc

    def host(self) -> str:
        """Return the host that is asked."""
        return http.host_of(settings.GOVUK_NOTIFY_URL)

    def check(self) -> str:
        """Ask for the templates, and say when none holds our four fields."""
        templates = _asking(lambda client: client.get_all_templates())["templates"]
        wanted = {f"(({field}))" for field in FIELDS}
        whole = [t for t in templates if all(w in f"{t['subject']}{t['body']}" for w in wanted)]
        if not whole:
            raise GiveUp("no template at GOV.UK Notify holds " + ", ".join(sorted(wanted)))
        return f"GOV.UK Notify answers at {urlsplit(settings.GOVUK_NOTIFY_URL).hostname}"


def _client() -> Any:
    made: Any = _Client  # the client has no types
    # A key is its name and two identifiers of 36 characters.
    if len(settings.GOVUK_NOTIFY_KEY) < 73:
        raise GiveUp("GOVUK_NOTIFY_KEY is not set: the API key of GOV.UK Notify")
    return made(settings.GOVUK_NOTIFY_KEY, base_url=settings.GOVUK_NOTIFY_URL)


def _template(message: Outgoing, channel: str) -> str:
    if not message.template:
        raise GiveUp(f"council.yaml names no template of GOV.UK Notify (messages: {channel})")
    return message.template


def _parts(message: Outgoing) -> dict[str, str]:
    """Return a message's fields: before our own link, the link, and after it."""
    before, _, after = (
        message.body.partition(message.link) if message.link else (message.body, "", "")
    )
    return dict(zip(FIELDS, (message.subject, before, message.link, after), strict=True))


def _sending(call: Callable[[Any], Any]) -> Any:
    """Hand something over; whatever may have been taken without our knowing raises Unsure."""
    try:
        said = call(_client())
        return {**said, "id": str(said["id"])}
    except HTTPError as exc:
        if exc.status_code >= 500:
            raise Unsure(f"GOV.UK Notify answered {exc.status_code}") from exc
        raise _refused(exc) from exc
    except (TryLater, APIError, KeyError, TypeError) as exc:
        raise Unsure("GOV.UK Notify's answer is not known") from exc


def _asking(call: Callable[[Any], Any]) -> Any:
    """Ask something that changes nothing."""
    try:
        return call(_client())
    except HTTPError as exc:
        if exc.status_code == 404:
            raise NotThere from exc
        raise (
            TryLater("GOV.UK Notify is down") if exc.status_code >= 500 else _refused(exc)
        ) from exc
    except (APIError, KeyError, TypeError) as exc:
        raise TryLater("GOV.UK Notify's answer could not be read") from exc


def _refused(exc: HTTPError) -> OutsideError:
    """Return what an answer below 500 means; its words may hold an address, so they are for staff only."""
    status = exc.status_code
    if status in (408, 429):
        return TryLater(f"GOV.UK Notify answered {status}: its limit of a minute or a day")
    if status != 400:
        return GiveUp(f"GOV.UK Notify answered {status}: look at GOVUK_NOTIFY_KEY and our clock")
    words = exc.message
    said = "; ".join(str(w.get("message")) for w in words) if isinstance(words, list) else ""
    return Undeliverable("GOV.UK Notify answered 400", why="refused", said=said)
