"""A kept connection is looked at without a statement."""

import time

import pytest
from django.db import connection, connections
from psycopg import OperationalError

from doorstep.outside.postgres import base
from tests.patience import until


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_seen_and_made_anew() -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            pid = cursor.fetchone()[0]
        assert other.is_usable()
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", [pid])
        until(lambda: not other.is_usable(), seconds=10)
        # What each request does first; then the page is answered as if nothing had been.
        other.health_check_enabled = True
        other.close_if_unusable_or_obsolete()
        with other.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            assert cursor.fetchone()[0] != pid
    finally:
        other.close()


@pytest.mark.django_db
def test_the_look_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()

    def sends() -> None:
        raise AssertionError("a statement was sent")

    monkeypatch.setattr(connection.connection, "cursor", sends)
    assert connection.is_usable()


def test_a_slow_try_shuts_nobody_out_while_the_server_lets_others_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "PATIENCE_SECONDS", 0.05)
    way = base._Way()
    way.under_way[0] = time.monotonic() - 1  # a thread of a busy process, not out of its turn yet
    way.answered = time.monotonic()
    assert not way._hangs()
    with way.turn():
        pass
    # Nobody was let in for as long: it is the server that is silent, and one thread at a time tries.
    way.answered = time.monotonic() - 1
    assert way._hangs()
    with way.trying, pytest.raises(OperationalError, match="another thread is trying"), way.turn():
        raise AssertionError("let in")
