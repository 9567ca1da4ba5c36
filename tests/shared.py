"""What the workers of a run would each make alike: made once, by whichever wants it first, and gone with the run."""

import atexit
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Handed on to the workers by whoever starts them; an installation's processes do not get it.
_NAME = "DOORSTEP_TESTS_SHARED"


def base() -> str | None:
    """Return where folders are made that the database server's user must come into: its own place where we are root."""
    if os.geteuid() != 0:
        return None
    place = Path("/var/lib/doorstep")
    place.mkdir(parents=True, exist_ok=True)
    return str(place)


def begin() -> None:
    """Make the run's folder, unless who started this process has."""
    if _NAME not in os.environ:
        os.environ[_NAME] = tempfile.mkdtemp(prefix="tests-", dir=base())
        folder().chmod(0o755)
        atexit.register(shutil.rmtree, folder(), ignore_errors=True)


def folder() -> Path:
    """Return the run's folder."""
    return Path(os.environ[_NAME])


def once(name: str, make: Callable[[], Any]) -> Any:
    """Return what `make` gave to whoever asked first for this name; it must be writable as JSON."""
    written = folder() / f"{name}.json"
    with open(folder() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not written.exists():
            written.write_text(json.dumps(make()))
    return json.loads(written.read_text())
