"""Writes the figures: tables, budgets with what was measured, and the chart."""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench import chart
from bench.bookings import PAID
from bench.ceiling import Lookups
from bench.load import BLOCKS, CLIENTS, Figure
from bench.measures import API, BINS, CASE, FEED, JOURNEY, TWO_PAGE, WORKLIST
from bench.size import Size

README = Path(__file__).with_name("README.md")
CHART = Path(__file__).with_name("chart.svg")
MARK, STREETS = "<!-- figures -->", "<!-- reports -->"
# One-row inserts a second where the design's peer and budgets were measured.
PEERS_INSERTS = 5_500
# CPU-milliseconds of the bare page on the machine on which the budgets were set.
PEERS_BARE = 0.3


@dataclass
class Run:
    """All that one run measured."""

    cases: tuple[int, int]
    seconds: float
    bare: Figure
    inserts: float
    small: list[Figure]
    large: list[Figure]
    statements: dict[str, float]
    steps: dict[str, float]
    worker: float
    lookups: Lookups | None
    size: Size
    shares: dict[str, dict[str, float]]

    def named(self, name: str) -> Figure:
        """Return one figure of the large database."""
        return next(f for f in self.large if f.name == name)


@dataclass
class Streets:
    """What one run measured of reports in streets."""

    reports: tuple[int, int]
    seconds: float
    bare: Figure
    small: list[Figure]
    large: list[Figure]
    statements: dict[str, float]


@dataclass(frozen=True)
class Budget:
    """One budget of the design and what came of it: both as numbers, the smaller the better or not."""

    what: str
    unit: str
    allowed: float
    measured: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Say whether it is kept."""
        return (self.measured >= self.allowed) if self.at_least else (self.measured <= self.allowed)


def _slowest(run: Run, kind: str) -> Figure:
    return max((f for f in run.large if f.budget == kind), key=lambda f: f.p95)


def budgets(run: Run) -> list[Budget]:
    """Return every budget of the design that the bench measures."""
    journey, two, api = run.named(JOURNEY), run.named(TWO_PAGE), run.named(API)
    page, list_ = _slowest(run, "page"), run.named(WORKLIST)
    form = max(n for step, n in run.steps.items() if step != "POST check")
    grown = {f.name: _growth_of(f, run.named(f.name)) for f in run.small}
    most = max(grown, key=lambda name: grown[name])
    found = [
        Budget("two-page form: CPU, web + worker + database", "ms", 15, two.all_cpu),
        Budget("two-page form: statements in all", "", 30, run.statements[TWO_PAGE]),
        Budget("six-page missed bin: CPU", "ms", 30, journey.all_cpu),
        Budget("a form page: statements", "", 8, form),
        Budget("`submit` by the form: statements", "", 20, run.steps["POST check"]),
        Budget("missed bin by the API: CPU", "ms", 12, api.all_cpu),
        Budget("pgbench inserts to one journey", "", 200, run.inserts / journey.rate),
        Budget("pgbench inserts to one API submit", "", 75, run.inserts / api.rate),
        Budget(f"a resident's page: p95 to the bare page's, at its worst ({page.name})", "×", 4, page.p95 / run.bare.p95),
        Budget("bin days, page: CPU", "ms", 2, run.named(BINS).all_cpu),
        Budget("bin days, calendar: CPU", "ms", 2.5, run.named(FEED).all_cpu),
        Budget("bin days: statements", "", 3, run.statements[BINS]),
        Budget("worklist of 50 rows: CPU", "ms", 12, list_.all_cpu),
        Budget("worklist: p95 under load", "ms", 100, list_.p95),
        Budget("case page: CPU", "ms", 6, run.named(CASE).all_cpu),
        Budget("bulky waste booked and paid: CPU", "ms", 80, run.named(PAID).all_cpu),
        Budget(f"growth of CPU from {run.cases[0]:,} to {run.cases[1]:,} cases, at its most ({most})", "×", 1.15, grown[most]),
        Budget("memory of a web process", "MB", 130, run.size.web),
        Budget("memory of the whole demo", "MB", 700, run.size.demo),
        Budget("start of a web process", "s", 1.5, run.size.start),
    ]  # fmt: skip
    if run.lookups:
        what = "bin days: look-ups a second, by wrk"
        found.append(Budget(what, "", 350, run.lookups.rate, at_least=True))
    return found


def write(run: Run) -> str:
    """Write tables and chart beside each other; return the tables."""
    said = "\n".join(_all(run))
    _put(MARK, said)
    kept = budgets(run)
    CHART.write_text(
        chart.draw([(b.what, b.measured, b.allowed, b.unit, b.at_least) for b in kept])
    )
    return said


def _put(mark: str, said: str) -> None:
    """Put tables between two marks in place of those of an earlier run."""
    before, _, rest = README.read_text().partition(mark)
    after = rest.partition(mark)[2]
    README.write_text(f"{before}{mark}\n{said}\n{mark}{after}")


def _here(seconds: float) -> str:
    return (
        f"{date.today():%d %B %Y}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}; {CLIENTS} clients on the same cores, {seconds:g} s each in {BLOCKS} blocks, ± half of what lies between them"
    )


def write_streets(run: Streets) -> str:
    """Write the table of reports in streets; return it."""
    said = "\n".join(_streets(run))
    _put(STREETS, said)
    return said


def _streets(run: Streets) -> Iterator[str]:
    few, many = run.reports
    yield f"{_here(run.seconds)}; {many:,} reports beside {few:,}. The bare page in the same run: {run.bare.rate:.0f} a second, p95 {run.bare.p95:.1f} ms."
    yield ""
    yield f"| what | statements | a second | p50 ms | p95 ms | p95 to bare | CPU-ms | database | p50 ms at {few:,} | growth of CPU |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    before = {f.name: f for f in run.small}
    for f in run.large:
        was, wrong = before[f.name], f" ({f.wrong} wrong)" if f.wrong else ""
        yield (
            f"| {f.name}{wrong} | {run.statements[f.name]:g} | {f.rate:.0f} | {f.p50:.1f} | {f.p95:.1f} |"
            f" {f.p95 / run.bare.p95:.1f} | {_cpu(f)} | {f.cpu['database']:.1f} | {was.p50:.1f} |"
            f" {_growth_of(was, f):.2f} × |"
        )


def _growth_of(small: Figure, large: Figure) -> float:
    # Of a query alone only the database's CPU is seen, in hundredths of a second.
    return large.all_cpu / small.all_cpu if small.all_cpu else 0.0


def _cpu(figure: Figure) -> str:
    """Return the CPU of one act with its spread over three blocks."""
    return f"{figure.all_cpu:.1f} ± {figure.spread:.1f}"


def line(figure: Figure) -> str:
    """Return a figure as a line for who only looks."""
    return f"{figure.name}: {_cpu(figure)} CPU-ms, p50 {figure.p50:.1f} ms, p95 {figure.p95:.1f} ms"


def against(figures: list[Figure], commit: str) -> str:
    """Return a table of this checkout beside another commit, both measured by turns in one run."""
    lines = [
        f"| what | CPU-ms at {commit} | here | here to there | p95 ms at {commit} | here |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for f in figures:
        if was := f.base:
            ratio = f"{f.all_cpu / was.all_cpu:.2f}" if was.all_cpu else ""
            lines.append(
                f"| {f.name} | {_cpu(was)} | {_cpu(f)} | {ratio} | {was.p95:.1f} | {f.p95:.1f} |"
            )
    return "\n".join(lines)


def _shares(run: Run) -> Iterator[str]:
    layers = list(dict.fromkeys(layer for found in run.shares.values() for layer in found))
    yield f"| layer | {' | '.join(run.shares)} |"
    yield f"|---|{'---:|' * len(run.shares)}"
    for layer in layers:
        each = (found.get(layer, 0.0) for found in run.shares.values())
        yield f"| {layer} | {' | '.join(f'{share:.0%}' for share in each)} |"


def _lookups(found: Lookups | None) -> str:
    if found is None:
        return "Look-ups by `wrk` were not measured: it is not installed (`apt-get install wrk`)."
    return (
        f"Bin days looked up by `wrk`, one thread, four connections, one home after the other: {found.rate:.0f} a second,"
        f" {found.wrong} refused; its own CPU {found.own_cpu:.2f} ms for one."
    )


def _all(run: Run) -> Iterator[str]:
    yield f"{_here(run.seconds)}; {run.cases[1]:,} cases, 46,000 homes."
    journey, api = (PEERS_INSERTS / run.named(name).rate for name in (JOURNEY, API))
    yield (
        f"`pgbench`, one-row inserts in the same run: {run.inserts:,.0f}/s. At the {PEERS_INSERTS:,} of the"
        f" design's own measurement there would be {journey:.0f} inserts to a journey and {api:.0f} to an API call."
    )
    yield from ["", "![Each budget, and what was measured](chart.svg)", ""]
    yield from _budgets(run)
    yield from ["", "### Everything measured", ""]
    yield from _figures(run)
    yield from ["", "### The steps of one report, while four people report at once", ""]
    yield from _steps(run)
    yield from ["", "### Where the web process's time goes", ""]
    yield from _shares(run)
    yield from ["", _lookups(run.lookups)]
    yield from ["", f"### Growth from {run.cases[0]:,} to {run.cases[1]:,} cases", ""]
    yield from _growth(run)


def _budgets(run: Run) -> Iterator[str]:
    slower = run.bare.all_cpu / PEERS_BARE
    yield from [
        f"| budget | allowed | measured | at {PEERS_BARE} ms a bare page | |",
        "|---|---:|---:|---:|---|",
    ]
    for b in budgets(run):
        least = "at least " if b.at_least else ""
        there = f"{b.measured / slower:.1f}" if "CPU" in b.what and b.unit == "ms" else ""
        yield (
            f"| {b.what} | {least}{b.allowed:g} {b.unit} | {b.measured:.1f} {b.unit} | {there} |"
            f" {'kept' if b.is_met else '**missed**'} |"
        )


def _figures(run: Run) -> Iterator[str]:
    yield "| what | statements | a second | p50 ms | p95 ms | p95 to bare | CPU-ms | web | worker | database |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for f in [run.bare, *run.large]:
        wrong = f" ({f.wrong} wrong)" if f.wrong else ""
        counted = run.statements.get(f.name)
        yield (
            f"| {f.name}{wrong} | {'' if counted is None else f'{counted:g}'} | {f.rate:.0f} | {f.p50:.1f} |"
            f" {f.p95:.1f} | {f.p95 / run.bare.p95:.1f} | {_cpu(f)} | {f.cpu['web']:.1f} |"
            f" {f.cpu.get('worker', 0):.1f} | {f.cpu['database']:.1f} |"
        )


def _steps(run: Run) -> Iterator[str]:
    yield from ["| step | statements | p50 ms | p95 ms |", "|---|---:|---:|---:|"]
    for step, (p50, p95) in run.named(JOURNEY).steps.items():
        yield f"| {step} | {run.steps[step]:g} | {p50:.1f} | {p95:.1f} |"
    yield f"| the worker, for the message | {run.worker:g} | | |"


def _growth(run: Run) -> Iterator[str]:
    yield f"| what | p50 ms at {run.cases[0]:,} | at {run.cases[1]:,} | CPU-ms at {run.cases[0]:,} | at {run.cases[1]:,} | growth of CPU |"
    yield "|---|---:|---:|---:|---:|---:|"
    for f in run.small:
        there = run.named(f.name)
        yield (
            f"| {f.name} | {f.p50:.1f} | {there.p50:.1f} | {f.all_cpu:.1f} | {there.all_cpu:.1f} |"
            f" {_growth_of(f, there):.2f} × |"
        )
