"""Residents and programs that send reports and note what they are told, whatever happens to us meanwhile."""

import http.client
import itertools
import json
import re
import select
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.patience import until

FIELD = re.compile(r'name="(csrfmiddlewaretoken|seen)" value="([^"]+)"')
# On the page that confirms it, and on the one that says it was sent before.
REFERENCE = re.compile(r"(?:<strong[^>]*>|sent as )([A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4})\b")
ALREADY = "We already know about this bin"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# How long a person tries again before they telephone instead.
PATIENCE_SECONDS = 60
_addresses = itertools.count(1)


@dataclass
class Told:
    """What one client was told in the end: a reference, or that the bin is reported already."""

    email: str
    reference: str = ""
    already: bool = False


@dataclass
class Diary:
    """What all clients were told, how often nothing answered, and each answer that was no clean one."""

    told: list[Told] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    unclean: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, told: Told) -> None:
        """Note what a client was told in the end."""
        with self.lock:
            self.told.append(told)

    def fail(self, what: str, page: str) -> None:
        """Note a refusal; one that shows our innards, or no way to a person, is not clean."""
        with self.lock:
            self.failures[what] += 1
            if "Traceback" in page or (page and not ("try again" in page or "again" in page)):
                self.unclean.append(f"{what}: {page[:200]}")


class Client:
    """One browser or program with a loopback address of its own; it sends again until it is answered."""

    def __init__(self, port: Callable[[], int], diary: Diary) -> None:
        n = next(_addresses)
        self.here = f"127.{10 + n // 62500}.{1 + n // 250 % 250}.{1 + n % 250}"
        self.port, self.diary = port, diary
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: str | bytes = "", **headers: str
    ) -> tuple[int, str, Any]:
        """Send one request, once more after each failure, and read its answer whole."""
        came: list[tuple[int, str, Any]] = []

        def answered() -> bool:
            try:
                answer = self._once(method, path, body, headers)
            except (OSError, http.client.HTTPException) as exc:
                self.diary.fail(type(exc).__name__, "")
                return False
            if answer[0] >= 500:
                self.diary.fail(str(answer[0]), answer[1])
                return False
            came.append(answer)
            return True

        lost = f"nothing answered {method} for {PATIENCE_SECONDS} s"
        until(answered, PATIENCE_SECONDS, every=0.2, what=lambda: lost)
        return came[0]

    def send_and_leave(self, path: str, body: str, **headers: str) -> None:
        """Send a form and be gone before its answer, as when a train enters a tunnel."""
        headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        source = (self.here, 0)
        connection = http.client.HTTPConnection("127.0.0.1", self.port(), 20, source_address=source)
        with suppress(OSError):
            connection.request("POST", path, body, headers)
            # It is worked on now; as soon as its answer stands there, unread, they are gone.
            select.select([connection.sock], [], [], 0.3)
        connection.close()

    def _once(
        self, method: str, path: str, body: str | bytes, headers: dict[str, str]
    ) -> tuple[int, str, Any]:
        source = (self.here, 0)
        connection = http.client.HTTPConnection("127.0.0.1", self.port(), 20, source_address=source)
        try:
            if self.cookies:
                headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, page, answer.headers


def report(
    port: Callable[[], int], diary: Diary, uprn: int, box: int, email: str, tunnel: bool = False
) -> None:
    """Report a missed bin by the form, page by page, until told a reference or "already reported".

    With `tunnel` the answer to the last page is lost once, and the page sent again.
    """
    client, base = Client(port, diary), "/services/missed-bin"
    _, page, _ = client.ask("GET", base)
    for path, fields in (
        ("begin", {}),
        ("address", {"property": str(uprn)}),
        ("bin", {"container": str(box)}),
        ("contact", {"name": "", "email": email, "phone": ""}),
        ("check", {}),
    ):
        given = {**dict(FIELD.findall(page)), **fields}
        if tunnel and path == "check":
            client.send_and_leave(f"{base}/{path}", urlencode(given), **FORM)
        status, page, headers = client.ask("POST", f"{base}/{path}", urlencode(given), **FORM)
        if status == 302:
            _, page, _ = client.ask("GET", headers["Location"])
        if path == "begin":
            base = headers["Location"].rpartition("/")[0]
        if ALREADY in page:
            return diary.note(Told(email, already=True))
    found = REFERENCE.search(page)
    assert found, page[:2000]
    diary.note(Told(email, found[1]))


def send(
    port: Callable[[], int], diary: Diary, secret: str, uprn: int, box: int, email: str
) -> None:
    """Report the same by the API."""
    body = {
        "channel": "telephone",
        "answers": {"property": str(uprn), "container": str(box)},
        "contact": {"email": email},
    }
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = f"faults-{email}"
    client, path = Client(port, diary), "/api/v1/services/missed-bin/cases"
    status, page, _ = client.ask("POST", path, json.dumps(body), **headers)
    said = json.loads(page)
    if status == 201:
        return diary.note(Told(email, said["reference"]))
    assert said["code"] in ("reported", "already_open"), said
    diary.note(Told(email, already=True))


def all_at_once(acts: Iterable[Callable[[], None]], clients: int) -> threading.Thread:
    """Do acts from several clients in the background; the thread ends when all are done."""
    todo, lock, wrong = iter(acts), threading.Lock(), []

    def client() -> None:
        while True:
            with lock:
                act = next(todo, None)
            if act is None:
                return
            try:
                act()
            except BaseException as exc:
                wrong.append(exc)
                return

    def whole() -> None:
        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    made = threading.Thread(target=whole)
    made.wrong = wrong  # type: ignore[attr-defined]
    made.start()
    return made


def finish(load: threading.Thread) -> None:
    """Wait until a load is done; raise what went wrong in it."""
    load.join(900)
    assert not load.is_alive(), "the load did not end"
    for exc in load.wrong:  # type: ignore[attr-defined]
        raise exc
