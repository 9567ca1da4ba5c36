"""Draws an answer as XML or as JSON: one thing said twice, so that the two cannot differ."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from django.http import HttpResponse

from doorstep.council.queries import ZONE
from doorstep.text.safe import for_json, for_xml

MEDIA = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
# What one member of a list is called in XML; JSON has no name for it.
MEMBERS = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}


def moment(of: datetime) -> str:
    """Return a moment as W3C datetime in the council's zone, to the second, with its offset."""
    return of.astimezone(ZONE).isoformat(timespec="seconds")


def drawn(kind: str, root: str, said: object, status: int = 200) -> HttpResponse:
    """Return an answer in a format; a list that is its root has no name in JSON."""
    text = _xml(root, said) if kind == "xml" else json.dumps(for_json(said), ensure_ascii=False)
    return HttpResponse(text.encode(), status=status, content_type=MEDIA[kind])


def _xml(root: str, value: object) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(root, value)}\n'


def _element(name: str, body: object) -> str:
    if isinstance(body, Mapping):
        inner = "".join(_element(field, value) for field, value in body.items())
    elif isinstance(body, Sequence) and not isinstance(body, str):
        inner = "".join(_element(MEMBERS[name], value) for value in body)
    else:
        inner = _text(body)
    return f"<{name}>{inner}</{name}>"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A bare carriage return would be read back as a line end.
    return escape(for_xml(str(value)), {"\r": "&#13;"})
