"""Services and councils that lie elsewhere, as DOORSTEP_HOME would have it from the start of a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doorstep.council import spoken


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """Have them lie in a folder until the block ends."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOORSTEP_HOME", str(folder))
            _forget()
            yield
    finally:
        _forget()


def _forget() -> None:
    spoken.home.cache_clear()
    spoken.folder.cache_clear()
