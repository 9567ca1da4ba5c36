"""The queue in tests: real workers, in a thread or as processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from tests.databases import address


def run_queue() -> None:
    """Run what is due on a real worker, in a thread because the browser's loop may hold this one."""

    def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):
            app.run_worker(
                queues=["default"], wait=False, install_signal_handlers=False, listen_notify=False
            )

    thread = Thread(target=work)
    thread.start()
    thread.join(180)


def workers() -> Iterator[Any]:
    """Yield what starts workers on the test's database as processes of their own; and end them by id."""
    started: list[subprocess.Popen[bytes]] = []
    url = address(str(connection.settings_dict["NAME"]))

    def start(slow: str = "") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "doorstep.cli.main", "procrastinate", "worker"]
        command += ["--queues", "default", "--fetch-job-polling-interval", "0.2"]
        env = {**os.environ, "DATABASE_URL": url, "DOORSTEP_DEMO_SLOW": slow}
        started.append(subprocess.Popen(command, env=env))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(10)
