"""The lines of docs/how-to/telephony.md, run as they stand there, ring at a server."""

import json
import re
import subprocess
from shutil import which
from typing import Any

import pytest

from doorstep.cli.embedded import ROOT
from doorstep.contacts.models import Ring
from tests.rings import SECRET

# What the page calls, which a bare machine may not have; nothing of ours needs it.
CALLED = [name for name in ("openssl", "curl") if which(name, path="/usr/bin:/bin") is None]


@pytest.mark.skipif(bool(CALLED), reason=f"not on this machine: {CALLED}")
@pytest.mark.django_db(transaction=True)
def test_the_lines_of_the_page_ring(live_server: Any, open_district: Any, settings: Any) -> None:
    settings.TELEPHONY_SECRET = SECRET
    page = (ROOT / "docs" / "how-to" / "telephony.md").read_text()
    lines = re.findall(r"```sh\n(.*?)```", page, re.S)
    environment = {
        "PATH": "/usr/bin:/bin",
        "DOORSTEP_TELEPHONY_SECRET": SECRET,
        "BASE_ADDRESS": live_server.url,
    }
    done = subprocess.run(
        ["bash", "-euc", lines[0]], env=environment, capture_output=True, text=True, check=True
    )
    assert "/desk/ring/" in json.loads(done.stdout)["open"] and Ring.objects.get().line == "main"
