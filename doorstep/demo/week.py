"""A week of progress, logs and cases, made through the actions, so that every outcome can be tried."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from doorstep.cases import actions as cases
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.places.models import Property
from doorstep.staff.actor import RESIDENT, Actor
from doorstep.waste import actions as waste
from doorstep.waste import queries
from doorstep.waste.models import Container, Round, RoundDay, Suspension

CREW = Actor("staff", "crew")


@dataclass(frozen=True)
class Example:
    """One address to try, and what the check should say there."""

    outcome: str
    postcode: str
    address: str
    container: str


def _event(*parts: object) -> UUID:
    return uuid5(NAMESPACE_URL, "demo:" + ":".join(map(str, parts)))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def progress(now: datetime) -> int:
    """Start and finish every round of the last seven days that has no progress yet; count them."""
    today, made = now.astimezone(ZONE).date(), 0
    for back in range(7, 0, -1):
        day = today - timedelta(days=back)
        if RoundDay.objects.filter(day=day, finished_at__isnull=False).exists():
            continue
        for r in queries.rounds_on(day):
            start, end = _event("start", r.code, day), _event("end", r.code, day)
            waste.start_round(event_id=start, round_code=r.code, day=day, by=CREW, now=_at(day, 6))
            waste.finish_round(event_id=end, round_code=r.code, day=day, by=CREW, now=_at(day, 15))
            made += 1
    return made


class _Homes:
    """Hands out homes, by how long ago their rubbish round was due; each only once."""

    def __init__(self, now: datetime) -> None:
        self.today = now.astimezone(ZONE).date()
        rounds = Round.objects.filter(stream="refuse").order_by("code")
        self.due = {r.code: queries.last_due(r, self.today) for r in rounds}
        self.taken: dict[str, int] = {}

    def round(self, oldest: int, newest: int) -> str | None:
        for code, day in self.due.items():
            if day and newest <= (self.today - day).days <= oldest:
                return code
        return None

    def take(self, code: str, kind: str = "black-bin") -> Container:
        skip = self.taken[code] = self.taken.get(code, 0) + 1
        found = Container.objects.select_related("place__street", "round")
        return found.filter(round_id=code, kind=kind).order_by("id")[skip * 3]


def _example(outcome: str, box: Container) -> Example:
    return Example(outcome, box.place.postcode, box.place.line, box.kind)


def _log(box: Container, reason: str, day: date) -> Example:
    event = _event("log", box.pk, day)
    waste.record_log(
        event_id=event,
        container_id=str(box.pk),
        reason=reason,
        note="",
        photo="",
        by=CREW,
        now=_at(day, 10),
    )
    return _example(f"The crew recorded: {reason.replace('_', ' ')}", box)


def _case(box: Container, now: datetime) -> Case | None:
    service = catalogue.current("missed-bin")
    assert service
    visitor = _event("visitor", box.pk, now.date()).hex
    draft = cases.begin(service=service, visitor=visitor, channel="telephone", by=RESIDENT, now=now)
    given = [
        {"property": str(box.place_id)},
        {"container": str(box.pk)},
        {"name": "Sam Example", "email": "sam@resident.example", "phone": ""},
    ]
    pages = [p for p in service.form.pages if not p.asked_only]
    for page, answers in zip(pages, given, strict=True):
        words = {k: str(v) for k, v in answers.items()}
        if page.id == "bin":
            words = {"container": "Black bin (rubbish)"}
        cases.answer(draft=draft, page=page, given=answers, words=words, now=now)
    return cases.submit(draft_id=draft.pk, by=RESIDENT, now=now)[0]


def examples(now: datetime) -> list[Example]:
    """Set up one home for each outcome, as of today, and return them."""
    homes, made = _Homes(now), []
    recent = homes.round(3, 1) or homes.round(4, 1)
    today = homes.round(0, 0)
    old = homes.round(13, 7)
    if recent and (day := homes.due[recent]):
        for reason in ("not_out", "contaminated", "overweight", "no_access"):
            made.append(_log(homes.take(recent), reason, day))
        made.append(_example("Nothing recorded: a crew is sent back", homes.take(recent)))
        reported = homes.take(recent)
        _case(reported, now)
        made.append(_example("Already reported", reported))
        done = homes.take(recent)
        case = _case(done, now - timedelta(minutes=5))
        if case:
            job = Job.objects.get(case=case)
            event = _event("job", job.pk)
            fieldwork.finish_job(
                event_id=event, job_id=job.pk, code="collected", note="", photo="", by=CREW, now=now
            )
        made.append(_example("The crew came back", done))
    if today:
        made.append(_example("Still to come today (until 6pm)", homes.take(today)))
    if old:
        made.append(_example("Too late", homes.take(old)))
    return made + _rest(homes, recent, now)


def _rest(homes: _Homes, recent: str | None, now: datetime) -> list[Example]:
    made = []
    others = [
        c for c, d in homes.due.items() if d and c != recent and 1 <= (homes.today - d).days <= 4
    ]
    if others and (day := homes.due[others[0]]):
        until = now + timedelta(days=1)
        waste.delay_round(
            round_code=others[0],
            day=day,
            until=until,
            sentence="A lorry broke down on this round.",
            by=CREW,
            now=now,
        )
        made.append(_example("The round is delayed", homes.take(others[0])))
    first, last = homes.today - timedelta(days=60), homes.today + timedelta(days=60)
    if not Suspension.objects.filter(stream="food", last__gt=homes.today).exists():
        Suspension.objects.create(stream="food", first=first, last=last)
    food = (
        Container.objects.select_related("place").filter(kind="food-caddy").order_by("id").first()
    )
    if food:
        made.append(_example("Not due: food waste is suspended (choose the caddy)", food))
    shared = (
        Container.objects.select_related("place")
        .filter(kind="communal-bin", round_id=recent)
        .first()
    )
    flat = (
        Property.objects.filter(parent_id=shared.place_id).order_by("sort").first()
        if shared
        else None
    )
    if shared and flat:
        made.append(Example("A flat with a shared bin", flat.postcode, flat.line, shared.kind))
    return made


def keep(made: list[Example], today: date) -> None:
    """Write the addresses down for the demo's start page."""
    path = Path(settings.DATA) / "demo.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"day": today.isoformat(), "examples": [asdict(e) for e in made]}))


def kept() -> dict[str, object]:
    """Return what was written for the start page."""
    path = Path(settings.DATA) / "demo.json"
    found: dict[str, object] = json.loads(path.read_text()) if path.exists() else {}
    return found
