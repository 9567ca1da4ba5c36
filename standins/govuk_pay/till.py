"""What the stand-in remembers: payments, refunds, webhooks not delivered yet; in one SQLite file."""

import hashlib
import json
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

MINUTES_TO_PAY = 90
UNFINISHED = ("created", "started", "submitted", "capturable")
MESSAGES = {
    "P0010": "Payment method rejected",
    "P0020": "Payment expired",
    "P0030": "Payment was cancelled by the user",
    "P0040": "Payment was cancelled by the service",
    "P0050": "Payment provider returned an error",
}
# What each of Pay's published mock cards does: status, code; "" is paid.
CARDS: dict[str, tuple[str, str]] = {
    "4242424242424242": ("success", ""),
    "4000056655665556": ("success", ""),
    "4000000000000002": ("failed", "P0010"),
    "4000000000000069": ("failed", "P0010"),
    "4000000000000127": ("failed", "P0010"),
    "4000000000000119": ("error", "P0050"),
}


class Problem(Exception):
    """An error answer: status, and the body's code, words and place."""

    def __init__(self, status: int, code: str, words: str, **place: str) -> None:
        super().__init__(code)
        self.status = status
        self.body = {**place, "code": code, "description": words}


def stamp(moment: datetime) -> str:
    """Return a moment as the API writes it."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    )


def new_id() -> str:
    """Return an id of 26 letters and digits, as the real ones have."""
    return secrets.token_hex(13)


class Till:
    """Payments by id; every change is in the file before it is answered."""

    def __init__(self, path: str = ":memory:") -> None:
        self.lock = RLock()
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("create table if not exists kept (id text primary key, said text)")
        rows = self._file.execute("select id, said from kept order by rowid").fetchall()
        kept = {key: json.loads(said) for key, said in rows}
        self.payments = {k: v for k, v in kept.items() if v["what"] == "payment"}
        self.hooks = {k: v for k, v in kept.items() if v["what"] == "hook"}
        # Minutes that a test lets pass, and by how much the demonstration's clock is moved.
        self.later = timedelta()

    def now(self) -> datetime:
        """Return the time, moved as the demonstration's clock is, with what a test let pass."""
        return datetime.now(UTC) + self.later

    def keep(self, key: str, what: dict[str, Any]) -> None:
        """Write one thing down."""
        said = json.dumps(what)
        self._file.execute(
            "insert into kept values (?, ?) on conflict (id) do update set said = excluded.said",
            (key, said),
        )
        self._file.commit()

    def drop_hook(self, key: str) -> None:
        """Forget a webhook that was delivered or given up."""
        with self.lock:
            self.hooks.pop(key, None)
            self._file.execute("delete from kept where id = ?", (key,))
            self._file.commit()

    def create(self, body: dict[str, Any], key: str) -> tuple[dict[str, Any], bool]:
        """Make a payment, or return the one the key made; say whether it is new."""
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        with self.lock:
            for old in self.payments.values():
                if key and old["key"] == key:
                    if old["digest"] != digest:
                        raise Problem(409, "P0191", "The Idempotency-Key was used before")
                    return old, False
            now = stamp(self.now())
            made = {
                **body,
                "what": "payment",
                "id": new_id(),
                "key": key,
                "digest": digest,
                "token": secrets.token_hex(18),
                "status": "created",
                "code": "",
                "made": now,
                "events": [["created", "", now]],
                "refunds": [],
                "paid_at": "",
            }
            self.payments[made["id"]] = made
            self.keep(made["id"], made)
            return made, True

    def get(self, payment_id: str, code: str) -> dict[str, Any]:
        """Return a payment as time has made it; a Problem with this code when there is none."""
        with self.lock:
            found = self.payments.get(payment_id)
            if found is None:
                raise Problem(404, code, "Not found")
            self._age(found)
            return found

    def by_token(self, token: str) -> dict[str, Any] | None:
        """Return the payment whose pages these are."""
        with self.lock:
            found = next((p for p in self.payments.values() if p["token"] == token), None)
            if found:
                self._age(found)
            return found

    def _age(self, payment: dict[str, Any]) -> None:
        made = datetime.fromisoformat(payment["made"].replace("Z", "+00:00"))
        old = self.now() - made > timedelta(minutes=MINUTES_TO_PAY)
        if payment["status"] in ("created", "started") and old:
            self.move(payment, "failed", "P0020")
        slow = payment.get("slow_until", "")
        if payment["status"] == "submitted" and slow and stamp(self.now()) >= slow:
            self.move(payment, "success")

    def move(self, payment: dict[str, Any], status: str, code: str = "") -> None:
        """Bring a payment into a state, if it has not ended; note the webhooks that tell of it."""
        with self.lock:
            if payment["status"] not in UNFINISHED:
                return
            now = stamp(self.now())
            payment.update(status=status, code=code)
            payment["events"].append([status, code, now])
            if status == "success":
                payment["paid_at"] = now
            self.keep(payment["id"], payment)
            told = {"success": ("card_payment_succeeded", "card_payment_captured")}
            told |= {"failed": ("card_payment_expired",)} if code == "P0020" else {}
            for kind in told.get(status, ("card_payment_failed",) if status == "failed" else ()):
                self.tell(payment, kind)

    def tell(self, payment: dict[str, Any], kind: str) -> None:
        """Put a webhook into the outbox."""
        hook = {"what": "hook", "id": new_id(), "kind": kind, "payment": payment["id"]}
        hook |= {"made": stamp(self.now()), "tries": 0}
        self.hooks[hook["id"]] = hook
        self.keep(hook["id"], hook)

    def left(self, payment: dict[str, Any]) -> int:
        """Return what of a payment can still be refunded."""
        if payment["status"] != "success":
            return 0
        gone = sum(r["amount"] for r in payment["refunds"] if r["status"] != "error")
        return int(payment["amount"] - gone)

    def refund(self, payment: dict[str, Any], body: dict[str, Any], status: str) -> dict[str, Any]:
        """Refund a payment, its balance checked."""
        with self.lock:
            left, amount = self.left(payment), body["amount"]
            if payment["status"] != "success" or left == 0:
                state = "full" if payment["status"] == "success" else "unavailable"
                raise Problem(400, "P0603", f"The payment is not available for refund: {state}")
            if body.get("refund_amount_available", left) != left:
                raise Problem(412, "P0604", "Refund amount available mismatch.")
            if amount > left:
                raise Problem(400, "P0603", "The payment is not available for refund: too much")
            made = {"id": new_id(), "amount": amount, "status": status, "made": stamp(self.now())}
            payment["refunds"].append(made)
            self.keep(payment["id"], payment)
            self.tell(payment, "card_payment_refunded")
            return made
