"""A worker says for each of its queues that it lives, as often as it lives."""

import asyncio
from threading import Thread

import pytest
from procrastinate.contrib.django import app

from doorstep.outside import queries
from doorstep.outside.models import Beat
from tests.patience import until


@pytest.mark.django_db(transaction=True)
def test_it_beats_for_its_own_queue_alone_and_again() -> None:
    loop, tasks = asyncio.new_event_loop(), []

    async def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):
            async with app.open_async():
                tasks.append(asyncio.current_task())
                await app.run_worker_async(
                    queues=["default"], install_signal_handlers=False, update_heartbeat_interval=0.1
                )

    def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(work())
        loop.close()

    thread = Thread(target=run)
    thread.start()
    until(lambda: Beat.objects.filter(queue="default").exists(), 30)
    first = Beat.objects.get().at
    until(lambda: Beat.objects.get().at > first, 30)
    loop.call_soon_threadsafe(tasks[0].cancel)
    thread.join(30)
    beats = queries.standing().beats
    assert beats["sys"] is None and beats["default"] is not None and beats["default"] < 30
