"""A worker says for each of its queues that it lives, as often as it lives, and outlasts a database that is away."""

import asyncio
from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django import app

from doorstep.outside import queries, worker
from doorstep.outside.models import Beat
from tests.databases import address, end_others
from tests.patience import until


@pytest.fixture
def working(transactional_db: None) -> Iterator[Thread]:
    """A thread in which a worker of the queue `default` works, its heart beating ten times a second."""
    loop, tasks = asyncio.new_event_loop(), []

    async def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):
            async with app.open_async():
                tasks.append(asyncio.current_task())
                await app.run_worker_async(
                    queues=["default"],
                    install_signal_handlers=False,
                    update_heartbeat_interval=0.1,
                    fetch_job_polling_interval=0.1,
                )

    def run() -> None:
        try:
            loop.run_until_complete(work())
        except asyncio.CancelledError:
            pass
        finally:
            loop.close()

    thread = Thread(target=run)
    thread.start()
    yield thread
    if thread.is_alive():
        loop.call_soon_threadsafe(tasks[0].cancel)
    thread.join(60)


def beats_on() -> None:
    until(lambda: Beat.objects.filter(queue="default").exists(), 30)
    first = Beat.objects.get().at
    until(lambda: Beat.objects.get().at > first, 30)


def test_it_beats_for_its_own_queue_alone_and_again(working: Thread) -> None:
    beats_on()
    beats = queries.standing().beats
    assert beats["sys"] is None and beats["default"] is not None and beats["default"] < 30


def test_it_outlasts_a_database_that_is_away(working: Thread, caplog: Any) -> None:
    beats_on()
    worker.voice.said_at = None
    db = connection.settings_dict
    server = psycopg.connect(address("postgres"), autocommit=True)
    with server:
        mine = connection.connection.info.backend_pid
        server.execute(f"alter database {db['NAME']} allow_connections false")
        try:
            end_others(db["NAME"], mine)
            until(lambda: "it takes no connections just now" in caplog.text, 30)
        finally:
            server.execute(f"alter database {db['NAME']} allow_connections true")
    beats_on()
    assert working.is_alive()
