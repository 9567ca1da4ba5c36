"""Finds people, homes and cases by what a caller says: one list for the box of the frame and for its page.

What was typed is looked for and forgotten: it stands in no address, no log and no table.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from doorstep.cases import queries as cases
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council.queries import ZONE
from doorstep.customers import finding as people
from doorstep.customers import matching
from doorstep.places import finding as places
from doorstep.places.models import Property
from doorstep.staff.who import Staff
from doorstep.text import copied
from doorstep.web.kit import times
from doorstep.web.kit.opening import staff_of

# Of each kind in the box; of people and cases, and of homes, on the page.
SHOWN, MOST, HOMES = 8, 50, 30
# Which sentence says what of the text was let go, or how it is to be typed.
Said = Literal["", "names", "spelling", "number", "email"]


@dataclass(frozen=True)
class Row:
    """One that was found: where it leads, what it is called, what tells it apart, what is open of it now."""

    kind: Literal["person", "home", "case"]
    href: str
    title: str
    where: str
    open_now: str = ""
    is_late: bool = False
    # "care" or "warning", where a note says so.
    care: str = ""


@dataclass(frozen=True)
class Found:
    """What a text may mean, by kind; what of it had to be let go; and the one page that it can only mean."""

    people: list[Row] = field(default_factory=list)
    homes: list[Row] = field(default_factory=list)
    cases: list[Row] = field(default_factory=list)
    said: Said = ""
    more_people: bool = False
    more_homes: bool = False
    more_cases: bool = False
    only: str = ""

    @property
    def total(self) -> int:
        """Return how many were found."""
        return len(self.people) + len(self.homes) + len(self.cases)

    @property
    def has_more(self) -> bool:
        """Say whether more were found than are shown."""
        return self.more_people or self.more_homes or self.more_cases


def find(request: HttpRequest, text: str, now: datetime, *, whole: int = MOST) -> Found:
    """Return what a text may mean of what the member of staff who asks may see; of the first people, what is open too (`whole`)."""
    who = staff_of(request)
    text = " ".join(text[:120].split())
    if not text:
        return Found()
    homes = _homes(text) if who.may("homes.see") else places.NONE
    found = _people(who, text, homes, now) if who.may("customer.see") else []
    theirs = _open_of(who, found[:whole], now) if who.may("desk.see") else []
    named = _by_reference(request, text, now) if who.may("desk.see") else []
    ids = [home.uprn for home in homes.rows]
    there = cases.open_at(ids, who, now) if ids and who.may("desk.see") else []
    rows_of_homes = [_home(home, there, now) for home in homes.rows]
    each = list(dict.fromkeys([*named, *theirs, *there]))
    rows = [_case(case, now) for case in each[:MOST]]
    only = ""
    if len(named) == 1 and copied.reference(text) == named[0].reference:
        only = rows[0].href
    elif len(ids) == 1 and text.replace(" ", "") == str(ids[0]):
        only = rows_of_homes[0].href
    return Found(
        [_person(one, theirs, now) for one in found[:MOST]],
        rows_of_homes,
        rows,
        _said(text, found, homes),
        len(found) > MOST,
        homes.has_more,
        len(each) > MOST,
        only,
    )


def _homes(text: str) -> places.Homes:
    """Return the homes that a text may mean; a letter O in its postcode may be a zero."""
    homes = places.find(text, HOMES)
    meant = "" if homes.rows or "@" in text else re.sub(r"(?<=\d)O", "0", copied.postcode(text))
    if meant and meant.replace(" ", "") not in text.replace(" ", "").upper():
        return places.find(meant, HOMES)
    return homes


def _said(text: str, found: list[people.Found], homes: places.Homes) -> Said:
    """Return what is to be said: of people, where some are shown, else of streets."""
    if found:
        return "names" if all(one.is_like for one in found) else ""
    return "email" if "@" in text else homes.let_go


def _people(who: Staff, text: str, homes: places.Homes, now: datetime) -> list[people.Found]:
    """Return the people that a text may mean, and one more than are shown where there are more."""
    # Whoever asked for something a moment ago is found already.
    matching.match_lately(now)
    # What has a figure and is some home's is seldom a name.
    is_a_home = bool(homes.rows) and re.search(r"\d", text) is not None
    may = who.may("customer.restricted")
    return people.find(text, restricted=may, limit=MOST + 1, is_a_home=is_a_home)


def _open_of(who: Staff, found: list[people.Found], now: datetime) -> list[Case]:
    """Return what is open for people, as far as who looks may see it; nothing of restricted ones."""
    ids = [one.person.pk for one in found if not one.person.restricted]
    return cases.open_of(ids, who, now) if ids else []


def _person(one: people.Found, open_cases: Iterable[Case], now: datetime) -> Row:
    person = one.person
    href = reverse("customer", kwargs={"number": person.pk})
    if person.restricted:  # nothing of it, until a reason is given
        return Row("person", href, person.name, _("Restricted: opened with a reason"))
    words, is_late = _open([case for case in open_cases if is_of(case, person.pk)], now)
    title = person.name or _("No name given")
    where = person.home.address if person.home else one.reached
    return Row("person", href, title, where, words, is_late, one.care)


def is_of(case: Case, number: int) -> bool:
    """Say whether a case is a person's, or of a record that stands behind theirs."""
    record = case.customer.person if case.customer else None
    return record is not None and number in (record.pk, record.same_as_id)


def _by_reference(request: HttpRequest, text: str, now: datetime) -> list[Case]:
    """Return the cases with this reference, however it is typed, or of which it is the end."""
    return list(cases.by_reference_or_end(text, staff_of(request), now)[:SHOWN])


def _home(home: Property, open_cases: Iterable[Case], now: datetime) -> Row:
    here = [case for case in open_cases if case.place_id == home.uprn]
    words, is_late = _open(here, now)
    where = f"{home.street.locality}, {home.postcode}"
    href = reverse("desk_home", kwargs={"uprn": home.uprn})
    return Row("home", href, home.line, where, words, is_late)


def _open(here: list[Case], now: datetime) -> tuple[str, bool]:
    """Return in words how many cases are open and how the soonest of them stands, and whether that is late."""
    if not here:
        return "", False
    count = ngettext("%(num)s open", "%(num)s open", len(here)) % {"num": len(here)}
    due, is_late = _due(min((case.due_on for case in here if case.due_on), default=None), now)
    return ", ".join(filter(None, (count, due))), is_late


def _due(day: date | None, now: datetime) -> tuple[str, bool]:
    """Return by when something is due, such as "due today", or for how long it has been over, and whether it is."""
    words = times.due(day, now)
    is_late = day is not None and day < now.astimezone(ZONE).date()
    return words if is_late or not words else _("due %(when)s") % {"when": words}, is_late


def _case(case: Case, now: datetime) -> Row:
    service = catalogue.service(case.version_id)
    stage = service.workflow.stages[case.stage].label
    href = reverse("desk_case", kwargs={"reference": case.reference})
    where = ", ".join(filter(None, (case.reference, case.at)))
    due, is_late = _due(None if case.is_closed else case.due_on, now)
    return Row(
        "case", href, service.about.title, where, ", ".join(filter(None, (stage, due))), is_late
    )
