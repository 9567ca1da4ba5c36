"""The stand-in's addresses: the public API, the card pages, and /_control for tests.

Control is one POST of JSON: {"slow": 3} seconds before each answer, {"down": true}, {"fail":
{"status": 500, "code": "P0198", "times": 1, "on": "POST /v1/payments", "after": false}} (`after`:
do it first, then lose the answer), {"webhooks": mood}, {"pay": payment id, "card": number},
{"minutes": 95} pass, {"refunds": "submitted"|"success"|"error"} (how new ones come out), {"settle": refund id},
{"keys": false} ignores Idempotency-Key, {"moto": false} is an account that may take no card by telephone,
{"refund": payment id, "amount": pence}: somebody gives it back on Pay's own pages.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from standins.govuk_pay import pages
from standins.govuk_pay.hooks import Teller
from standins.govuk_pay.till import CARDS, MESSAGES, UNFINISHED, Problem, Till, stamp

Start = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[int, Any]
REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 302: "Found"}
FORBIDDEN = re.compile(r'[<>"\\|]')
KEY = re.compile(r"[A-Za-z0-9-]{1,255}")
Said = dict[str, Any]


def _links(self_path: str, base: str, payment: Said) -> Said:
    at = f"{base}{self_path}"
    links = {"self": {"href": at, "method": "GET"}}
    links["events"] = {"href": f"{at}/events", "method": "GET"}
    links["refunds"] = {"href": f"{at}/refunds", "method": "GET"}
    if payment["status"] in ("created", "started"):
        there = f"{base}/secure/{payment['token']}"
        links["next_url"] = {"href": there, "method": "GET"}
        links["cancel"] = {"href": f"{at}/cancel", "method": "POST"}
    return links


def _state(status: str, code: str) -> Said:
    said: Said = {"status": status, "finished": status not in UNFINISHED}
    return {**said, "code": code, "message": MESSAGES[code]} if code else said


class StandIn:
    """The WSGI application."""

    def __init__(self, *, key: str, secret: str, hook: str, path: str = ":memory:") -> None:
        self.till, self.key = Till(path), key
        self.base = ""
        self.teller = Teller(self.till, hook, secret, self._said)
        self.slow, self.down, self.down_until = 0.0, False, 0.0
        self.fail: Said = {}
        self.refunds = "submitted"
        # Pay documents Idempotency-Key for recurring payments only: a test may have it ignored.
        self.keys = True
        # Whether the account may take cards by telephone.
        self.moto = True
        # Every request and answer, for tests that hold them against the published description.
        self.seen: list[tuple[str, str, Any, int, Any]] = []
        self.keep_seen = False

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.base = f"http://{environ.get('HTTP_HOST', '127.0.0.1')}"
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path == "/_control":
            return self._give(start, 200, self._control(json.loads(raw or b"{}")))
        if self.slow:
            time.sleep(self.slow)
        if self.down or time.monotonic() < self.down_until:
            return self._give(start, 503, {"code": "P0999", "description": "Unavailable"})
        if path.startswith("/secure/"):
            return self._pages(start, method, path.removeprefix("/secure/"), raw)
        said, status, body = None, 200, None
        try:
            self._failing(f"{method} {path}", after=False)
            said = json.loads(raw) if raw else None
            status, body = self._api(method, path, said, environ)
            self._failing(f"{method} {path}", after=True)
        except Problem as exc:
            status, body = exc.status, exc.body
        except ValueError:
            status, body = 400, {"code": "P0197", "description": "Unable to parse JSON"}
        if self.keep_seen:
            self.seen.append((method, path, said, status, body))
        return self._give(start, status, body)

    def _give(self, start: Start, status: int, body: Any) -> list[bytes]:
        said = b"" if body is None else json.dumps(body).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(said)))]
        start(f"{status} {REASONS.get(status, 'Answer')}", headers)
        return [said]

    def _html(self, start: Start, said: bytes, there: str = "") -> list[bytes]:
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(said)))]
        headers += [("Location", there)] if there else []
        start("302 Found" if there else "200 OK", headers)
        return [said]

    def _failing(self, what: str, *, after: bool) -> None:
        on, times = self.fail.get("on", ""), self.fail.get("times", 0)
        if times and bool(self.fail.get("after")) == after and re.match(on or ".", what):
            self.fail["times"] = times - 1
            raise Problem(self.fail["status"], self.fail["code"], "As told by /_control")

    def _control(self, said: Said) -> Said:
        self.slow = float(said.get("slow", self.slow))
        self.down = bool(said.get("down", self.down))
        self.fail = said.get("fail", self.fail)
        self.teller.mood = said.get("webhooks", self.teller.mood)
        self.refunds = said.get("refunds", self.refunds)
        self.keys = bool(said.get("keys", self.keys))
        self.moto = bool(said.get("moto", self.moto))
        if "minutes" in said:
            self.till.later += timedelta(minutes=said["minutes"])
        if "pay" in said:
            self._with_card(self.till.payments[said["pay"]], said.get("card", "4242424242424242"))
        if "refund" in said:
            self.till.refund(self.till.payments[said["refund"]], said, self.refunds)
        if "settle" in said:
            self._settle(said["settle"], said.get("as", "success"))
        return {"payments": len(self.till.payments), "hooks": len(self.till.hooks)}

    def _settle(self, refund_id: str, status: str) -> None:
        for payment in self.till.payments.values():
            for refund in payment["refunds"]:
                if refund["id"] == refund_id:
                    refund["status"] = status
                    self.till.keep(payment["id"], payment)

    def _with_card(self, payment: Said, number: str) -> None:
        self.till.move(payment, *CARDS[number])

    # The public API.

    def _api(self, method: str, path: str, said: Any, environ: Mapping[str, Any]) -> Answer:
        if environ.get("HTTP_AUTHORIZATION") != f"Bearer {self.key}":
            return 401, None
        parts = path.strip("/").split("/")
        if parts[:2] != ["v1", "payments"] or len(parts) > 5:
            return 404, None
        known = {
            ("POST", 2): lambda: self._create(said, environ),
            ("GET", 2): lambda: self._search(parse_qs(environ.get("QUERY_STRING", ""))),
            ("GET", 3): lambda: (200, self._said(self.till.get(parts[2], "P0200"))),
            ("POST", 4): lambda: self._change(parts, said),
            ("GET", 4): lambda: self._list(parts),
            ("GET", 5): lambda: self._one_refund(parts),
        }.get((method, len(parts)))
        return known() if known else (405, None)

    def _said(self, payment: Said) -> Said:
        left, paid = self.till.left(payment), payment["status"] == "success"
        away = sum(r["amount"] for r in payment["refunds"] if r["status"] != "error")
        state = ("available" if left else "full") if paid else "pending"
        said = {
            "payment_id": payment["id"],
            **{k: payment[k] for k in ("amount", "reference", "description", "return_url")},
            "language": payment.get("language", "en"),
            "state": _state(payment["status"], payment["code"]),
            "payment_provider": "sandbox",
            "created_date": payment["made"],
            "delayed_capture": False,
            "moto": bool(payment.get("moto", False)),
            "refund_summary": {
                "status": state,
                "amount_available": left if paid else payment["amount"],
                "amount_submitted": away,
            },
            "settlement_summary": {"capture_submit_time": payment["paid_at"]} if paid else {},
            "_links": _links(f"/v1/payments/{payment['id']}", self.base, payment),
        }
        if paid:
            said["total_amount"] = payment["amount"]
            card = {"card_brand": "Visa", "last_digits_card_number": "4242", "card_type": "debit"}
            said["card_details"] = {**card, "cardholder_name": "Mock Card", "expiry_date": "12/30"}
        return said

    def _create(self, said: Any, environ: Mapping[str, Any]) -> Answer:
        if not isinstance(said, dict):
            raise Problem(400, "P0197", "Unable to parse JSON")
        for name in ("amount", "reference", "description", "return_url"):
            if said.get(name) in (None, ""):
                raise Problem(422, "P0101", f"Missing mandatory attribute: {name}", field=name)
        if any(isinstance(v, str) and FORBIDDEN.search(v) for v in said.values()):
            raise Problem(400, "P0920", "Request blocked by security rules")
        amount = said["amount"]
        if not isinstance(amount, int) or not 0 < amount <= 10_000_000:
            raise Problem(422, "P0102", "Invalid attribute value: amount", field="amount")
        for name, most in (("reference", 255), ("description", 255), ("return_url", 2000)):
            if len(said[name]) > most:
                raise Problem(422, "P0102", f"Invalid attribute value: {name}", field=name)
        if not isinstance(said.get("moto", False), bool):
            raise Problem(422, "P0102", "Invalid attribute value: moto", field="moto")
        if said.get("moto") and not self.moto:
            raise Problem(422, "P0196", "MOTO payments are not enabled for this account")
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        if "HTTP_IDEMPOTENCY_KEY" in environ and not KEY.fullmatch(key):
            words = "Header [Idempotency-Key] can have a size between 1 and 255"
            raise Problem(422, "P0102", words, header="Idempotency-Key")
        payment, new = self.till.create(said, key if self.keys else "")
        return (201 if new else 200), self._said(payment)

    def _change(self, parts: list[str], said: Any) -> Answer:
        if parts[3] == "cancel":
            payment = self.till.get(parts[2], "P0500")
            if payment["status"] == "submitted":
                raise Problem(409, "P0502", "Cancellation of payment failed")
            if payment["status"] not in UNFINISHED:
                raise Problem(400, "P0501", "Cancellation of payment failed")
            self.till.move(payment, "cancelled", "P0040")
            return 204, None
        if parts[3] == "refunds":
            payment = self.till.get(parts[2], "P0600")
            if not isinstance(said, dict) or not isinstance(said.get("amount"), int):
                raise Problem(400, "P0601", "Missing mandatory attribute: amount", field="amount")
            if said["amount"] < 1:
                raise Problem(422, "P0602", "Invalid attribute value: amount", field="amount")
            made = self.till.refund(payment, said, self.refunds)
            return 202, self._refund(payment, made)
        return 404, None

    def _list(self, parts: list[str]) -> Answer:
        at = f"{self.base}/v1/payments/{parts[2]}"
        if parts[3] == "events":
            payment = self.till.get(parts[2], "P0300")
            there = {"payment_url": {"href": at, "method": "GET"}}
            events = [
                {"payment_id": payment["id"], "state": _state(s, c), "updated": t, "_links": there}
                for s, c, t in payment["events"]
            ]
            links = {"self": {"href": f"{at}/events", "method": "GET"}}
            return 200, {"payment_id": payment["id"], "events": events, "_links": links}
        payment = self.till.get(parts[2], "P0800")
        rows = [self._refund(payment, r) for r in payment["refunds"]]
        links = {"self": {"href": f"{at}/refunds"}, "payment": {"href": at}}
        return 200, {"payment_id": payment["id"], "_embedded": {"refunds": rows}, "_links": links}

    def _one_refund(self, parts: list[str]) -> Answer:
        payment = self.till.get(parts[2], "P0700")
        made = next((r for r in payment["refunds"] if r["id"] == parts[4]), None)
        if made is None:
            raise Problem(404, "P0700", "Not found")
        return 200, self._refund(payment, made)

    def _refund(self, payment: Said, made: Said) -> Said:
        at = f"{self.base}/v1/payments/{payment['id']}"
        links = {"self": {"href": f"{at}/refunds/{made['id']}"}, "payment": {"href": at}}
        return {
            "refund_id": made["id"],
            "created_date": made["made"],
            "amount": made["amount"],
            "status": made["status"],
            "_links": links,
        }

    def _search(self, asked: dict[str, list[str]]) -> Answer:
        one = {k: v[0] for k, v in asked.items()}
        with self.till.lock:
            rows = list(self.till.payments.values())
        for row in rows:
            self.till.get(row["id"], "P0200")
        if "reference" in one:
            rows = [r for r in rows if one["reference"].lower() in r["reference"].lower()]
        if "from_date" in one:
            rows = [r for r in rows if r["made"] >= one["from_date"].replace("Z", ".000Z")]
        if "to_date" in one:
            rows = [r for r in rows if r["made"] < one["to_date"].replace("Z", ".000Z")]
        if "state" in one:
            rows = [r for r in rows if r["status"] == one["state"]]
        number, size = int(one.get("page", 1)), int(one.get("display_size", 500))
        if not (number > 0 and 0 < size <= 500):
            raise Problem(422, "P0401", "Invalid parameters: page, display_size")
        shown = rows[::-1][(number - 1) * size : number * size]
        if number > 1 and not shown:
            raise Problem(404, "P0402", "Page not found")
        here = {"href": f"{self.base}/v1/payments?page={number}"}
        links = {"self": here, "first_page": here, "last_page": here}
        found = [self._said(r) for r in shown]
        for row in found:
            row["_links"] = {k: v for k, v in row["_links"].items() if not k.startswith("next")}
        said = {"total": len(rows), "count": len(found), "page": number, "results": found}
        return 200, {**said, "_links": links}

    # The card pages.

    def _pages(self, start: Start, method: str, token: str, raw: bytes) -> Iterable[bytes]:
        payment = self.till.by_token(token)
        if payment is None:
            return self._html(start, pages.page("Page not found", "<p>No such payment.</p>"))
        if payment["status"] == "created":
            self.till.move(payment, "started")
        if payment["status"] != "started":
            return self._html(start, pages.ended(payment, "This payment has ended"))
        if method != "POST":
            return self._html(start, pages.card(payment))
        asked = {k: v[0] for k, v in parse_qs(raw.decode()).items()}
        return self._act(start, payment, asked.get("do", "pay"), asked.get("card", ""))

    def _act(self, start: Start, payment: Said, do: str, card: str) -> Iterable[bytes]:
        if do == "cancel":
            self.till.move(payment, "failed", "P0030")
            return self._html(start, pages.ended(payment, "Your payment has been cancelled"))
        if do == "expire":
            self.till.move(payment, "failed", "P0020")
            return self._html(start, pages.ended(payment, "Your payment has expired"))
        if do == "slow":
            payment["slow_until"] = stamp(self.till.now() + timedelta(seconds=20))
            self.till.move(payment, "submitted")
            return self._html(start, b"", payment["return_url"])
        self._with_card(payment, card if card in CARDS else "4242424242424242")
        if do == "away":
            return self._html(start, pages.left())
        if do == "down":
            self.down_until = time.monotonic() + 30
        if payment["code"] == "P0010":
            return self._html(start, pages.ended(payment, "Your payment has been declined"))
        if payment["code"]:
            return self._html(start, pages.ended(payment, "We are experiencing technical problems"))
        return self._html(start, b"", payment["return_url"])


def from_environment() -> StandIn:
    """Make the stand-in that the demo runs, as its environment says."""
    made = StandIn(
        key=os.environ["GOVUK_PAY_KEY"],
        secret=os.environ["GOVUK_PAY_SIGNING_SECRET"],
        hook=os.environ.get("STANDIN_HOOK", ""),
        path=os.environ.get("STANDIN_STATE", ":memory:"),
    )
    made.till.later = timedelta(seconds=float(os.environ.get("STANDIN_AHEAD_SECONDS", "0")))
    made.teller.start()
    return made


application: Any = None
if "STANDIN_HOOK" in os.environ:
    application = from_environment()
