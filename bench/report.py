"""Writes the figures: tables, budgets with what was measured, and the chart."""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench import chart
from bench.load import CLIENTS, Figure
from bench.measures import API, BINS, JOURNEY, TWO_PAGE

README = Path(__file__).with_name("README.md")
CHART = Path(__file__).with_name("chart.svg")
MARK, STREETS = "<!-- figures -->", "<!-- reports -->"
# One-row inserts a second where the design's peer and budgets were measured.
PEERS_INSERTS = 5_500


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
    page, desk = (_slowest(run, kind) for kind in ("page", "desk"))
    form = max(n for step, n in run.steps.items() if step != "POST check")
    return [
        Budget("two-page form: CPU, web + worker + database", "ms", 20, two.all_cpu),
        Budget("two-page form: statements in all", "", 60, run.statements[TWO_PAGE]),
        Budget("six-page journey: CPU", "ms", 60, journey.all_cpu),
        Budget("a form page: statements", "", 8, form),
        Budget("`submit` by the form: statements", "", 25, run.steps["POST check"]),
        Budget("pgbench inserts to one journey", "", 250, run.inserts / journey.rate),
        Budget("pgbench inserts to one API submit", "", 80, run.inserts / api.rate),
        Budget(f"a resident's page: p95 to the bare page's, at its worst ({page.name})", "×", 4, page.p95 / run.bare.p95),
        Budget(f"a page of the desk: the same ({desk.name})", "×", 4, desk.p95 / run.bare.p95),
        Budget("bin days: statements", "", 3, run.statements[BINS]),
        Budget("bin days: look-ups a second", "", 50, run.named(BINS).rate, at_least=True),
    ]  # fmt: skip


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
        f" {platform.python_version()}; {CLIENTS} clients on the same cores, {seconds:g} s each"
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
            f" {f.p95 / run.bare.p95:.1f} | {f.all_cpu:.1f} | {f.cpu['database']:.1f} | {was.p50:.1f} |"
            f" {_growth_of(was, f)} |"
        )


def _growth_of(small: Figure, large: Figure) -> str:
    # Of the query alone only the database's CPU is seen, in hundredths of a second.
    return f"{large.all_cpu / small.all_cpu:.2f} ×" if small.all_cpu else ""


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
    yield from ["", f"### Growth from {run.cases[0]:,} to {run.cases[1]:,} cases", ""]
    yield from _growth(run)


def _budgets(run: Run) -> Iterator[str]:
    yield from ["| budget | allowed | measured | |", "|---|---:|---:|---|"]
    for b in budgets(run):
        least = "at least " if b.at_least else ""
        yield (
            f"| {b.what} | {least}{b.allowed:g} {b.unit} | {b.measured:.1f} {b.unit} |"
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
            f" {f.p95:.1f} | {f.p95 / run.bare.p95:.1f} | {f.all_cpu:.1f} | {f.cpu['web']:.1f} |"
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
            f" {there.all_cpu / f.all_cpu:.2f} × |"
        )
