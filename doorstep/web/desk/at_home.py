"""What the page of a home says: where the round is now, its containers, what is open here and in the street, who is known."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest

from doorstep.cases import queries as cases
from doorstep.cases import workflow
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.customers import finding as people
from doorstep.fieldwork import queries as fieldwork
from doorstep.fieldwork.models import Outcome
from doorstep.places.models import Property
from doorstep.staff import queries as staff
from doorstep.waste import calendar, lifts
from doorstep.waste import queries as waste
from doorstep.waste.calendar import BoxDays
from doorstep.waste.lifts import Lift
from doorstep.web.form.session import asks_address
from doorstep.web.kit.opening import SEE, may, staff_of

HALF_A_YEAR, AHEAD = timedelta(weeks=26), timedelta(weeks=8)
# Closed cases, and open ones of the street, on the page; all closed ones stand behind a link.
FEW, ALL = 5, 200


@dataclass(frozen=True)
class CaseLine:
    """A case in a list: what it is about, where it stands, and whether it is late."""

    case: Case
    service: str
    stage: str
    is_late: bool


@dataclass(frozen=True)
class Today:
    """What is collected here today by one round: the kinds of container, how far the round is, what was told of it."""

    code: str
    kinds: tuple[str, ...]
    now: waste.RoundNow
    delay: calendar.Delay | None


@dataclass(frozen=True)
class Row:
    """A container with its next and last collection, and what the crew left recorded of the last."""

    box: BoxDays
    lift: Lift | None
    recorded: tuple[Outcome, ...]
    # Something was recorded that this person may not read: nobody says that nothing was.
    has_more: bool


@dataclass(frozen=True)
class Begin:
    """A service that can be begun for this home, and the cases of it that are open here."""

    service: Service
    open: tuple[CaseLine, ...]


def lifts_of(request: HttpRequest, uprn: int, today: date) -> list[Lift]:
    """Return half a year of collections, without what was recorded of a case that this person may not see."""
    whole = lifts.lifts_at(uprn, today - HALF_A_YEAR, today)
    return [_as_seen(request, lift) for lift in whole]


def _as_seen(request: HttpRequest, lift: Lift) -> Lift:
    return replace(lift, recorded=[o for o in lift.recorded if _may_read(request, o)])


def _may_read(request: HttpRequest, outcome: Outcome) -> bool:
    return outcome.job is None or may(request, SEE, outcome.job.case)


def collections(request: HttpRequest, home: Property, now: datetime) -> dict[str, Any]:
    """Return the rounds of today, and each container with its next and last collection."""
    today = now.astimezone(ZONE).date()
    boxes = calendar.collections_at(home.uprn, today - HALF_A_YEAR, today + AHEAD, now)
    boxes.sort(key=lambda box: box.next.day if box.next else date.max)
    whole = lifts.lifts_at(home.uprn, today - HALF_A_YEAR, today)
    due = [_as_seen(request, lift) for lift in whole]
    now_due = _today(boxes, [lift for lift in due if lift.day == today], home, today)
    coming = [box.next.day for box in boxes if box.next]
    return {
        "rows": [_row(box, due, whole) for box in boxes],
        "rounds": now_due,
        # Due on a day before, and still to come.
        "late": [
            (d, of) for d, of in calendar.delays(boxes) if d not in [r.delay for r in now_due]
        ],
        "lifts": len(due),
        "next_day": min(coming, default=None),
        "next_kinds": [b.kind for b in boxes if b.next and b.next.day == min(coming)],
    }


def _row(box: BoxDays, due: list[Lift], whole: list[Lift]) -> Row:
    last = box.last.day if box.last else None
    those = (
        (lift, known)
        for lift, known in zip(due, whole, strict=True)
        if lift.day == last and lift.container.kind == box.kind
    )
    lift, known = next(those, (None, None))
    recorded = tuple(o for o in lift.recorded if not o.superseded_by_id) if lift else ()
    has_more = bool(lift and known and len(lift.recorded) < len(known.recorded))
    return Row(box, lift, recorded, has_more)


def _today(boxes: list[BoxDays], due: list[Lift], home: Property, today: date) -> list[Today]:
    kinds: dict[str, list[str]] = {}
    for lift in due:
        kinds.setdefault(lift.code, []).append(lift.container.kind)
    if not kinds:
        return []
    days = {lift.code: lift.round for lift in due}
    far = waste.rounds_now(days, home.street_id, today)
    late = {box.kind: box.delay for box in boxes if box.delay}
    rounds = [
        Today(code, tuple(of), far[code], next((late[kind] for kind in of if kind in late), None))
        for code, of in kinds.items()
    ]
    return sorted(rounds, key=lambda one: one.now.seen_at is None)


def asked_for(request: HttpRequest, home: Property, now: datetime) -> dict[str, Any]:
    """Return the cases here and in the street, as far as who looks may see them."""
    who, today = staff_of(request), now.astimezone(ZONE).date()
    if not who.may(SEE):
        return {}
    every = "all" in request.GET
    closed = cases.closed_at(home.uprn, who, now)
    shown = list(closed[: ALL if every else FEW + 1])
    has_more = len(shown) > FEW and not every
    in_street = cases.open_in_street(home.street_id, home.uprn, who, now)
    line: Callable[[Case], CaseLine] = lambda case: _line(case, today)  # noqa: E731
    return {
        "open_here": [line(case) for case in cases.open_at([home.uprn], who, now)],
        "in_street": [line(case) for case in in_street[:8]],
        "more_in_street": len(in_street) > 8,
        "closed_here": [line(case) for case in (shown[:FEW] if has_more else shown)],
        "closed_count": closed.order_by().count() if has_more else 0,
    }


def beside(request: HttpRequest, home: Property, now: datetime) -> dict[str, Any]:
    """Return what an adviser sees of a home beside a form: the rounds of today, the containers, what is open here."""
    who, today = staff_of(request), now.astimezone(ZONE).date()
    here = council.current()
    told: dict[str, Any] = {"now": now, "names": here.containers, "reasons": here.log_reasons}
    if who.may("homes.see"):
        told |= collections(request, home, now)
    if who.may(SEE):
        told["open_here"] = [_line(case, today) for case in cases.open_at([home.uprn], who, now)]
    return told


def _line(case: Case, today: date) -> CaseLine:
    service = catalogue.service(case.version_id).about.title
    is_late = bool(case.due_on and case.due_on < today and not case.is_closed)
    return CaseLine(case, service, workflow.stage_of(case).label, is_late)


def to_begin(request: HttpRequest, open_here: list[CaseLine]) -> dict[str, Any]:
    """Return what can be begun for whoever calls: services that begin with an address, each with what is open, and the others."""
    if not staff_of(request).may("desk.send"):
        return {}
    running = catalogue.in_councils_order(catalogue.running())
    here = [
        Begin(s, tuple(line for line in open_here if line.case.slug == s.slug))
        for s in running
        if asks_address(s)
    ]
    others = [s for s in running if not asks_address(s)]
    return {"begin_here": here, "begin_others": others, "channels": ADVISER_CHANNELS}


def around(request: HttpRequest, home: Property, now: datetime) -> dict[str, Any]:
    """Return who is known here, what crews are told first, and, for who watches over that, who opened this page."""
    who = staff_of(request)
    point, today = (home.easting, home.northing), now.astimezone(ZONE).date()
    restricted = who.may("customer.restricted")
    return {
        "people": people.at_home(home.uprn, restricted=restricted)
        if who.may("customer.see")
        else None,
        "cautions": fieldwork.cautions_at(point, fieldwork.cautions(today)),
        "may_warn": who.may("desk.decide"),
        "looks": staff.of_many("home", [str(home.uprn)]) if who.may("case.restricted") else [],
    }
