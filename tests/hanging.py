"""A web application that answers at once, for servers whose processes are stopped in tests."""

from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer, or fail where the path says so."""
    if environ["PATH_INFO"].startswith("/fails"):
        raise ValueError("ann@resident.example")
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
