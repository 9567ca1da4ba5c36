"""A program of someone else's: speaks GeoReport v2 from its description, and shares no code with the server."""

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

# Elements that hold a list, by the name of their members; an empty one is no text.
LISTS = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}


@dataclass
class Answer:
    """What came back."""

    status: int
    kind: str
    text: str
    headers: Any

    @property
    def said(self) -> Any:
        """The answer as lists, dictionaries and texts, whichever format it came in."""
        if self.kind.startswith("text/xml"):
            return plain(ElementTree.fromstring(self.text.encode()))
        return texts(json.loads(self.text))


def plain(element: ElementTree.Element) -> Any:
    """Return an element as a list, a dictionary or a text."""
    member = LISTS.get(element.tag)
    if member:
        assert {child.tag for child in element} <= {member}, element.tag
        return [plain(child) for child in element]
    if len(element):
        return {child.tag: plain(child) for child in element}
    return element.text or ""


def texts(value: Any) -> Any:
    """Return JSON with every scalar as the text that stands in XML."""
    if isinstance(value, dict):
        return {k: texts(v) for k, v in value.items()}
    if isinstance(value, list):
        return [texts(v) for v in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


class Client:
    """Calls one endpoint."""

    def __init__(self, base: str, key: str = "") -> None:
        self.base, self.key = base.rstrip("/"), key

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        asked = urllib.request.Request(self.base + path, body, named, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=30) as got:
                return self._read(got)
        except urllib.error.HTTPError as exc:
            return self._read(exc)

    def _read(self, got: Any) -> Answer:
        return Answer(got.status, got.headers["Content-Type"], got.read().decode(), got.headers)

    def get(self, what: str, kind: str = "xml", **query: object) -> Answer:
        """Read one resource, `services` or `services/broken-bench`."""
        asked = urlencode({k: v for k, v in query.items() if v is not None})
        return self.call("GET", f"/{quote(what, safe='/')}.{kind}" + (f"?{asked}" if asked else ""))

    def both(self, what: str, **query: object) -> Any:
        """Read a resource in both formats, which must say the same; return it as JSON."""
        xml, other = self.get(what, "xml", **query), self.get(what, "json", **query)
        assert xml.status == other.status, (xml.text, other.text)
        assert xml.kind == "text/xml; charset=utf-8", xml.kind
        assert other.kind == "application/json; charset=utf-8", other.kind
        assert xml.said == other.said
        return json.loads(other.text)

    def post(
        self, fields: Any, kind: str = "xml", what: str = "requests", **headers: str
    ) -> Answer:
        """Send a form."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        if self.key:
            pairs.append(("api_key", self.key))
        headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
        return self.call(
            "POST", f"/{what}.{kind}", urlencode(pairs, doseq=True).encode(), **headers
        )

    def post_files(self, fields: dict[str, str], files: list[bytes], kind: str = "xml") -> Answer:
        """Send a form with photos, as multipart/form-data."""
        mark, parts = uuid.uuid4().hex, []
        for name, value in {**fields, "api_key": self.key}.items():
            head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            parts.append(head.encode() + value.encode() + b"\r\n")
        for file in files:
            head = f'--{mark}\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n'
            parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + file + b"\r\n")
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        what = f"multipart/form-data; boundary={mark}"
        return self.call("POST", f"/requests.{kind}", body, Content_Type=what)
