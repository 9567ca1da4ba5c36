"""The demo's key: random, made once in its data folder, for its user's eyes only; and which folders are the demo's."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from doorstep.production import DEMO_KEY

NAME = "demo-key"


def beside() -> str:
    """Return the end of the name of a demo's folders: one over a waste system that the council has already has its own."""
    waste = os.environ.get("DOORSTEP_WASTE", "") if os.environ.get("DOORSTEP_DEMO") == "1" else ""
    return f"-{waste.rpartition('.')[2].lower()}" if waste else ""


def kept_in(folder: Path) -> str:
    """Return the key of the demo whose data lies in a folder; who comes first makes it. Raises OSError."""
    path = folder / NAME
    with suppress(FileNotFoundError):
        return _read(path)
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{NAME}.{os.getpid()}"
    half.unlink(missing_ok=True)
    with open(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"{DEMO_KEY}{secrets.token_hex(32)}")
    with suppress(FileExistsError):  # somebody else was first
        os.link(half, path)
    half.unlink()
    return _read(path)


def _read(path: Path) -> str:
    os.chmod(path, 0o600)
    return path.read_text()
