"""A kept connection is looked at without a statement."""

import time

import pytest
from django.db import connection, connections


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
        for _ in range(50):
            if not other.is_usable():
                break
            time.sleep(0.02)
        assert not other.is_usable()
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
