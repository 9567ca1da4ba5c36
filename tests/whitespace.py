"""Whitespace's stand-in on loopback, with a home that has two bins, one of them of an odd kind."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from standins.whitespace.app import Home, Sheet, StandIn, poke
from tests.serving import serving

USER, PASSWORD = "council", "pass & <word>"
UPRN, USRN = 10001228376, 27101234
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/London"))
REFUSE = {
    "SiteServiceID": "5001", "ServiceID": "289", "ServiceName": "Refuse Collection Service",
    "ServiceItemName": "RES-180", "ServiceItemDescription": "Black bin", "ItemQuantity": "1",
    "RoundSchedule": "RND-6 Wed Wk 2", "NextCollectionDate": "2026-12-02T00:00:00",
    "SiteServiceValidFrom": "2020-01-01T00:00:00", "SiteServiceValidTo": "0001-01-01T00:00:00",
}  # fmt: skip
FOOD = {
    "SiteServiceID": "5002", "ServiceID": "285", "ServiceName": "Food Waste Collection Service",
    "ServiceItemName": "FO-23", "ServiceItemDescription": "", "ItemQuantity": "",
    "RoundSchedule": "RND-8-9 Mon, RND-8-9 Wed", "NextCollectionDate": "25/11/2026 00:00:00",
    "SiteServiceValidFrom": "0001-01-01T00:00:00", "SiteServiceValidTo": "2027-03-31T00:00:00",
}  # fmt: skip


def home(*services: dict[str, Any]) -> Home:
    """Return the home with these services."""
    return Home(UPRN, USRN, [dict(s) for s in services])


@contextmanager
def whitespace(settings: Any) -> Iterator[StandIn]:
    """Run the stand-in and point the connector at it, until the block ends; it has the one home, with both bins."""
    app = StandIn(USER, PASSWORD, now=lambda: NOW)
    app.homes[UPRN] = home(REFUSE, FOOD)
    app.homes[UPRN].collections = [
        {"Date": date(2026, 12, 2), "Service": "Refuse Collection Service", "Round": "RND-6", "Schedule": "Wed Wk 2", "Day": "Wednesday"},
        {"Date": date(2026, 11, 25), "Service": "Food Waste Collection Service", "Round": "RND-8-9", "Schedule": "Wed", "Day": "Wednesday"},
    ]  # fmt: skip
    app.subjects = {"289": "Missed Collection Refuse", "78": "Bulky Removal Request"}
    app.slots["78"] = [
        {"id": "901", "day": date(2026, 12, 4), "free": 1},
        {"id": "902", "day": date(2026, 12, 5), "free": 0},
    ]
    with serving(app) as url:
        settings.WHITESPACE_URL = f"{url}/WSAPIService.svc"
        settings.WHITESPACE_USER, settings.WHITESPACE_PASSWORD = USER, PASSWORD
        app.url = f"{url}/"
        yield app


# A council whose book of rounds is there: what a district has here is moved there, and read back.
CODES = {"black-bin": ("RES-180", "289", "Missed Collection Refuse")}
CONNECTOR = "doorstep.connectors.whitespace.Whitespace"
SECRET = "a-secret-that-we-agreed-on"


@contextmanager
def plugged(settings: Any, app: StandIn) -> Iterator[None]:
    """Let the council's waste system be this stand-in, until the block ends."""
    from doorstep.outside import plug

    before = settings.CONNECTORS
    settings.CONNECTORS = {**before, "waste.backend": CONNECTOR}
    settings.WHITESPACE_SECRET = SECRET
    plug.get.cache_clear()
    try:
        yield
    finally:
        settings.CONNECTORS = before
        plug.get.cache_clear()


def move_book(app: StandIn, district: Any) -> None:
    """Move a district's containers, rounds and their days to the stand-in: here nothing of them is left."""
    from doorstep.fieldwork.models import DeviceEvent
    from doorstep.waste.models import Container, Round, RoundDay, StreetDay

    app.now = lambda: timezone.now().astimezone(ZoneInfo("Europe/London"))
    for box in Container.objects.select_related("place", "round").order_by("id"):
        item, service, subject = CODES[box.kind]
        at = district.due
        row = {
            "SiteServiceID": str(box.pk), "ServiceID": service, "ServiceName": "Refuse Collection Service",
            "ServiceItemName": item, "ServiceItemDescription": "Black bin", "ItemQuantity": "1",
            "RoundSchedule": f"RND-6 {at:%a} Wk 2", "SiteServiceValidFrom": "2020-01-01T00:00:00",
            "NextCollectionDate": f"{at + timedelta(days=14)}T00:00:00", "SiteServiceValidTo": "0001-01-01T00:00:00",
        }  # fmt: skip
        days = [at + timedelta(days=14 * n) for n in range(-3, 8)]
        collections = [
            {"Date": day, "Service": "Refuse Collection Service", "Round": "RND-6", "Schedule": f"{at:%a} Wk 2", "Day": f"{day:%A}"}
            for day in days
        ]  # fmt: skip
        there = app.homes.setdefault(box.place_id, Home(box.place_id, box.place.street_id))
        there.services.append(row)
        there.collections += collections
        app.subjects[service] = subject
    app.subjects["78"] = "Bulky Removal Request"
    for rows in (StreetDay, RoundDay, Container, Round, DeviceEvent):
        rows.objects.all().delete()


def done_in_cab(app: StandIn, district: Any, home: int) -> None:
    """Let the crew be through with a street on the day that was due."""
    at = datetime.combine(district.due, time(14), ZoneInfo("Europe/London"))
    app.log(home, "N/A", "RND-6", at, street=True)


def poked(client: Any, app: StandIn, number: str) -> Any:
    """Send what Whitespace sends where a worksheet changed."""
    return client.post(
        "/hooks/whitespace", poke(app.sheets[number], SECRET), content_type="text/xml"
    )


def slot(day: date) -> str:
    """Return the id that a day has there."""
    return f"9{day:%y%m%d}"


def give_days(app: StandIn, today: date, free: int) -> None:
    """Give each of forty days so many places for large items."""
    days = [today + timedelta(days=n) for n in range(1, 41)]
    app.slots["78"] = [{"id": slot(day), "day": day, "free": free} for day in days]


@contextmanager
def kept_there(settings: Any, district: Any) -> Iterator[StandIn]:
    """Keep a district's book, and the days for large items, in the waste system; each home is read once, as by night."""
    from doorstep.waste import mirror
    from doorstep.waste.models import Container

    with whitespace(settings) as app, plugged(settings, app):
        move_book(app, district)
        give_days(app, district.today, free=2)
        done_in_cab(app, district, district.boxes[0].place_id)
        mirror.walk(district.now)
        district.boxes = list(
            Container.objects.select_related("place__street", "place__ward", "round").order_by(
                "place__sort"
            )
        )
        yield app


def tell(app: StandIn, base: str) -> None:
    """Have a site told of each worksheet that ends, before whoever ended it has an answer."""

    def send(sheet: Sheet) -> None:
        request = urllib.request.Request(f"{base}/hooks/whitespace", poke(sheet, SECRET), {"Content-Type": "text/xml"})  # fmt: skip
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=10).close()

    app.on_end.append(send)


def in_cab(chromium: Any, app: StandIn, said: str) -> None:
    """Send what waits there, and let the crew say on its screen what came of the one open worksheet; then it is known here."""
    from doorstep.waste import sheets
    from tests.queue import run_queue

    sheets.look(timezone.now())
    run_queue()
    page = chromium.new_page()
    page.goto(app.url)
    page.click(f"button:has-text('{said}')")
    page.wait_for_selector(f"[role=status]:has-text('{said}')")
    page.close()
    run_queue()
