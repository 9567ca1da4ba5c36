"""Where the embedded server listens: a socket in a folder that its OS user, and root, alone may enter."""

import hashlib
import os
import re
import socket
import stat
from pathlib import Path

from doorstep.cli.cannot_start import CannotStart

# Part of the socket's name; no port of the machine.
PORT = "5432"
# What the kernel takes for a socket's path, with the name that the server adds.
LONGEST = 107 - len(f"/.s.PGSQL.{PORT}.lock")
PLAIN = re.compile(r"[\w./-]+", re.ASCII)


def folder(data: Path) -> Path:
    """Return the folder beside a server's data; where its path is too long or odd for a socket, one under /tmp."""
    beside = data.parent / "socket"
    if len(os.fsencode(beside)) <= LONGEST and PLAIN.fullmatch(str(beside)):
        return beside
    own = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(f"/tmp/doorstep-{os.geteuid()}-{own}")


def made(data: Path, owner: tuple[int, int] | None) -> Path:
    """Return the folder, made for its owner alone; raises CannotStart where it is somebody else's."""
    where = folder(data)
    try:
        where.mkdir(mode=0o700, exist_ok=True)
        if owner and where.lstat().st_uid == os.geteuid():
            os.chown(where, *owner, follow_symlinks=False)
        found = where.lstat()
    except OSError as exc:
        raise CannotStart(
            f"the folder {where} for the database's socket cannot be made ({exc.strerror}); give this user the right."
        ) from exc
    mine = owner[0] if owner else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != mine:
        raise CannotStart(f"{where}, for the database's socket, is somebody else's; remove it.")
    os.chmod(where, 0o700)
    return where


def answers(data: Path) -> bool:
    """Say whether a server listens there."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(folder(data) / f".s.PGSQL.{PORT}")) == 0
