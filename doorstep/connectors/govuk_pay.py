"""GOV.UK Pay: payments and refunds over its public API, version 1.

| it says            | we say    |   | why it failed (state.code)   | we say    |
|--------------------|-----------|---|------------------------------|-----------|
| created, started   | unpaid    |   | P0010 rejected by the bank   | declined  |
| submitted, capturable | working |  | P0020 expired, 90 minutes    | expired   |
| success            | paid      |   | P0030 the payer cancelled    | cancelled |
| failed, cancelled, error | by the code |  | P0040 we cancelled     | cancelled |
|                    |           |   | P0050 provider's error       | error     |

Every error code we can meet stands in ERRORS. Of each call the log keeps what, status, code and
milliseconds: never an address, because `next_url` is a secret.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import structlog
from django.conf import settings

from doorstep.outside import http
from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from doorstep.payments.provider import (
    BalanceChanged,
    Event,
    Forged,
    NewPayment,
    NewRefund,
    NotCancellable,
    NotRefundable,
    NotThere,
    Payment,
    Refund,
    RefundState,
    State,
)

log = structlog.get_logger("doorstep.connectors.govuk_pay")
Made = TypeVar("Made")
LIMITS, PAGE = http.Limits(seconds=5.0, connect=1.0, most_bytes=5_000_000), 500

STATES: dict[str, State] = {
    "created": "unpaid",
    "started": "unpaid",
    "submitted": "working",
    "capturable": "working",
    "success": "paid",
    "failed": "declined",
    "cancelled": "cancelled",
    "error": "error",
}
# Wins over the state: expiry and the payer's own cancelling both come as `failed`.
WHY: dict[str, State] = {
    "P0010": "declined",
    "P0020": "expired",
    "P0030": "cancelled",
    "P0040": "cancelled",
    "P0050": "error",
}
REFUND_STATES: dict[str, RefundState] = {
    "submitted": "submitted",
    "success": "done",
    "error": "failed",
}
ERRORS: dict[str, type[OutsideError]] = {
    # Our request is wrong, or the account does not allow it: no use sending it again.
    **dict.fromkeys(("P0101", "P0102", "P0103", "P0104", "P0195", "P0196", "P0197"), GiveUp),
    **dict.fromkeys(("P0191", "P0199", "P0401", "P0601", "P0602", "P0697", "P1101"), GiveUp),
    **dict.fromkeys(("P0920", "P0930", "P0940", "P0941", "P0942"), GiveUp),
    # Something behind it is down, or we ask too often.
    **dict.fromkeys(("P0198", "P0298", "P0398", "P0498", "P0598", "P0698", "P0798"), TryLater),
    **dict.fromkeys(("P0898", "P1898", "P0900", "P0999"), TryLater),
    **dict.fromkeys(("P0200", "P0300", "P0402", "P0500", "P0600", "P0700"), NotThere),
    **dict.fromkeys(("P0800", "P1100"), NotThere),
    **dict.fromkeys(("P0501", "P0502"), NotCancellable),
    "P0603": NotRefundable,
    "P0604": BalanceChanged,
}
# Its firewall answers P0920 for these anywhere in a body.
SAFE = str.maketrans({"<": "(", ">": ")", '"': "'", "\\": "/", "|": "/"})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _payment(reply: Mapping[str, Any]) -> Payment:
    state, refunds = reply["state"], reply.get("refund_summary") or {}
    code = str(state.get("code") or "")
    link = (reply.get("_links") or {}).get("next_url") or {}
    return Payment(
        id=reply["payment_id"],
        reference=reply["reference"],
        pence=reply["amount"],
        state=WHY.get(code, STATES[state["status"]]),
        made_at=_moment(reply["created_date"]),
        code=code,
        next_url=str(link.get("href") or ""),
        refundable=refunds.get("amount_available") or 0,
        refunded=refunds.get("amount_submitted") or 0,
    )


def _refund(reply: Mapping[str, Any], payment_id: str) -> Refund:
    made_at, state = _moment(reply["created_date"]), REFUND_STATES[reply["status"]]
    return Refund(reply["refund_id"], payment_id, reply["amount"], state, made_at)


def _error(status: int, reply: Mapping[str, Any]) -> OutsideError:
    """Return what an error answer means; one without a code we know goes by its status."""
    code = str(reply.get("code") or "")
    where = str(reply.get("field") or reply.get("header") or "")
    kind = ERRORS.get(code)
    if kind is None:
        kind = TryLater if status in (408, 429) or status >= 500 else GiveUp
    words = f"GOV.UK Pay answered {status} {code} {where}".strip()
    return kind(words)


class GovukPay:
    """GOV.UK Pay, at GOVUK_PAY_URL with GOVUK_PAY_KEY."""

    def create(self, wanted: NewPayment) -> Payment:
        """Make a payment with our key; one by telephone with `moto`, on the same pages (`authorisation_mode` web).

        The key is documented for recurring payments, so a caller that sends again looks up our
        reference first. The window left: a payment made a moment ago that the search does not show
        yet is made twice, and the first, whose address nobody has, expires unpaid.
        """
        body: dict[str, object] = {
            "amount": wanted.pence,
            "reference": wanted.reference.translate(SAFE)[:255],
            "description": wanted.description.translate(SAFE)[:255],
            "return_url": wanted.return_url,
            "language": wanted.language if wanted.language in ("en", "cy") else "en",
        }
        if wanted.moto:
            body["moto"] = True
        reply = self._call("POST", "/v1/payments", body, {"Idempotency-Key": wanted.key})
        return _read(_payment, reply)

    def find(self, payment_id: str) -> Payment:
        """Return how a payment stands now; this address is strongly consistent."""
        return _read(_payment, self._call("GET", f"/v1/payments/{_id(payment_id)}"))

    def cancel(self, payment_id: str) -> None:
        """Cancel a payment that nobody has paid."""
        # An empty POST body is answered with P0920, so send an empty object.
        self._call("POST", f"/v1/payments/{_id(payment_id)}/cancel", {})

    def refund(self, wanted: NewRefund) -> Refund:
        """Give money back; the balance sent along keeps a second sending from paying twice."""
        body = {"amount": wanted.pence, "refund_amount_available": wanted.available}
        reply = self._call("POST", f"/v1/payments/{_id(wanted.payment_id)}/refunds", body)
        return _read(lambda of: _refund(of, wanted.payment_id), reply)

    def refunds(self, payment_id: str) -> list[Refund]:
        """Return every refund of a payment."""
        reply = self._call("GET", f"/v1/payments/{_id(payment_id)}/refunds")
        rows = (reply.get("_embedded") or {}).get("refunds") or []
        return [_read(lambda of: _refund(of, payment_id), row) for row in rows]

    def search(self, *, reference: str = "", since: datetime | None = None) -> Iterator[Payment]:
        """Return payments page by page; eventually consistent, so never for how one stands."""
        params = {"reference": reference} if reference else {}
        if since:
            params["from_date"] = since.strftime("%Y-%m-%dT%H:%M:%SZ")
        page = 1
        while True:
            query = "&".join(f"{k}={quote(v, safe='')}" for k, v in params.items())
            reply = self._call("GET", f"/v1/payments?{query}&page={page}&display_size={PAGE}")
            rows = reply.get("results") or []
            # Whatever else the filter lets through is not what was asked for.
            for payment in (_read(_payment, row) for row in rows):
                if not reference or payment.reference == reference:
                    yield payment
            if not rows or page * PAGE >= int(reply.get("total") or 0):
                return
            page += 1

    def read_callback(self, body: bytes, signature: str) -> Event:
        """Return what a webhook says: its header Pay-Signature is HMAC-SHA256 over the raw body."""
        secret = str(settings.GOVUK_PAY_SIGNING_SECRET)
        right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        # Compared as bytes: a signature of other characters would be an error of ours.
        same = hmac.compare_digest(right.encode(), signature.strip().encode())
        if not (secret and same):
            raise Forged
        try:
            message = json.loads(body)
            return Event(
                message["webhook_message_id"], message["event_type"], message["resource_id"]
            )
        except (ValueError, KeyError, TypeError) as exc:
            raise GiveUp("a webhook of GOV.UK Pay could not be read") from exc

    def host(self) -> str:
        """Return the host that is asked."""
        return http.host_of(settings.GOVUK_PAY_URL)

    def check(self) -> str:
        """Ask for one payment of the list, which any good key may see."""
        self._call("GET", "/v1/payments?page=1&display_size=1")
        return f"GOV.UK Pay answers at {urlsplit(settings.GOVUK_PAY_URL).hostname}"

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        call, code = http.Call(), ""
        try:
            call.status, reply = _send(method, path, body, headers or {})
            if call.status >= 400:
                code = str(reply.get("code") or "")
                raise _error(call.status, reply)
            return reply
        finally:
            _log(call, method, path, code)


def _log(call: http.Call, method: str, path: str, code: str) -> None:
    what = path.partition("?")[0].split("/")[2:]
    kind = "/".join(part for part in what if part.isalpha())
    log.info(
        "called", method=method, what=kind, status=call.status, code=code, ms=call.milliseconds
    )


def _id(text: str) -> str:
    return quote(text, safe="")


def _read(make: Callable[[Mapping[str, Any]], Made], reply: Mapping[str, Any]) -> Made:
    """Return an answer as one of ours; one that lacks something may be mended by asking again."""
    try:
        return make(reply)
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise TryLater("GOV.UK Pay's answer could not be read") from exc


def _send(
    method: str, path: str, body: Mapping[str, object] | None, headers: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    """Send one request and return status and JSON; raises TryLater when it takes too long."""
    url = settings.GOVUK_PAY_URL.rstrip("/") + path
    all_headers = {
        "Authorization": f"Bearer {settings.GOVUK_PAY_KEY}",
        "Accept": "application/json",
    }
    all_headers |= {"Content-Type": "application/json", **headers}
    content = None if body is None else json.dumps(body).encode()
    status, raw = http.send("GOV.UK Pay", method, url, LIMITS, content=content, headers=all_headers)
    return status, _json(raw, status)


def _json(raw: bytes, status: int) -> dict[str, Any]:
    if not raw:
        return {}
    try:
        reply = json.loads(raw)
    except ValueError as exc:
        if status >= 400:
            return {}  # an error page of something in front of it
        raise TryLater("GOV.UK Pay answered something else than JSON") from exc
    return reply if isinstance(reply, dict) else {}
