"""A week of progress, logs and cases, made through the actions, so that every outcome can be tried."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job, Outcome
from doorstep.intake import orders
from doorstep.places.models import Property
from doorstep.staff.actor import RESIDENT, Actor
from doorstep.waste import actions as waste
from doorstep.waste import queries
from doorstep.waste.models import (
    LONGEST_WEEKS,
    Container,
    MovedDay,
    Round,
    RoundDay,
    Suspension,
)

CREW = Actor("staff", "crew")
# Whose bins they are: made up.
FIRST_NAMES = ("Sam", "Priya", "Ewan", "Halina", "Tom", "Adaeze", "Bethan", "Yusuf", "Irene")
LAST_NAMES = ("Example", "Barker", "Mensah", "Rowley", "Nowak", "Patel", "Twells", "Fraser")
# Longer than the demo's rubbish rounds take to come again.
DAYS_BACK = 35


@dataclass(frozen=True)
class Example:
    """One address to try, and what the check should say there: the code of its stop, "" to go on."""

    outcome: str
    code: str
    postcode: str
    address: str
    container: str


def _event(*parts: object) -> UUID:
    return uuid5(NAMESPACE_URL, "demo:" + ":".join(map(str, parts)))


def at(day: date, hour: int) -> datetime:
    """Return an hour of a day as it is here."""
    return datetime.combine(day, time(hour), ZONE)


def progress(now: datetime) -> int:
    """Start and finish every round of the last seven days that has no progress yet; count them."""
    today, count = now.astimezone(ZONE).date(), 0
    for back in range(7, 0, -1):
        day = today - timedelta(days=back)
        if RoundDay.objects.filter(day=day, finished_at__isnull=False).exists():
            continue
        for r in queries.rounds_on(day):
            start, end = _event("start", r.code, day), _event("end", r.code, day)
            waste.start_round(event_id=start, round_code=r.code, day=day, by=CREW, now=at(day, 6))
            waste.finish_round(event_id=end, round_code=r.code, day=day, by=CREW, now=at(day, 15))
            count += 1
    return count


def moved() -> dict[date, date | None]:
    """Return where the days go on which this council does not collect: each to the day after it."""
    return {day: day + timedelta(days=1) for day in council.current().no_collection_days}


def holidays() -> None:
    """Move the days on which this council does not collect."""
    for day, to in moved().items():
        MovedDay.objects.get_or_create(day=day, defaults={"to": to})


class _Homes:
    """Hands out homes, by how long ago their rubbish round was due; each only once."""

    def __init__(self, now: datetime) -> None:
        self.today = now.astimezone(ZONE).date()
        # A round still delayed says only that; it is no example of anything else.
        late = RoundDay.objects.filter(delayed_until__gt=now - timedelta(days=7))
        bins = Container.objects.filter(round_id=OuterRef("code"), kind="black-bin")
        rounds = Round.objects.filter(Exists(bins), stream="refuse")
        rounds = rounds.exclude(code__in=late.values("round_id"))
        due: dict[str, date] = {}
        for back in range(DAYS_BACK):
            for r in queries.rounds_on(self.today - timedelta(days=back)):
                due.setdefault(r.code, self.today - timedelta(days=back))
        self.due = {r.code: due.get(r.code) for r in rounds.order_by("code")}
        self.taken: dict[str, int] = {}

    def round(self, oldest: int, newest: int) -> str | None:
        for code, day in self.due.items():
            if day and newest <= (self.today - day).days <= oldest:
                return code
        return None

    def take(self, code: str, kind: str = "black-bin") -> Container:
        """Return a container that nothing is known about, each time another."""
        skip = self.taken[code] = self.taken.get(code, 0) + 1
        since = self.today - timedelta(days=DAYS_BACK)
        outcomes = Outcome.objects.filter(crew_list=code, day__gte=since).values("about_key")
        jobs = Job.objects.filter(crew_list=code).values("about_key")
        keys = outcomes.union(jobs).values_list("about_key", flat=True)
        box_ids = [int(key) for key in keys if key]  # erased cases name none
        boxes = Container.objects.select_related("place__street", "round")
        boxes = boxes.filter(round_id=code, kind=kind).exclude(id__in=box_ids)
        return boxes.order_by("id")[skip * 3]


def _example(outcome: str, code: str, box: Container) -> Example:
    return Example(outcome, code, box.place.postcode, box.place.line, box.kind)


def _log(box: Container, reason: str, day: date) -> Example:
    event = _event("log", box.pk, day)
    waste.record_log(
        event_id=event,
        container_id=str(box.pk),
        reason=reason,
        note="",
        photo="",
        by=CREW,
        now=at(day, 10),
    )
    return _example(f"The crew recorded: {reason.replace('_', ' ')}", "logged", box)


def _case(box: Container, now: datetime) -> Case:
    service = catalogue.current("missed-bin")
    assert service
    owner = Owner("made", _event("visitor", box.pk, now.date()).hex)
    first = FIRST_NAMES[box.pk % len(FIRST_NAMES)]
    last = LAST_NAMES[box.pk // 7 % len(LAST_NAMES)]
    answers = {
        "property": str(box.place_id),
        "container": str(box.pk),
        "name": f"{first} {last}",
        "email": f"{first}.{last}@resident.example".lower(),
    }
    order = orders.Order(service, "telephone", answers)
    return orders.place(order, owner=owner, by=RESIDENT, now=now)


def finish(case: Case, code: str, now: datetime) -> None:
    """Have the crew say what came of a case's work."""
    job = Job.objects.get(case=case)
    event = _event("job", job.pk)
    fieldwork.finish_job(
        event_id=event, job_id=job.pk, code=code, note="", photo="", by=CREW, now=now
    )


def examples(now: datetime) -> list[Example]:
    """Set up one home for each outcome, as of today, and return them."""
    homes = _Homes(now)
    # The last working day's round, so that it can still be reported.
    recent = homes.round(3, 1)
    rows = _after(homes, recent, now) if recent else []
    today, old = homes.round(0, 0), homes.round(13, 7)
    if today:
        rows.append(_example("Still to come today (until 6pm)", "in_progress", homes.take(today)))
    if old:
        rows.append(_example("Too late", "too_late", homes.take(old)))
    delayed = _delayed(homes, {recent, today}, now)
    return rows + delayed + _suspended(homes) + _shared(homes, now)


def _after(homes: _Homes, code: str, now: datetime) -> list[Example]:
    """Make what can be known about homes on a round that was due a day or so ago."""
    day = homes.due[code]
    assert day
    rows = [
        _log(homes.take(code), reason, day)
        for reason in ("not_out", "contaminated", "overweight", "no_access")
    ]
    rows.append(_example("Nothing recorded: a crew is sent back", "", homes.take(code)))
    reported, done, back = homes.take(code), homes.take(code), homes.take(code)
    _case(reported, now)
    rows.append(_example("Already reported", "reported", reported))
    early = at(day, 19) if at(day, 19) < now else now
    finish(_case(done, early), "collected", now)
    rows.append(_example("The crew came back and emptied it", "came_back", done))
    finish(_case(back, early), "not_out", now)
    rows.append(_example("The crew came back: it was not out", "logged", back))
    return rows


def work_today(now: datetime) -> int:
    """Make reports of an earlier day whose jobs are due by now, so that crews have work; count them."""
    homes, count = _Homes(now), 0
    clock = clock_at(now)
    for code, day in list(homes.due.items()):
        if not day or not 2 <= (homes.today - day).days <= 7 or count >= 6:
            continue
        box = homes.take(code)
        case = _case(box, at(day, 20))
        job = Job.objects.get(case=case)
        count += 1
        if job.day < clock.today and count % 3:
            finish(case, "collected", at(job.day, 11))
    return count


def _delayed(homes: _Homes, other: set[str | None], now: datetime) -> list[Example]:
    for code, day in homes.due.items():
        if day and code not in other and 0 <= (homes.today - day).days <= 2:
            waste.delay_round(
                round_code=code,
                day=day,
                until=at(homes.today + timedelta(days=1), 18),
                sentence="A lorry broke down on this round.",
                by=CREW,
                now=now,
            )
            return [_example("The round is delayed", "delayed", homes.take(code))]
    return []


def _suspended(homes: _Homes) -> list[Example]:
    first, last = homes.today - timedelta(days=60), homes.today + timedelta(days=60)
    if not Suspension.objects.filter(stream="food", last__gt=homes.today).exists():
        Suspension.objects.create(stream="food", first=first, last=last)
    food = Container.objects.select_related("place").filter(kind="food-caddy").order_by("id")
    box = food.first()
    words = "Not due: food waste is suspended (choose the caddy)"
    return [_example(words, "not_due", box)] if box else []


def _shared(homes: _Homes, now: datetime) -> list[Example]:
    late = RoundDay.objects.filter(delayed_until__gt=now).values("round_id")
    days = range(1, 4)
    due = [c for c, d in homes.due.items() if d and (homes.today - d).days in days]
    bins = Container.objects.filter(kind="communal-bin", round_id__in=due)
    bins = bins.exclude(round_id__in=late)
    flat = Property.objects.filter(parent_id__in=bins.values("place_id")).order_by("uprn").first()
    words = "A flat with a shared bin: asks where it stands"
    return [Example(words, "", flat.postcode, flat.line, "communal-bin")] if flat else []


@dataclass(frozen=True)
class Home:
    """A home whose bin days are worth a look, and why."""

    why: str
    uprn: int
    address: str


def unusual() -> list[Home]:
    """Return homes with containers as few have them; a demo that was made before them has none."""
    homes = Property.objects.select_related("street").order_by("uprn")
    rows = {
        "A flat with a caddy of its own beside the shared bins": Q(containers__kind="food-caddy"),
        "Flats whose rubbish is collected twice a week": Q(parent__containers__round_id="REF-FRI"),
        "Flats whose recycling is collected every twelve weeks": Q(
            parent__containers__round__weeks=LONGEST_WEEKS
        ),
    }
    firsts = {why: homes.filter(row, parent__isnull=False).first() for why, row in rows.items()}
    return [Home(why, home.uprn, home.address) for why, home in firsts.items() if home]


def keep(made: list[Example], today: date) -> None:
    """Write the addresses down for the demo's start page."""
    path = Path(settings.DATA) / "demo.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "day": today.isoformat(),
        "examples": [asdict(e) for e in made],
        "homes": [asdict(home) for home in unusual()],
    }
    path.write_text(json.dumps(content))


def kept() -> dict[str, object]:
    """Return what was written for the start page."""
    path = Path(settings.DATA) / "demo.json"
    content: dict[str, object] = json.loads(path.read_text()) if path.exists() else {}
    return content
