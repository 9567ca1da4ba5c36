"""Files on the disk: whole or not there, and gone once no row names them."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write; it takes its name when it is whole, and nothing half written stays."""
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def sweep(
    folder: Path,
    name_of: Callable[[Path], str],
    known: Callable[[Collection[str]], Collection[str]],
) -> None:
    """Delete files of yesterday and before that no row names, half written ones too."""
    if not folder.is_dir():
        return
    old, paths = time.time() - 24 * 3600, folder.iterdir()
    while some := list(islice(paths, 1000)):
        names = {path: name_of(path) for path in some}
        there = known(set(names.values()))
        for path, name in names.items():
            if name not in there and path.stat().st_mtime < old:
                path.unlink(missing_ok=True)
