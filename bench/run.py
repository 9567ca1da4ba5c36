"""`make bench`: what look-ups, pages, reports and the desk cost, beside two ceilings measured in the same run.

Loopback only, bounded in time. Two databases are kept between runs: one with few cases, one with many.
QUICK=1 measures only the small one, for a few seconds, and writes nothing. PART=cases and PART=reports (what people saw in
streets) measure only that part. AGAINST=<commit> measures another commit by turns with this checkout, and writes nothing.
STORM=1 is ten minutes of a snow day (`bench.storm`).
"""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from bench import (
    against,
    bookings,
    cases,
    ceiling,
    claims,
    measures,
    report,
    reports,
    servers,
    size,
    storm,
    street,
    visits,
    words,
)
from bench.load import Figure

FEW, MANY = 10_000, 500_000
QUICK = os.environ.get("QUICK") == "1"
SECONDS = 1.5 if QUICK else 6.0
PART, AGAINST = os.environ.get("PART", ""), os.environ.get("AGAINST", "")


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


def growth(name: str, count: int, roots: tuple[Path, ...] = ()) -> list[Figure]:
    """Measure what could grow, on a database with so many cases; other checkouts by turns with this one."""
    ready(name, count)
    since = _last_case()
    with servers.all_running(list(roots)) as sites:
        bench = measures.Bench()
        found = measures.growing(sites, SECONDS, bench)
        if roots:
            found += measures.others(sites, SECONDS, bench) + bookings.figures(sites, SECONDS)
        with sites[0].awake():
            _close(since)
    return found


def streets(name: str, count: int, roots: tuple[Path, ...] = ()) -> list[Figure]:
    """Measure what could grow with the number of reports, on a database with so many; other checkouts by turns with this one."""
    print(f"Making ready {name} with {count:,} reports", flush=True)
    servers.database(name)
    import django

    django.setup()
    reports.make(count)
    since = _last_case()
    with servers.all_running(list(roots)) as sites:
        found = street.figures(sites, SECONDS)
        with sites[0].awake():
            _close(since)
    return found


def _close(since: int) -> None:
    """Close what was reported here in this run, while a worker runs."""
    visits.close_own(since)
    servers.settled()


# What is measured on a database with few and on one with many.
GROWING = {"cases": growth, "reports": streets}
# The database that is measured, by whether it is to be quick.
SIZES = {True: (servers.SMALL, FEW), False: (servers.NAME, MANY)}


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
    with servers.all_running([]) as sites:
        large = measures.growing(sites, SECONDS, bench)
        large += measures.others(sites, SECONDS, bench)
        large += bookings.figures(sites, SECONDS)
        homes = [f"/bins/{next(bench.homes)}" for _ in range(500)]
        lookups = ceiling.lookups(sites[0], homes, seconds=10)
    inserts = servers.pgbench(port, 5)
    print("Counting statements, looking where the time goes, weighing", flush=True)
    counted, steps, worker = measures.count(bench)
    counted |= bookings.count()
    shares = measures.where(bench)
    weighed = size.measured()
    with servers.running(web=False):
        _close(since)
    return report.Run(
        (FEW, MANY), SECONDS, bare, inserts, few, large, counted, steps, worker, lookups, weighed, shares
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
        _close(since)
    return report.Streets((FEW, MANY), SECONDS, bare, few, many, counted)


def quick() -> None:
    """Measure the small database for a few seconds each, beside another commit where one is named; write nothing."""
    with ExitStack() as stack:
        roots = (stack.enter_context(against.checkout(AGAINST)),) if AGAINST else ()
        for part in [PART] if PART else GROWING:
            figures = GROWING[part](*SIZES[QUICK], roots)
            if AGAINST:
                print(report.against(figures, AGAINST))
            else:
                print(*map(report.line, figures), sep="\n")


def the_storm() -> None:
    """Send the storm at a site with half a million cases, and print what came of it."""
    ready(servers.NAME, MANY)
    since = _last_case()
    with servers.running() as site:
        came = storm.blow(site, measures.Bench(), float(os.environ["STORM"]))
        print(*came.said(), sep="\n")
        _close(since)


def main() -> None:
    """Measure, and write the figures into bench/README.md."""
    began = time.monotonic()
    if sys.argv[1:2] == ["small"]:
        return small(*sys.argv[2:])
    if os.environ.get("STORM"):
        return the_storm()
    if QUICK or AGAINST:
        quick()
        if QUICK:
            print(*words.figures(), *claims.figures(), sep="\n")
        return None
    if PART != "reports":
        print(report.write(whole()))
    if PART != "cases":
        print(report.write_streets(of_reports()))
    print(*words.figures(), *claims.figures(), sep="\n")
    print(f"{time.monotonic() - began:.0f} s")
    return None


if __name__ == "__main__":
    main()
