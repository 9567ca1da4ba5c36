"""The examples of a page: a call as `curl` makes it, and the answer as it is written there."""

import json
import re
import shlex
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

BLOCK = re.compile(r"^```sh\n(.*?)^```\n\n```json (\d+)\n(.*?)^```$", re.M | re.S)
TAKES_A_VALUE = {"-X": "method", "-H": "header", "-d": "body"}


def curl(command: str) -> tuple[int, Any]:
    """Make the call of a curl command: a bare machine has no curl."""
    program, *words = shlex.split(command.replace("\\\n", " "))
    assert program == "curl"
    given: dict[str, list[str]] = {"method": ["GET"], "header": [], "body": [""], "url": []}
    while words:
        word = words.pop(0)
        name = TAKES_A_VALUE.get(word, "url")
        given[name].append(word if name == "url" else words.pop(0))
    (url,) = given["url"]
    parts = urlsplit(url)
    headers = dict(h.split(": ", 1) for h in given["header"])
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(given["method"][-1], target, given["body"][-1].encode(), headers)
    answer = connection.getresponse()
    status, text = answer.status, answer.read()
    connection.close()
    return status, json.loads(text)


def agrees(written: Any, came: Any) -> bool:
    """Say whether an answer has all that is written; … stands for any text, a list may go on."""
    if isinstance(written, dict):
        return isinstance(came, dict) and all(
            k in came and agrees(v, came[k]) for k, v in written.items()
        )
    if isinstance(written, list):
        pairs = zip(written, came, strict=False)
        return len(came) >= len(written) and all(agrees(w, c) for w, c in pairs)
    if isinstance(written, str) and "…" in written:
        pattern = ".*".join(re.escape(part) for part in written.split("…"))
        return bool(re.fullmatch(pattern, str(came), re.S))
    return bool(written == came)
