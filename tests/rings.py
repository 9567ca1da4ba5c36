"""A telephone rings, as a telephone system says it."""

import json
import time
from typing import Any

from django.test import Client

from doorstep.contacts import ringing

SECRET = "s" * 32
NUMBER = "+441632960001"


def rings(number: str = NUMBER, *, at: int | None = None, key: str = SECRET, **more: Any) -> Any:
    """Say that a number rings; return the answer."""
    return says(json.dumps({"number": number, **more}).encode(), at=at, key=key)


def says(body: bytes, *, at: int | None = None, key: str = SECRET) -> Any:
    """Send what a telephone system may say, signed; return the answer."""
    stamp = str(at or int(time.time()))
    signed = ringing.signature(key, stamp, body)
    headers = {"Doorstep-Timestamp": stamp, "Doorstep-Signature": signed}
    return Client().post("/hooks/telephony", body, "application/json", headers=headers)


def opened(answer: Any) -> str:
    """Return the path of the address that opens a call which rings."""
    assert answer.status_code == 201, answer
    return "/desk/ring/" + str(answer.json()["open"]).rpartition("/")[2]
