"""The database is silent, not gone: every wait for it has an end, and one thread alone waits."""

import socket
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from doorstep import database_url
from doorstep.outside import checks
from tests.relay import relay
from tests.silence import silent_port


@pytest.fixture
def silent(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a silent server, to which each thread that begins is led; this one stays where it is."""
    connection.ensure_connection()
    sooner = {**connection.settings_dict["OPTIONS"], "connect_timeout": "2"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", sooner)
    with silent_port() as port:
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", str(port))
        yield port


def in_thread(act: Callable[[], Any]) -> tuple[Any, float]:
    """Return what an act in a thread of its own gave or raised, and the seconds it took."""
    came: list[Any] = []

    def work() -> None:
        try:
            came.append(act())
        except (OperationalError, AssertionError) as exc:
            came.append(exc)
        finally:
            connection.close()

    began, thread = time.monotonic(), Thread(target=work)
    thread.start()
    thread.join(60)
    return came[0], time.monotonic() - began


def connect() -> None:
    connection.ensure_connection()  # of the thread that asks


def at_once(number: int) -> list[float]:
    """Return the seconds that each of several threads took to connect, or to be refused."""
    took: list[float] = []
    threads = [Thread(target=lambda: took.append(in_thread(connect)[1])) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return took


def test_readiness_is_said_within_two_seconds(silent: int) -> None:
    for _ in range(3):
        answer, seconds = in_thread(lambda: Client().get("/readyz"))
        assert (answer.status_code, answer.json()["wanting"]) == (503, "database")
        assert seconds < 2
    assert in_thread(lambda: Client().get("/healthz"))[0].status_code == 200


def test_a_page_says_so_within_seconds(silent: int) -> None:
    ask = lambda: Client(raise_request_exception=False).get("/services/missed-bin")  # noqa: E731
    answer, seconds = in_thread(ask)
    assert answer.status_code == 503 and seconds < 6, seconds


def test_while_one_thread_tries_no_other_waits_until_it_speaks_again(
    silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Thread(target=in_thread, args=(connect,))
    first.start()
    first.join(0.7)
    # The first try hangs, so none of the others does, but one; nor later, when it is known as lost.
    for _ in range(2):
        took = at_once(4)
        assert sorted(took)[2] < 1.7, took
    assert max(took) > 1.7, "nobody tried"
    first.join(60)
    monkeypatch.undo()
    assert [in_thread(connect)[0] for _ in range(2)] == [None, None]


@pytest.mark.django_db
def test_a_session_waits_for_no_lock_and_no_lost_packet_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    db = connection.settings_dict
    with relay(db["HOST"], db["PORT"]) as port, monkeypatch.context() as by_tcp:
        by_tcp.setitem(db, "HOST", "127.0.0.1")
        by_tcp.setitem(db, "PORT", str(port))
        came, _ = in_thread(_looked_at)
    assert came is None


def _looked_at() -> None:
    """Look at what a connection by TCP was told; an assertion fails as what the thread raised."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        for name, value in (("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "15s")):  # fmt: skip
            cursor.execute(f"show {name}")
            assert cursor.fetchone() == (value,)
    end = socket.socket(fileno=socket.dup(connection.connection.fileno()))
    with end:
        assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5000
        assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5


@pytest.mark.django_db
def test_of_several_hosts_the_next_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    db = connection.settings_dict
    with silent_port() as port:
        monkeypatch.setitem(db, "PORT", f"{port},{db['PORT']}")
        monkeypatch.setitem(db, "HOST", f"127.0.0.1,{db['HOST']}")
        came, seconds = in_thread(connect)
    assert came is None and seconds < 6, (came, seconds)


@pytest.mark.django_db
def test_what_the_server_lacks_is_said_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [w.id for w in checks.limits(None, ["default"]) if "keepalives" not in str(w.id)] == []
    options = {**connection.settings_dict["OPTIONS"], "options": ""}  # as behind a pooler
    monkeypatch.setitem(connections.settings["default"], "OPTIONS", options)
    said = {str(w.id): w for w in checks.limits(None, ["default"])}
    assert "doorstep.idle_in_transaction_session_timeout" in said
    assert "waits without end" in said["doorstep.lock_timeout"].msg


def test_a_command_may_think_between_two_statements() -> None:
    serving = database_url.settings("postgres://db.example/council")
    command = database_url.for_a_command(serving)["OPTIONS"]["options"]
    assert "idle_in_transaction" in serving["OPTIONS"]["options"]
    assert "idle_in_transaction" not in command and "lock_timeout=10s" in command
    own = database_url.settings("postgres://db.example/council?options=-c%20lock_timeout%3D1s")
    assert database_url.for_a_command(own)["OPTIONS"]["options"] == "-c lock_timeout=1s"
