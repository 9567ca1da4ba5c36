"""Whether a port of this machine is free, and who has it."""

import socket
import time
from contextlib import suppress
from pathlib import Path

from doorstep.cli.cannot_start import CannotStart

# What was just killed may be a moment in ending.
PATIENCE_SECONDS = 3.0
LISTENS = "0A"


def wait_until_free(port: str) -> None:
    """Return when a port can be listened on; raises CannotStart, saying who has it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not _is_free(port):
        if time.monotonic() > until:
            raise CannotStart(
                f"port {port} is taken by {holder(int(port))}; end that, or choose another, such as `PORT=8001 make run`."
            )
        time.sleep(0.1)


def _is_free(port: str) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except (ValueError, OverflowError, PermissionError) as exc:
            raise CannotStart(
                f"port {port} is not allowed; choose another, such as `PORT=8001 make run`."
            ) from exc
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """Return who listens on a port, in words: the process and its name, as far as this user may see it."""
    ends = {f"socket:[{inode}]" for inode in _inodes(port)}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # somebody else's, or ended while we looked
            for file in (folder / "fd").iterdir():
                if str(file.readlink()) in ends:
                    return f"process {folder.name} ({(folder / 'comm').read_text().strip()})"
    return "a process of somebody else"


def _inodes(port: int) -> list[str]:
    rows = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            rows += [line.split() for line in Path(table).read_text().splitlines()[1:]]
    return [r[9] for r in rows if r[3] == LISTENS and int(r[1].rsplit(":", 1)[1], 16) == port]
