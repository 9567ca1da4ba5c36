"""`make bench`: what look-ups, pages, reports and the desk cost, beside two ceilings measured in the same run.

Loopback only, bounded in time. Two databases are kept between runs: one with few cases, one with many.
QUICK=1 measures only the small one, for a few seconds, and writes nothing. PART=reports measures only what
people saw in streets.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import bookings, cases, claims, measures, report, reports, servers, street, visits, words
from bench.load import Figure

FEW, MANY = 10_000, 500_000
QUICK = os.environ.get("QUICK") == "1"
SECONDS = 2.0 if QUICK else 6.0
PART = os.environ.get("PART", "")


def ready(name: str, count: int) -> str:
    """Make a database ready with so many cases; return the server's port."""
    print(f"Making ready {name} with {count:,} cases", flush=True)
    port = servers.database(name)
    import django

    django.setup()
    servers.publish_two_page()
    cases.make(count)
    return port


def _last_case() -> int:
    from doorstep.cases.models import Case

    return int(Case.objects.order_by("-id").values_list("id", flat=True)[0])


def growth(name: str, count: int) -> list[Figure]:
    """Measure what could grow, on a database with so many cases."""
    ready(name, count)
    since = _last_case()
    with servers.running() as running:
        found = measures.growing(running, SECONDS, measures.Bench())
        visits.close_own(since)
        servers.settled()
    return found


def streets(name: str, count: int) -> list[Figure]:
    """Measure what could grow with the number of reports, on a database with so many."""
    print(f"Making ready {name} with {count:,} reports", flush=True)
    servers.database(name)
    import django

    django.setup()
    reports.make(count)
    since = _last_case()
    with servers.running() as running:
        found = street.figures(running, SECONDS)
        visits.close_own(since)
        servers.settled()
    return found


# What is measured on a database with few and on one with many.
GROWING = {"cases": growth, "reports": streets}


def small(part: str, to: str) -> None:
    """Measure the small database, in a process of its own, and write the figures into a file."""
    found = GROWING[part](servers.SMALL, FEW)
    Path(to).write_text(json.dumps(measures.as_data(found)))


def _small(part: str) -> list[Figure]:
    from doorstep.cli import embedded

    # Started here, so that the server outlives the other process.
    embedded.ensure()
    to = Path("/tmp") / f"doorstep-bench-{os.getpid()}.json"
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    child = [sys.executable, "-m", "bench.run", "small", part, str(to)]
    subprocess.run(child, check=True, env=env, cwd=servers.ROOT)
    found = [Figure(**one) for one in json.loads(to.read_text())]
    to.unlink()
    os.environ.pop("DATABASE_URL", None)
    return found


def whole() -> report.Run:
    """Measure everything, the ceilings in the same run."""
    few = _small("cases")
    port = ready(servers.NAME, MANY)
    since = _last_case()
    bare = measures.bare(SECONDS)
    bench = measures.Bench()
    with servers.running() as running:
        large = measures.growing(running, SECONDS, bench)
        large += measures.others(running, SECONDS, bench)
        large += bookings.figures(running, SECONDS)
    inserts = servers.pgbench(port, 5)
    print("Counting statements", flush=True)
    counted, steps, worker = measures.count(bench)
    counted |= bookings.count()
    with servers.running(web=False):
        visits.close_own(since)
        servers.settled()
    return report.Run(
        (FEW, MANY), SECONDS, bare, inserts, few, large, counted, steps, worker
    )  # fmt: skip


def of_reports() -> report.Streets:
    """Measure what people saw in streets, the bare page in the same run."""
    few = _small("reports")
    many = streets(servers.NAME, MANY)
    bare = measures.bare(SECONDS)
    print("Counting statements", flush=True)
    since = _last_case()
    counted = street.count()
    with servers.running(web=False):
        visits.close_own(since)
        servers.settled()
    return report.Streets((FEW, MANY), SECONDS, bare, few, many, counted)


def main() -> None:
    """Measure, and write the figures into bench/README.md."""
    began = time.monotonic()
    if sys.argv[1:2] == ["small"]:
        return small(*sys.argv[2:])
    if QUICK:
        for part in [PART] if PART else GROWING:
            for figure in GROWING[part](servers.SMALL, FEW):
                print(
                    f"{figure.name}: p50 {figure.p50:.1f} ms, p95 {figure.p95:.1f} ms, {figure.cpu}"
                )
        print(*words.figures(), *claims.figures(), sep="\n")
        return None
    if PART != "reports":
        print(report.write(whole()))
    print(report.write_streets(of_reports()))
    print(*words.figures(), *claims.figures(), sep="\n")
    print(f"{time.monotonic() - began:.0f} s")
    return None


if __name__ == "__main__":
    main()
