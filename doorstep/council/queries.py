"""Reads this council's own data from its folder."""

from collections.abc import Callable
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, cast
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    BeforeValidator,
    Field,
)

from doorstep.council.closures import OneOrMoreDays
from doorstep.council.front import Address, Brand, Drawing, Front, Notice, Part
from doorstep.council.offices import Office
from doorstep.council.sign_in import SignIn
from doorstep.council.spoken import Words, _read
from doorstep.council.spoken import folder as folder
from doorstep.council.spoken import home as home
from doorstep.council.spoken import language as language
from doorstep.council.spoken import languages as languages
from doorstep.council.spoken import own_language as own_language
from doorstep.council.spoken import pick as pick
from doorstep.council.spoken import speaking as speaking

ZONE = ZoneInfo("Europe/London")


class Contact(Part):
    """How to reach a person; hours are words a resident reads."""

    telephone: str
    hours: Words
    email: str
    counter: Words
    post: Words


class Accessibility(Part):
    """What the accessibility statement must name (PSBAR 2018)."""

    prepared: date
    reviewed: date
    known_problems: tuple[Words, ...] = ()


class CrewList(Part):
    """A crew's list of work: its name, the team it is of, and the wards it covers (none: all that no other does)."""

    name: str
    team: str = ""
    wards: tuple[str, ...] = ()


def _as_list(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class Subject(Part):
    """Something that another authority is asked for: its title, the words people use, its own page."""

    title: Words
    keywords: tuple[Words, ...]
    address: str = ""


Days = Annotated[int, Field(ge=1, le=365)]


class Patience(Part):
    """For how many days something may wait on another authority before an officer is told.

    `taken`: not taken by them; `number`: under a token, without an id; `contact`: they cannot be asked at
    all; `news`: nothing new is heard of it.
    """

    taken: Days = 3
    number: Days = 2
    contact: Days = 1
    news: Days = 28


class Open311(Part):
    """Where another authority takes reports by Open311 GeoReport v2, and its codes for our services."""

    address: str
    jurisdiction: str = ""
    services: dict[str, str] = {}
    # Statuses of its own, and what each means here.
    statuses: dict[str, Literal["open", "started", "fixed", "closed", "not_theirs"]] = {}
    patience_days: Patience = Patience()


class Page(Part):
    """A page that is no service, proposed to who writes such words on the first page."""

    title: Words
    say: Words = ""
    address: Address
    keywords: tuple[Words, ...]


class Authority(Part):
    """Another authority: its name, where and how it is reached, and what it is asked for."""

    name: Words
    address: str
    telephone: str = ""
    takes: tuple[Subject, ...] = ()
    open311: Open311 | None = None


class Texts(Part):
    """Text messages: between these hours (Europe/London) none leaves."""

    quiet_from: time = time(21)
    quiet_until: time = time(8)


class ChannelCost(Part):
    """What one contact by a channel costs from a day on, in pence, and who found that out."""

    pence: Annotated[int, Field(ge=0)]
    since: Annotated[date, Field(alias="from")]
    source: str = ""


Costed = Literal["online", "telephone", "face to face", "e-mail", "post"]
_SOCITM, _PWC = "SOCITM 2012", "PwC 2009"


def _costs() -> dict[Costed, tuple[ChannelCost, ...]]:
    """Return what contacts cost where a council says nothing: public figures; of an e-mail nobody gives one."""
    found: tuple[tuple[Costed, int, str, date], ...] = (
        ("face to face", 862, _SOCITM, date(2012, 1, 1)),
        ("telephone", 283, _SOCITM, date(2012, 1, 1)),
        ("online", 15, _SOCITM, date(2012, 1, 1)),
        ("post", 1210, _PWC, date(2009, 1, 1)),
    )
    return {
        channel: (ChannelCost.model_validate({"pence": p, "from": day, "source": source}),)
        for channel, p, source, day in found
    }


class Emergency(Part):
    """What to do when someone is in danger now: the words that sound so, in any language, and who is rung."""

    telephone: str = "999"
    say: Words = ""
    words: tuple[str, ...] = ()


class Council(Part):
    """One council: everything that differs between councils and is not a service's setting."""

    name: Words
    short_name: Words
    # The languages residents may choose, each in its own name; the first is the council's own.
    languages: dict[str, str] = {"en": "English"}
    demo: bool = False
    brand: Brand
    contact: Contact
    # The team that takes what is no other's.
    team: str = "Customer Services"
    data_protection_officer: str
    # Where a weakness is told to us, as `mailto:` or `https:` (security.txt); empty: by the page of contacts.
    security: Annotated[str, Field(pattern=r"^(mailto:|https:)\S+$|^$")] = ""
    accessibility: Accessibility
    works_on_bank_holidays: bool
    keep_logs_days: int = 730
    # Refunds of more pence than this wait for an officer.
    refund_limit: int = 5000
    # A service with fewer examples than this is told so (`services play`).
    fewest_examples: Annotated[int, Field(ge=0)] = 5
    # Charges of more pence than this are waived by two people.
    waive_limit: int = 5000
    # Counters at which cash, cheques and cards are taken; none: they are not.
    counters: tuple[Words, ...] = ()
    # Where people may come by; none: there is no page of them.
    offices: tuple[Office, ...] = ()
    # The team that gives back by hand what was taken at a counter.
    finance: str = "Finance"
    # Days on which nothing is collected whatever the day of the week, beside bank holidays.
    no_collection_days: tuple[date, ...] = ()
    # Further days on which nobody works: a day, or `{first: …, last: …, why: …}`.
    closed_days: tuple[OneOrMoreDays, ...] = ()
    containers: dict[str, Words]
    # What residents call what a round collects, by the rounds' word for it.
    streams: dict[str, Words] = {}
    # How containers, and what the first page shows, are drawn; a container that is not here is drawn grey.
    drawn: dict[str, Drawing] = {}
    front: Front = Front()
    notices: tuple[Notice, ...] = ()
    # Until when on its day a collection may still come (Europe/London); after that it is over, unless its round is late.
    collect_until: time | None = None
    # When containers are to be out, in words a resident reads.
    put_out: Words = ""
    log_reasons: dict[str, Words]
    # Lists of work that belong to no round, such as deliveries, by their codes.
    crew_lists: dict[str, Annotated[CrewList, BeforeValidator(_as_list)]] = {}
    # A place within so many metres of the district's boundary is said to be near it.
    near_boundary: int = 200
    # Other authorities by code: rules and services name them, residents are led to them.
    authorities: dict[str, Authority] = {}
    # Names by which programs that speak Open311 may call this council (`jurisdiction_id`), beside the site's host.
    jurisdictions: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    emergency: Emergency = Emergency()
    # What a carrier of messages calls the frame of ours: by channel ("email", "text"), or one message of it ("email.received").
    messages: dict[str, str] = {}
    # What a contact costs by channel, each price from a day on; a channel that is not here has none.
    channel_costs: Annotated[dict[Costed, tuple[ChannelCost, ...]], Field(default_factory=_costs)]
    # Where people may be told by text message.
    texts: Texts | None = None
    # What the council's own sign-in gives here.
    sign_in: SignIn = SignIn()
    services: tuple[str, ...]
    # The service that takes what fits no other.
    anything: str = ""
    working_days: Literal["monday-friday"] = "monday-friday"


@cache
def _council(folder: Path, language: str) -> Council:
    return Council.model_validate(_read(folder))


def current() -> Council:
    """Return this deployment's council, in the language spoken now; raises pydantic's ValidationError."""
    return _council(folder(), language())


@cache
def _bank_holidays(folder: Path) -> dict[date, object]:
    """Return each bank holiday with what it is called; "" where the list does not say."""
    listed = yaml.safe_load((folder / "bank-holidays.yaml").read_text())
    return {day: listed.get("names", {}).get(day, "") for day in listed["days"]}


def bank_holiday(day: date) -> str | None:
    """Return what a bank holiday is called in the language spoken now, "" where nobody says; nothing of any other day."""
    name = _bank_holidays(folder()).get(day)
    return None if name is None else cast(str, pick(name))


def closed_test(council: Council) -> Callable[[date], bool]:
    """Return the test whether this council does not work on a day, whatever the day of the week: every list it has.

    Bank holidays where it does not work on them, `no_collection_days`, `closed_days`.
    """
    closed = set(council.no_collection_days)
    if not council.works_on_bank_holidays:
        closed |= _bank_holidays(folder()).keys()
    spans = [(closure.first, closure.last) for closure in council.closed_days]
    return lambda day: day in closed or any(first <= day <= last for first, last in spans)


def working_day_test(council: Council) -> Callable[[date], bool]:
    """Return the test whether this council works on a day: its crews, deadlines, tasks and bookings alike."""
    is_closed = closed_test(council)
    return lambda day: day.weekday() < 5 and not is_closed(day)


def closed_why(council: Council, day: date) -> str:
    """Return what this council says of a day among its `closed_days`, or nothing."""
    return next((c.why for c in council.closed_days if c.first <= day <= c.last and c.why), "")


def notices_on(day: date) -> list[Notice]:
    """Return what this council says to everybody on a day."""
    return [notice for notice in current().notices if notice.first <= day <= notice.last]
