"""A missed bin, reported page by page as a browser does it."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.form_client import SEEN, FormClient, text

BASE = "/services/missed-bin"


def fill_in(client: FormClient, box: Any, base: str = BASE) -> list[str]:
    """Report a missed bin with one slip on the way; return the statements of the whole."""
    with CaptureQueriesContext(connection) as seen:
        client.get(base)
        client.post(f"{base}/begin")
        client.get(f"{base}/address")
        client.post(f"{base}/address", {"postcode": "", "find": "1"})
        client.post(f"{base}/address", {"postcode": "LE67 3FJ", "find": "1"})
        client.get(f"{base}/address?postcode=LE67+3FJ")
        client.post(f"{base}/address", {"property": str(box.place_id)})
        client.get(f"{base}/bin")
        client.post(f"{base}/bin", {"container": str(box.pk)})
        client.get(f"{base}/contact")
        client.post(f"{base}/contact", {"name": "Ann", "email": "ann@resident.example", "phone": ""})  # fmt: skip
        shown = SEEN.search(text(client.get(f"{base}/check")))
        client.post(f"{base}/check", {"seen": shown[1] if shown else ""})
    return [q["sql"] for q in seen.captured_queries]
