"""Delivers the stand-in's webhooks: signed, tried again, and in every bad way when told to."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from standins.govuk_pay.till import Till

MOST_TRIES = 12


def signed(body: bytes, secret: str) -> str:
    """Return the value of the header Pay-Signature."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Teller:
    """Sends what lies in the till's outbox to one address; `mood` says how badly.

    Moods: "" as it should be, lose, double, reorder (the latest first), forge, hold (not yet).
    """

    def __init__(
        self, till: Till, address: str, secret: str, resource: Callable[[dict[str, Any]], Any]
    ) -> None:
        self.till, self.address, self.secret, self.resource = till, address, secret, resource
        self.mood = ""
        self.answers: list[int] = []
        self._ended = Event()

    def start(self) -> None:
        """Deliver by itself, looking every half second."""
        Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """Deliver no more."""
        self._ended.set()

    def _work(self) -> None:
        while not self._ended.wait(0.5):
            self.deliver()

    def deliver(self) -> None:
        """Deliver each waiting webhook once, as the mood is."""
        with self.till.lock:
            waiting = list(self.till.hooks.values())
        if self.mood == "hold":
            return
        for hook in reversed(waiting) if self.mood == "reorder" else waiting:
            if self.mood == "lose":
                self.till.drop_hook(hook["id"])
                continue
            taken = self._send(hook)
            if self.mood == "double":
                self._send(hook)
            hook["tries"] += 1
            if taken or hook["tries"] >= MOST_TRIES:
                self.till.drop_hook(hook["id"])

    def body(self, hook: dict[str, Any]) -> bytes:
        """Return what a webhook says."""
        payment = self.till.payments[hook["payment"]]
        said = {
            "webhook_message_id": hook["id"],
            "api_version": 1,
            "created_date": hook["made"],
            "resource_id": payment["id"],
            "resource_type": "payment",
            "event_type": hook["kind"],
            "resource": self.resource(payment),
        }
        return json.dumps(said).encode()

    def _send(self, hook: dict[str, Any]) -> bool:
        if not self.address:
            return True
        body = self.body(hook)
        secret = "somebody-else" if self.mood == "forge" else self.secret
        headers = {"Content-Type": "application/json", "Pay-Signature": signed(body, secret)}
        request = urllib.request.Request(self.address, body, headers, method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as answer:
                self.answers.append(answer.status)
                return True
        except urllib.error.HTTPError as exc:
            self.answers.append(exc.code)
            exc.close()
        except OSError:
            self.answers.append(0)
        return False
