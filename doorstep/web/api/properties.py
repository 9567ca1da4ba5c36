"""Operations on properties: find them by postcode, read their bin days."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.params import functions as params

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.places import queries as places
from doorstep.waste.calendar import BoxDays, collections_at
from doorstep.web.api.access import FINDERS, READERS
from doorstep.web.api.problems import Problem, answers
from doorstep.web.api.shapes import Collections, PropertyList
from doorstep.web.kit import their_homes

router = Router(tags=["Properties"])
AHEAD = timedelta(days=56)


@router.get(
    "/properties",
    auth=FINDERS,
    response=PropertyList,
    operation_id="properties",
    openapi_extra=answers(400, 429),
)
def properties(
    request: HttpRequest, postcode: Annotated[str, params.Query(max_length=20)]
) -> dict[str, Any]:
    """List the properties at a postcode."""
    try:
        homes = places.at_postcode(places.tidy_postcode(postcode))
    except Refused as exc:
        raise Problem(400, exc.code) from exc
    return {"properties": [{"uprn": str(p.uprn), "address": p.address} for p in homes]}


@router.get(
    "/properties/{int:uprn}/collections",
    auth=READERS,
    response=Collections,
    operation_id="collections",
    openapi_extra=answers(404, 429, 503),
)
def collections(request: HttpRequest, uprn: int) -> dict[str, Any]:
    """Return a home's bin days of the next eight weeks, failing that the next, with delays and suspensions."""
    home = places.find(str(uprn))
    if home is None:
        raise Problem(404, "no_such_property")
    now = timezone.now()
    today = now.astimezone(council.ZONE).date()
    if their_homes.bring(request, uprn, now):
        raise Problem(503, "waste_system_away")
    boxes = collections_at(uprn, today, today + AHEAD, now)
    return {"uprn": str(uprn), "containers": [_container(box) for box in boxes]}


def _container(box: BoxDays) -> dict[str, Any]:
    names = council.current().containers
    return {
        "id": str(box.id),
        "kind": box.kind,
        "name": names.get(box.kind, box.kind),
        "collections": box.days or [day for day in (box.later,) if day],
        "delay": box.delay,
        "suspensions": box.suspensions,
    }
