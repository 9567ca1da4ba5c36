"""Another commit of this repository, made ready to run beside this checkout: `make bench AGAINST=<commit>`.

Both run on the same database, which this checkout's migrations made: those only expand, so that the version before goes on
working on it. Each thing is measured at both by turns, block by block.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.servers import ROOT


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Check a commit out into a folder that is there until the block ends; with the libraries that are installed here."""
    with TemporaryDirectory(prefix="doorstep-against-") as folder:
        root = Path(folder) / "doorstep"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "-q", "--detach", str(root), commit], check=True)
        try:
            _make_ready(root)
            yield root
        finally:
            subprocess.run([*git, "remove", "--force", str(root)], check=True)


def _make_ready(root: Path) -> None:
    """Give a checkout what set-up makes: the look, files for browsers, compiled pages and words."""
    shutil.copytree(ROOT / "static-built", root / "static-built")
    for words in (ROOT / "locale").rglob("*.mo"):
        shutil.copy(words, root / words.relative_to(ROOT))
    env = {**os.environ, "PYTHONPATH": str(root), "DOORSTEP_DEMO": "1"}
    for tool in ("served", "compiled_pages"):
        command = [sys.executable, str(root / "tools" / f"{tool}.py")]
        subprocess.run(command, check=True, cwd=root, env=env)
