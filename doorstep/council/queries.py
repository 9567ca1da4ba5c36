"""Reads this council's own data from its folder."""

import os
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict

ZONE = ZoneInfo("Europe/London")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Brand(_Part):
    """How the council's pages look: colours as CSS colours, font as a CSS family list."""

    colour: str
    link: str
    font: str
    wordmark: str


class Contact(_Part):
    """How to reach a person; hours are words a resident reads."""

    telephone: str
    hours: str
    email: str
    counter: str
    post: str


class Accessibility(_Part):
    """What the accessibility statement must name (PSBAR 2018)."""

    prepared: date
    reviewed: date
    known_problems: tuple[str, ...] = ()


class Council(_Part):
    """One council: everything that differs between councils and is not a service's setting."""

    name: str
    short_name: str
    demo: bool = False
    brand: Brand
    contact: Contact
    data_protection_officer: str
    accessibility: Accessibility
    works_on_bank_holidays: bool
    keep_logs_days: int = 730
    no_collection_days: tuple[date, ...] = ()
    containers: dict[str, str]
    log_reasons: dict[str, str]
    # Lists of work that belong to no round, such as deliveries, by their codes.
    crew_lists: dict[str, str] = {}
    services: tuple[str, ...]
    working_days: Literal["monday-friday"] = "monday-friday"


def home() -> Path:
    """Return the folder that holds `services/` and `councils/` (DOORSTEP_HOME, else the checkout)."""
    return Path(os.environ.get("DOORSTEP_HOME") or Path(__file__).resolve().parents[2])


def folder() -> Path:
    """Return this council's own folder."""
    return home() / "councils" / os.environ.get("DOORSTEP_COUNCIL", "demo")


@cache
def current() -> Council:
    """Return this deployment's council; raises pydantic's ValidationError on a mistake in it."""
    return Council.model_validate(yaml.safe_load((folder() / "council.yaml").read_text()))


@cache
def _bank_holidays() -> frozenset[date]:
    listed = yaml.safe_load((folder() / "bank-holidays.yaml").read_text())
    return frozenset(listed["days"])


def working_day_test(council: Council) -> Callable[[date], bool]:
    """Return the test whether this council works on a day (its crews and its promises alike)."""
    closed = set(council.no_collection_days)
    if not council.works_on_bank_holidays:
        closed |= _bank_holidays()
    return lambda day: day.weekday() < 5 and day not in closed
