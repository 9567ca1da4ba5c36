"""What is measured, in which order."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bench import shares, statements, visits
from bench.inside import HERE
from bench.load import Act, Acts, Figure, Measure, Visitor, gets, percentile
from bench.servers import Site, running

STEPS = ["address", "bin", "contact", "check"]
JOURNEY, API = "missed bin by the form, 11 requests", "missed bin by the API"
TWO_PAGE = "two pages, six fields, 9 requests"
HOME, BINS, WORKLIST, CASE = "home page", "bin days, page", "worklist", "case page"
CLOSED, FEED = "worklist, closed cases", "bin days, calendar"


class Bench:
    """The bins still to be reported, homes to look up, and who is signed in."""

    def __init__(self) -> None:
        from doorstep.places.models import Property

        self.bins = iter(list(visits.bins_to_report()))
        homes = Property.objects.exclude(blpu_class="PP").values_list("uprn", flat=True)[::23]
        self.homes = itertools.cycle(list(homes))
        self.secrets = itertools.cycle(visits.tokens(8))
        self.officer = visits.officer()
        self.numbers = itertools.count(1)

    def at(self, pattern: str) -> Iterator[str]:
        """Yield a path for one home after the other."""
        return (pattern.replace("*", str(next(self.homes))) for _ in itertools.count())

    def next_bin(self) -> visits.Bin:
        """Return a bin that can be reported; ends the run when there is none left."""
        found = next(self.bins, None)
        if found is None:
            raise SystemExit("No bin is left to report today; drop the database doorstep_bench.")
        return found

    def cases(self) -> list[str]:
        """Return the addresses of case pages, open and closed ones."""
        from doorstep.cases.models import Case

        some = Case.objects.filter(slug="missed-bin", erased_at=None)
        found = list(some.order_by("reference").values_list("reference", flat=True)[:400])
        return [f"/desk/cases/{reference}" for reference in found]


def _with_steps(
    measure: Measure, name: str, walk: Callable[[int], Visitor | None], budget: str
) -> Figure:
    steps: list[dict[str, float]] = []
    here = measure.sites[0].port

    def once(port: int) -> bool:
        visitor = walk(port)
        if visitor and port == here:
            steps.append(visitor.took)
        return visitor is not None

    made = measure(name, lambda port: itertools.repeat(partial(once, port)), budget)
    for step in steps[0] if steps else {}:
        times = [s[step] for s in steps if step in s]
        made.steps[step] = (percentile(times, 0.5), percentile(times, 0.95))
    return made


def growing(sites: list[Site], seconds: float, bench: Bench) -> list[Figure]:
    """Measure what could grow with the number of cases."""
    measure = Measure(sites, seconds)
    desk, cases = bench.officer, itertools.cycle(bench.cases())

    def looks(paths: Iterator[str], cookies: dict[str, str] | None = None) -> Acts:
        return lambda port: gets(port, paths, cookies=cookies)

    def call(port: int) -> Iterator[Act]:
        return itertools.repeat(lambda: visits.by_api(port, next(bench.secrets), *bench.next_bin()))

    return [
        measure(HOME, looks(bench.at("/")), "page"),
        measure(BINS, looks(bench.at("/bins/*")), "page"),
        measure(WORKLIST, looks(bench.at("/desk"), desk), "desk"),
        measure(CLOSED, looks(bench.at("/desk?state=closed"), desk), "desk"),
        measure(CASE, looks(cases, desk), "desk"),
        _with_steps(
            measure, JOURNEY, lambda port: visits.report(port, *bench.next_bin()), "journey"
        ),
        measure(API, call, "api"),
    ]


def others(sites: list[Site], seconds: float, bench: Bench) -> list[Figure]:
    """Measure the other look-ups, each page of the form by itself, and the two-page form."""
    measure, here = Measure(sites, seconds), sites[0].port
    tag = Visitor(here).ask("GET", "/bins/990000017019.ics")[2]["ETag"]
    known, same = bench.at("/bins/990000017019.ics"), {"If-None-Match": tag}
    found = [
        measure("bin days, JSON", lambda port: gets(port, bench.at("/bins/*.json"))),
        measure(FEED, lambda port: gets(port, bench.at("/bins/*.ics"))),
        measure(
            "bin days, calendar not changed (304)",
            lambda port: gets(port, known, 304, cookies={}, **same),
        ),
    ]
    form, asked = _half_way(here, *bench.next_bin())
    for step in STEPS:
        path = bench.at(f"{form}/{step}")
        acts = partial(gets, paths=path, cookies=asked)
        found.append(measure(f"form page: {step}", acts, "page"))
    two = lambda port: visits.two_page(port, next(bench.numbers))  # noqa: E731 - one line says it
    return [*found, _with_steps(measure, TWO_PAGE, two, "two-page")]


def _half_way(port: int, uprn: int, box: int) -> tuple[str, dict[str, str]]:
    """Return the form and the cookies of someone who has answered every page and not sent yet."""
    visitor, base = Visitor(port), "/services/missed-bin"
    visitor.open(base)
    answers: list[tuple[str, dict[str, str]]] = [
        ("begin", {}),
        ("address", {"property": str(uprn)}),
        ("bin", {"container": str(box)}),
        ("contact", visits.CONTACT),
    ]
    for path, fields in answers:
        there = visitor.send(f"{base}/{path}", **fields)
        visitor.open(there)
        if path == "begin":
            base = there.rpartition("/")[0]
    return base, visitor.cookies


def count(bench: Bench) -> tuple[dict[str, float], dict[str, float], float]:
    """Return the statements of each row and of each step of both forms, and of the worker for a message."""
    desk, home = bench.officer, str(next(bench.homes))
    pages: dict[str, tuple[str, dict[str, str]]] = {
        HOME: ("/", {}),
        BINS: (f"/bins/{home}", {}),
        "bin days, JSON": (f"/bins/{home}.json", {}),
        FEED: (f"/bins/{home}.ics", {}),
        WORKLIST: ("/desk", desk),
        CLOSED: ("/desk?state=closed", desk),
        CASE: (bench.cases()[0], desk),
    }
    with running(worker=False, env=statements.LOGGED) as site:
        found = statements.of_requests(site, pages)
        steps = statements.of_steps(site, lambda p: visits.report(p, *bench.next_bin()))
        two = statements.of_steps(site, lambda p: visits.two_page(p, next(bench.numbers)))
        call = lambda: visits.by_api(site.port, next(bench.secrets), *bench.next_bin())  # noqa: E731
        found[API] = statements.of_act(call)
    worker = statements.of_worker()
    found |= {f"form page: {s}": steps[f"GET {s}"] for s in STEPS}
    found |= {JOURNEY: sum(steps.values()) + worker, TWO_PAGE: sum(two.values()) + worker}
    return found, steps, worker


def where(bench: Bench) -> dict[str, dict[str, float]]:
    """Return where the time of the web side goes, by what is asked: each layer's share, in this process."""
    cases = itertools.cycle(bench.cases())
    acts: dict[str, Callable[[], object]] = {
        "two pages": lambda: visits.two_page(HERE, next(bench.numbers)),
        "missed bin": lambda: visits.report(HERE, *bench.next_bin()),
        "by the API": lambda: visits.by_api(HERE, next(bench.secrets), *bench.next_bin()),
        "bin days": lambda: Visitor(HERE).ask("GET", f"/bins/{next(bench.homes)}"),
        "calendar": lambda: Visitor(HERE).ask("GET", f"/bins/{next(bench.homes)}.ics"),
        "worklist": lambda: _staff(bench, "/desk"),
        "case page": lambda: _staff(bench, next(cases)),
    }
    return {name: shares.of(act) for name, act in acts.items()}


def _staff(bench: Bench, path: str) -> None:
    visitor = Visitor(HERE)
    visitor.cookies |= bench.officer
    visitor.ask("GET", path)


def bare(seconds: float) -> Figure:
    """Measure the ceiling that pages are held against."""
    with running("bench.bare:application", worker=False) as site:
        name = "bare Django + template page"
        return Measure([site], seconds)(name, lambda port: gets(port, itertools.repeat("/")))


def as_data(figures: list[Figure]) -> list[dict[str, Any]]:
    """Return figures as JSON can hold them, without those of another commit."""
    return [{**vars(f), "base": None} for f in figures]
