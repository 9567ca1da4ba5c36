"""Reads a council's calendars from a file: areas, weekdays and capacity are data."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field

from doorstep.bookings.models import Calendar
from doorstep.council.errors import Refused
from doorstep.council.weekdays import WEEKDAYS, Weekday
from doorstep.places.models import Ward


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarFile(_Part):
    """One calendar: an area's room for one kind of work on its weekdays; no wards: everywhere."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,20}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Annotated[str, Field(pattern=r"^[a-z-]{1,30}$")]
    wards: list[str] = []
    weekdays: Annotated[list[Weekday], Field(min_length=1)]
    capacity: Annotated[int, Field(ge=0, le=10_000)]
    unit: Literal["jobs", "items", "points"]


class CalendarsFile(_Part):
    """All calendars of a council."""

    calendars: list[CalendarFile]


@transaction.atomic
def load(path: Path) -> list[str]:
    """Bring the calendars to what a file says, and return their codes; one no longer there takes no more.

    Raises OSError, yaml.YAMLError, pydantic's ValidationError, Refused("wards_unknown").
    """
    entries = CalendarsFile.model_validate(yaml.safe_load(path.read_text())).calendars
    ward_codes = {ward for c in entries for ward in c.wards}
    codes_known = set(Ward.objects.filter(code__in=ward_codes).values_list("code", flat=True))
    if ward_codes - codes_known:
        raise Refused("wards_unknown", wards=", ".join(sorted(ward_codes - codes_known)))
    codes = [c.code for c in entries]
    for c in entries:
        days = sorted(WEEKDAYS.index(day) for day in c.weekdays)
        fields = {**c.model_dump(exclude={"code", "weekdays"}), "weekdays": days, "active": True}
        Calendar.objects.update_or_create(code=c.code, defaults=fields)
    Calendar.objects.exclude(code__in=codes).update(active=False)
    return codes
