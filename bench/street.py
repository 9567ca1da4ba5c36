"""What people saw in streets: near ones looked for, lists and feeds of reports, and programs by Open311."""

import itertools
import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from bench import statements, visits
from bench.load import Act, Figure, Measure, Visitor
from bench.reports import SLUG
from bench.servers import Site, running

Ask = tuple[str, dict[str, str]]
NEAR, SIMILAR = "near ones, the query alone, one at a time", "form page: is it one of these?"
DEEP = "/reports, all, page 400"
SEND, QUERY, KEYED = "Open311: a request sent", "Open311: a week, 50 a page", "the same, with a key"
ONE_KEYED = "Open311: one request, with a key"
# So many look-ups of one person, well below what one person may do.
OF_ONE = 80


class Places:
    """Places, reports and programs to ask with; the same ones in every run of a database."""

    def __init__(self, port: int) -> None:
        from django.db import connection
        from django.utils import timezone

        from doorstep.reports import queries

        some = random.Random(7)
        with connection.cursor() as cursor:
            cursor.execute(
                "select easting, northing, lat, lon, usrn, ward from bench_spot where k <= 2000 order by k"
            )
            self.rows = cursor.fetchall()
        some.shuffle(self.rows)
        self.spots = itertools.cycle(self.rows)
        found = queries.narrowed(queries.public(), slug=SLUG, state="open")
        self.references = list(found.values_list("case__reference", flat=True)[:200])
        with_some = found.values_list("case__latitude", "case__longitude")[:20]
        self.now, self.port = timezone.now(), port
        self.drafts = itertools.cycle([_asked(port, lat, lon) for lat, lon in with_some])
        self.secrets = itertools.cycle(visits.tokens(8))
        self.numbers = itertools.count(int(self.now.timestamp()) % 10**7)

    def near(self) -> bool:
        """Look for reports near a place."""
        from doorstep.reports import queries

        east, north, *_ = next(self.spots)
        queries.near(slug=SLUG, easting=east, northing=north, metres=50, days=60, now=self.now)
        return True

    def at(self, pattern: str) -> Iterator[Ask]:
        """Yield an address for one ward or street after the other."""
        for *_, usrn, ward in self.spots:
            yield pattern.replace("USRN", str(usrn)).replace("WARD", ward), {}

    def week(self) -> Iterator[Ask]:
        """Yield the question for one week after the other."""
        for back in itertools.cycle(range(20, 600, 7)):
            start = self.now - timedelta(days=back)
            dates = {"start_date": start, "end_date": start + timedelta(days=7)}
            said = {k: f"{at:%Y-%m-%dT%H:%M:%SZ}" for k, at in dates.items()}
            yield f"/open311/v2/requests.xml?{urlencode({**said, 'page_size': 50})}", {}

    def keyed(self, asks: Iterator[Ask]) -> Iterator[Ask]:
        """Yield what is asked, with the key of one program after the other."""
        for path, _ in asks:
            yield path, {"Authorization": f"Bearer {next(self.secrets)}"}

    def one(self, pattern: str) -> Iterator[Ask]:
        """Yield the address of one report after the other."""
        return (
            (pattern.replace("*", reference), {}) for reference in itertools.cycle(self.references)
        )

    def send(self, port: int) -> bool:
        """Send a request as a program does."""
        n, (*_, lat, lon, _usrn, _ward) = next(self.numbers), next(self.spots)
        fields = {
            "api_key": next(self.secrets),
            "service_code": SLUG,
            "lat": f"{lat:.5f}",
            "long": f"{lon:.5f}",
            "attribute[surface]": "furniture",
            "attribute[offensive]": "no",
            "description": f"On the back of the bench, number {n}.",
            "email": "ann@resident.example",
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        path = "/open311/v2/requests.json"
        return Visitor(port).ask("POST", path, urlencode(fields), **kind)[0] == 201

    def asks(self) -> dict[str, Iterator[Ask]]:
        """Return the look-ups by their names."""
        plain = lambda path: itertools.repeat((path, {}))  # noqa: E731 - one line says it
        return {
            SIMILAR: ((f"{form}/similar", {"Cookie": c}) for form, c in self.drafts),
            "/reports, open": plain("/reports"),
            "/reports, open, page 100": plain("/reports?page=100"),
            "/reports, all": plain("/reports?state="),
            DEEP: plain("/reports?state=&page=400"),
            "/reports, fixed": plain("/reports?state=fixed"),
            "/reports, closed, not fixed": plain("/reports?state=closed"),
            "/reports, open, one ward": self.at("/reports?ward=WARD"),
            "/reports, all, one ward": self.at("/reports?state=&ward=WARD"),
            "/reports, open, one street": self.at("/reports?street=USRN"),
            "/reports, all, one street": self.at("/reports?state=&street=USRN"),
            "one report": self.one("/reports/*"),
            "RSS, the latest 50": plain("/reports.rss"),
            "RSS, one street": self.at("/reports.rss?state=&street=USRN"),
            "JSON, the latest 300": plain("/reports.json"),
            QUERY: self.week(),
            KEYED: self.keyed(self.week()),
            "Open311: one request": self.one("/open311/v2/requests/*.xml"),
            ONE_KEYED: self.keyed(self.one("/open311/v2/requests/*.xml")),
        }


def _asked(port: int, lat: float, lon: float) -> tuple[str, str]:
    """Say where it is, by a place where there is an open one; return the form of who is asked if it is that, and the cookies."""
    visitor, base = Visitor(port), f"/services/{SLUG}"
    visitor.open(base, "start")
    first = visitor.send(f"{base}/begin")
    visitor.open(first)
    base = first.rpartition("/")[0]
    there = visitor.send(f"{base}/where", where=f"at:{lat:.5f},{lon:.5f}")
    if not there.endswith("/similar"):
        raise SystemExit(f"Nothing is found near {lat}, {lon}: {there}")
    return base, "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())


def looks(port: int, asks: Iterator[Ask]) -> Iterator[Act]:
    """Yield look-ups over kept connections; after some, a client is another person."""
    kept = threading.local()

    def look(path: str, headers: dict[str, str]) -> bool:
        kept.count = getattr(kept, "count", 0) + 1
        if kept.count % OF_ONE == 1:
            kept.visitor = Visitor(port)
        kept.visitor.cookies.clear()
        return bool(kept.visitor.ask("GET", path, **headers)[0] == 200)

    for path, headers in asks:
        yield partial(look, path, headers)


def figures(sites: list[Site], seconds: float) -> list[Figure]:
    """Measure them all."""
    places = Places(sites[0].port)
    measure, alone = Measure(sites, seconds), Measure(sites, seconds, clients=1)
    found = [alone(NEAR, lambda _port: itertools.repeat(places.near))]
    for name, asks in places.asks().items():
        found.append(measure(name, partial(looks, asks=asks)))
    return [*found, measure(SEND, lambda port: itertools.repeat(partial(places.send, port)))]


def count() -> dict[str, float]:
    """Return the statements of each, without the worker's."""
    with running(worker=False, env=statements.LOGGED) as site:
        places = Places(site.port)
        found = {NEAR: 1.0}
        for name, asks in places.asks().items():
            acts = looks(site.port, asks)
            found[name] = statements.of_act(lambda acts=acts: next(acts)())  # type: ignore[misc]
        found[SEND] = statements.of_act(partial(places.send, site.port))
    return found
