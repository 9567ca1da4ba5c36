"""Look-ups as fast as they come, by Debian's `wrk`: a client that costs next to nothing, on the same cores."""

import re
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.servers import Site

SCRIPT = """local paths = { %s }
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


@dataclass(frozen=True)
class Lookups:
    """How many look-ups a second were answered, how many not, and the client's own CPU-milliseconds for one."""

    rate: float
    wrong: int
    own_cpu: float


def lookups(site: Site, paths: list[str], seconds: int) -> Lookups | None:
    """Look up one address after the other over four connections; nothing where wrk is not installed."""
    if not shutil.which("wrk"):
        return None
    with TemporaryDirectory() as folder:
        script = Path(folder) / "paths.lua"
        script.write_text(SCRIPT % ", ".join(f'"{path}"' for path in paths))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        url = f"http://127.0.0.1:{site.port}"
        command = ["wrk", "-t1", "-c4", f"-d{seconds}s", "-s", str(script), url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    count = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    rate = float(re.search(r"Requests/sec: +([\d.]+)", said)[1])  # type: ignore[index]
    return Lookups(rate, int(wrong[1]) if wrong else 0, spent * 1000 / max(1, count))
