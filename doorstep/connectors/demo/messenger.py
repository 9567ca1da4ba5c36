"""The demo's messenger: one file a message; a key it has seen before is not sent again."""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from doorstep.messages.provider import Delivery, NotThere, Outgoing, Receipt, Undeliverable
from doorstep.outside.errors import TryLater

# What the demo cannot deliver, so that this can be tried.
BOUNCES, NOBODY = "no-such-person@", "550 5.1.1 no such person here"


def _slow(when: str) -> None:
    """Wait as DOORSTEP_DEMO_SLOW says ("before:20", "after:20" seconds), so that faults can be tried."""
    at, _, seconds = os.environ.get("DOORSTEP_DEMO_SLOW", "").partition(":")
    if at == when:
        time.sleep(float(seconds))


class FileMessenger:
    """Keeps each message as a JSON file in DOORSTEP_DATA/outbox, named by our key."""

    def __init__(self) -> None:
        self._folder = Path(os.environ["DOORSTEP_DATA"]) / "outbox"

    def send_email(self, message: Outgoing) -> Receipt:
        """Write the message once; raises TryLater when the disk refuses."""
        path = self._folder / f"{message.key}.json"
        _slow("before")
        if message.to.startswith(BOUNCES):
            raise Undeliverable("this address of the demo bounces", why="address", said=NOBODY)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            whole = path.with_suffix(f".{os.getpid()}.part")
            whole.write_text(json.dumps({k: v for k, v in asdict(message).items() if k != "key"}))
            # Atomic, and fails when the key was sent before.
            with suppress(FileExistsError):
                os.link(whole, path)
            whole.unlink()
        except OSError as exc:
            raise TryLater("the outbox folder cannot be written") from exc
        _slow("after")
        return Receipt(f"demo-{message.key}")

    def send_text(self, message: Outgoing) -> Receipt:
        """Write a text message likewise."""
        return self.send_email(message)

    def taken(self, key: str) -> Receipt | None:
        """Return the receipt of what lies there."""
        return Receipt(f"demo-{key}") if self.sent(key) else None

    def delivery(self, receipt: str) -> Delivery:
        """Nothing is known of what became of it: no receipt of the demo follows."""
        raise NotThere

    def sent(self, key: str) -> Outgoing | None:
        """Return what was sent under a key."""
        path = self._folder / f"{key}.json"
        if not path.exists():
            return None
        fields = json.loads(path.read_text())
        return Outgoing(key, **fields)
