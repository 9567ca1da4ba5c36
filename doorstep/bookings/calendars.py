"""Reads a council's calendars from a file: areas, weekdays and capacity are data."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import yaml
from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from doorstep.bookings.models import Calendar
from doorstep.cases.clock import clock_at
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.weekdays import WEEKDAYS, Weekday
from doorstep.forms.rules.errors import suggest
from doorstep.forms.rules.rule import Rule
from doorstep.places.models import Ward


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarFile(_Part):
    """One calendar: an area's room for one kind of work on its weekdays; no wards: everywhere."""

    code: str = Field(
        pattern=r"^[A-Z0-9-]{1,20}$", description="Its code in capitals, such as LARGE-NORTH."
    )
    name: str = Field(min_length=1, max_length=60, description="Its name for staff.")
    kind: str = Field(
        pattern=r"^[a-z-]{1,30}$",
        description="What it is for, in small letters; a service names it.",
    )
    wards: list[str] = Field([], description="Codes of the wards that it serves; none: everywhere.")
    weekdays: list[Weekday] = Field(
        min_length=1, description="Its weekdays, such as [monday, thursday]."
    )
    capacity: int = Field(ge=0, le=10_000, description="How much fits a day, in its unit.")
    unit: Literal["jobs", "items", "points"] = Field(
        description="What is counted; a service that says another is refused."
    )


class CalendarsFile(_Part):
    """All calendars of a council."""

    calendars: list[CalendarFile]


def differing(
    rules: Mapping[str, Rule], words: Mapping[str, object], using: steps.Using
) -> Iterator[steps.Said]:
    """Say which calendars of this council's file count another unit than a service that says its own."""
    path = council.folder() / "calendars.yaml"
    try:
        entries = _read(path) if path.exists() else []
    except (OSError, yaml.YAMLError, ValidationError):
        says = f"{path.name} of this council cannot be read; `doorstep calendars` says why"
        yield "calendars", says
        return
    yield from unknown(entries, using.fixed(rules["kind"]))
    if "unit" not in rules:
        said = "unit" in using.options.get("book", ())
        if not said and any(c.kind == using.fixed(rules["kind"]) for c in entries):
            says = "`book` says no `unit`; say what `load` counts, as calendars.yaml does: 'jobs', 'items' or 'points'"
            yield "calendar_unit", says
        return
    if not {name.split(".")[0] for r in ("kind", "unit") for name in rules[r].uses} <= {"settings"}:
        says = "where `book` says its `unit`, that and its `kind` rest on settings alone"
        yield "calendar_rule", says
        return
    yield from (("calendar_unit", says) for says in _unlike(entries, rules, using))


def _unlike(
    entries: list[CalendarFile], rules: Mapping[str, Rule], using: steps.Using
) -> Iterator[str]:
    values, clock = {"settings": using.settings}, clock_at(timezone.now())
    kind, unit = (rules[name].evaluate(values, clock) for name in ("kind", "unit"))
    for c in entries:
        # A setting that is wrong itself comes to nothing here; it is said elsewhere.
        if unit and c.kind == kind and c.unit != unit:
            yield (
                f"the calendar {c.code} counts {c.unit}, but the service {using.slug} counts {unit}:"
                f" make them agree, in calendars.yaml or in the service's settings"
            )


def unknown(entries: list[CalendarFile], kind: object) -> Iterator[tuple[str, str]]:
    """Say that no calendar of this council's file is of a kind, or that none of them has room for anything."""
    kinds = {c.kind for c in entries}
    if not entries or kind is None:
        return
    if kind not in kinds:
        near = suggest(str(kind), kinds)
        yield "no_such_calendar", f"no calendar in calendars.yaml is of the kind `{kind}`{near}"
    elif not any(c.capacity for c in entries if c.kind == kind):
        yield (
            "calendar_full",
            f"no calendar of the kind `{kind}` in calendars.yaml has room: `capacity` is 0",
        )


def _problems(entries: list[CalendarFile]) -> Iterator[str]:
    """Say what running services, by their settings as they are in force, count otherwise than these calendars."""
    today = timezone.now().astimezone(council.ZONE).date()
    for service in catalogue.running():
        stages = service.workflow.stages.values()
        doings = [*service.workflow.reserve, *(doing for stage in stages for doing in stage.do)]
        using = steps.Using(service.slug, catalogue.settings(service, today))
        for doing in doings:
            if doing.step == "book" and "unit" in doing.rules:
                yield from _unlike(entries, doing.rules, using)


def _read(path: Path) -> list[CalendarFile]:
    return CalendarsFile.model_validate(
        yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    ).calendars


def of_council() -> list[CalendarFile]:
    """Return the calendars of this council's file; none where there is none that can be read."""
    path = council.folder() / "calendars.yaml"
    try:
        return _read(path) if path.exists() else []
    except (OSError, yaml.YAMLError, ValidationError):
        return []  # `doorstep calendars` says why


@transaction.atomic
def load(path: Path) -> list[str]:
    """Bring the calendars to what a file says, and return their codes; one no longer there takes no more.

    Raises OSError, yaml.YAMLError, pydantic's ValidationError, Refused("wards_unknown"), Refused("units_differ").
    """
    entries = _read(path)
    ward_codes = {ward for c in entries for ward in c.wards}
    codes_known = set(Ward.objects.filter(code__in=ward_codes).values_list("code", flat=True))
    if ward_codes - codes_known:
        raise Refused("wards_unknown", wards=", ".join(sorted(ward_codes - codes_known)))
    if unlike := list(dict.fromkeys(_problems(entries))):
        raise Refused("units_differ", problems=unlike)
    codes = [c.code for c in entries]
    for c in entries:
        days = sorted(WEEKDAYS.index(day) for day in c.weekdays)
        fields = {**c.model_dump(exclude={"code", "weekdays"}), "weekdays": days, "active": True}
        Calendar.objects.update_or_create(code=c.code, defaults=fields)
    Calendar.objects.exclude(code__in=codes).update(active=False)
    return codes
