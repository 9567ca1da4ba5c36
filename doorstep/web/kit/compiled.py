"""Pages as set-up compiled them (`tools/compiled_pages.py`): compiling them takes two seconds of each process anew."""

import hashlib
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache

ENVIRONMENT = Path(__file__).resolve().parents[1] / "environment.py"


class Compiling(FileSystemBytecodeCache):
    """Reads and writes compiled pages, each by its name and by how the environment is made.

    A page that has changed since is found by its own digest, and compiled as if none were kept.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._how = ENVIRONMENT.read_bytes()

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return a name that a copy of this checkout has too, wherever it lies."""
        return hashlib.sha256(name.encode() + b"\0" + self._how).hexdigest()


class Compiled(Compiling):
    """Reads only: what a running Doorstep could write, it could be made to run."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep nothing."""
