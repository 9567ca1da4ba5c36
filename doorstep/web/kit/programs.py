"""A fault that programs meet outside the doors made for them, in the shape that those doors speak."""

import json
from http import HTTPStatus

from django.http import HttpResponse

MEDIA = "application/problem+json"
# Where programs ask; a door of theirs draws its own errors, this is for what never came to it.
PATHS = ("/api/", "/open311/")
WORDS = {
    "nowhere": "There is nothing at this address.",
    "away": "Our system is starting again; send the same call again, with the same Idempotency-Key.",
    "broken": "The fault is ours; it is written down. Try again in a few minutes.",
}


def asks(path: str) -> bool:
    """Say whether a program asks at this path."""
    return path.startswith(PATHS)


def fault(status: int, code: str) -> HttpResponse:
    """Return a fault as `application/problem+json` (RFC 9457); Open311's readers go by the status."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": WORDS[code],
        "code": code,
    }
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA)
