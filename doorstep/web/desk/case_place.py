"""What the page of a case says of its place: what anyone may see, what is the same, what crews must know."""

from datetime import datetime
from typing import Any

from doorstep.cases.models import Case
from doorstep.cases.values import photos_of
from doorstep.catalogue.service import Service
from doorstep.council.queries import ZONE
from doorstep.fieldwork import queries as work
from doorstep.fieldwork.models import Caution
from doorstep.reports import queries as reports
from doorstep.reports.models import Report

# What an officer may find to be the same, in metres and days.
METRES, DAYS = 150, 120


def about(case: Case, service: Service, now: datetime) -> dict[str, Any]:
    """Return what is known of a case's place; nothing where it has none."""
    report = Report.objects.filter(case=case).first() if service.public else None
    context: dict[str, Any] = {
        "report": report,
        "joined_to": reports.joined_to(case) if service.public else None,
        "joined_by": reports.joined_by(case) if service.public else [],
    }
    if _spot(case) is None:
        return context
    context["cautions"] = cautions(case, now)
    context["may_warn"] = True
    if report is not None and service.public:
        answers = {q: case.answers.get(q) for q in service.public.photos}
        context["own_photos"] = photos_of(service, answers)
        context["alike"] = [one for one in _alike(case, now) if not context["joined_to"]]
    return context


def _spot(case: Case) -> tuple[int, int] | None:
    place = case.place
    east, north = (place.easting, place.northing) if place else (case.easting, case.northing)
    return None if east is None or north is None else (east, north)


def cautions(case: Case, now: datetime) -> list[Caution]:
    """Return what crews are told first at a case's place; nothing where it has none."""
    today = now.astimezone(ZONE).date()
    return work.cautions_at(_spot(case), work.cautions(today))


def _alike(case: Case, now: datetime) -> list[reports.Near]:
    if case.easting is None or case.northing is None or case.closed_at:
        return []
    at = {"easting": case.easting, "northing": case.northing}
    reports_near = reports.near(slug=case.slug, **at, metres=METRES, days=DAYS, now=now)
    return [one for one in reports_near if one.report.reference != case.reference]
