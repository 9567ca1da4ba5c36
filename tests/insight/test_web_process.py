"""A web process as it runs: forked from its master, it writes what it counted when it is told to end."""

import os
import signal
import subprocess
import sys
from typing import Any

import httpx
from django.db import connection

from doorstep.cli.embedded import ROOT
from doorstep.insight.models import StepCell
from tests.databases import address
from tests.faults.installation import free_port
from tests.insight.conftest import PHONE
from tests.patience import until

GUNICORN = ["gunicorn", "doorstep.wsgi", "-c", "python:doorstep.cli.web", "--preload", "-k", "gthread"]  # fmt: skip


def test_a_web_process_that_ends_writes_what_it_counted(open_district: Any) -> None:
    port = free_port()
    url = address(str(connection.settings_dict["NAME"]))
    env = {**os.environ, "DATABASE_URL": url, "DOORSTEP_DEMO": "1", "PORT": str(port)}
    command = [sys.executable, "-m", *GUNICORN, "-b", f"127.0.0.1:{port}", "-w", "1"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    start = f"http://127.0.0.1:{port}/services/missed-bin"

    def answers() -> bool:
        try:
            return httpx.get(start, timeout=30, headers={"Sec-GPC": "1"}).status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers)
        for _ in range(3):
            assert httpx.get(start, timeout=30, headers={"User-Agent": PHONE}).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
    assert StepCell.objects.get().n == 3
