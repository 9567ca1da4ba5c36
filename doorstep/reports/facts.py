"""What the room can observe: open reports near a place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from doorstep.catalogue.words import say
from doorstep.forms.facts import Fact, Observed, offer
from doorstep.forms.questions.location import LOCATION
from doorstep.forms.rules.types import DAY, INT, TEXT, ListOf, Record
from doorstep.reports import queries

NEAR = Record("report near", {"id": TEXT, "label": TEXT, "metres": INT, "day": DAY})


def near(slug: str, where: Mapping[str, Any], metres: int, days: int, now: datetime) -> Observed:
    """Observe the open reports of a service within so many metres and days of a place, the nearest first."""
    near_reports = queries.near(
        slug=slug,
        easting=where["easting"],
        northing=where["northing"],
        metres=metres,
        days=max(0, min(days, 36_500)),  # a century, whatever number somebody typed
        now=now,
    )
    return Observed([_row(one) for one in near_reports], now)


def _row(one: queries.Near) -> dict[str, object]:
    report = one.report
    day = queries.day_of(report.opened_at)
    words = {"what": report.title, "where": report.where, "day": say(day), "n": one.metres}
    return {
        "id": report.reference,
        "label": _("%(what)s, %(where)s, about %(n)s metres away, reported %(day)s") % words,
        "metres": one.metres,
        "day": day,
        "lat": report.latitude,
        "lon": report.longitude,
        "photo": report.photos[0] if report.photos else "",
    }


def register() -> None:
    """Offer `reports.near(service, where, metres, days)`."""
    params = (("service", TEXT), ("where", LOCATION), ("metres", INT), ("days", INT))
    offer(Fact("reports.near", params, ListOf(NEAR), "local", near))
