"""Whitespace's stand-in on loopback, with a home that has two bins, one of them of an odd kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from standins.whitespace.app import Home, StandIn
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
        yield app
