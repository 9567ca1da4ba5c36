"""Reports of what people saw in streets, made through the actions for every service whose cases are public."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from doorstep.cases import drafts, submitting
from doorstep.cases.clock import clock_at
from doorstep.cases.facts import options
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import settings_of, values_of
from doorstep.catalogue.service import Service
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.forms import journey
from doorstep.forms.form import Page, Question
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.questions.similar import DIFFERENT
from doorstep.places import spots
from doorstep.places.models import Property
from doorstep.reports import queries as reports
from doorstep.staff.actor import RESIDENT, Actor

CREW = Actor("staff", "crew")
OF_EACH = 6
# The days before today on which they came in; every third was seen to, and what was due.
DAYS_AGO = (0, 1, 2, 4, 7, 11)


def _choices(question: Question, draft: Draft, n: int, now: datetime) -> Iterator[object]:
    """Go through what may be answered, so that a form that stops at one answer goes on with another."""
    values = values_of(draft)
    found = [o[0] for o in options(question, values, clock_at(now))]
    turned = found[n % len(found) :] + found[: n % len(found)] if found else []
    yield from ([o] for o in turned) if question.kind == "choices" else turned


def _answers(question: Question, draft: Draft, home: Property, n: int, now: datetime) -> Any:
    if question.kind == "location":
        spot = spots.find(f"street:{home.street_id}")
        return [asdict(spot)] if spot else []
    if question.kind in ("choice", "choices"):
        return list(_choices(question, draft, n, now))
    usual = {"similar": DIFFERENT, "yes_no": False, "text": "An example", "long_text": "An example"}
    return [usual.get(question.kind)]


def _page(draft: Draft, page: Page, home: Property, n: int, now: datetime) -> bool:
    """Answer one page; say whether the form goes on."""
    asked = [q for q in page.questions if KINDS[q.kind].asks]
    ways = {q.id: _answers(q, draft, home, n, now) for q in asked}
    for turn in range(max(map(len, ways.values()), default=1)):
        given = {k: way[min(turn, len(way) - 1)] for k, way in ways.items() if way}
        words = {k: _words(k, v, page, draft, now) for k, v in given.items() if v is not None}
        decision = drafts.answer(draft=draft, page=page, given=given, words=words, now=now)
        if not decision.stops:
            return True
    return False


def _words(name: str, value: Any, page: Page, draft: Draft, now: datetime) -> str:
    question = next(q for q in page.questions if q.id == name)
    if isinstance(value, dict):
        return str(value["words"])
    found = dict(options(question, values_of(draft), clock_at(now)))
    picked = value if isinstance(value, list) else [value]
    return ", ".join(found.get(str(v), "No" if v is False else str(v)) for v in picked)


def _report(service: Service, home: Property, n: int, now: datetime) -> Case | None:
    """Report something by a home; nothing where the form stops whatever is answered."""
    visitor = uuid5(NAMESPACE_URL, f"demo:report:{service.slug}:{n}:{now.date()}").hex
    draft = drafts.begin(service=service, visitor=visitor, channel="online", by=RESIDENT, now=now)
    for page in service.form.pages:
        values = values_of(draft, settings_of(draft, service, now))
        shown = journey.shown(service.form, values, frozenset(draft.asked), clock_at(now))
        if page in shown and not _page(draft, page, home, n, now):
            return None
    made, _stopped = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=now)
    return made


def make(now: datetime) -> int:
    """Make some reports of each public service, by homes all over the district; count them."""
    made, homes = 0, Property.objects.order_by("uprn")
    count = homes.count()
    for k, service in enumerate(reports.services()):
        for n, ago in enumerate(DAYS_AGO[:OF_EACH]):
            home = homes[(k * 7919 + n * 6101) % count]
            when = now - timedelta(days=ago, minutes=37 * k)
            case = _report(service, home, n, when)
            if case is None:
                continue
            made += 1
            if n % 3 == 2 or (case.due_on and case.due_on < now.date()):
                _finish(case, min(when + timedelta(days=1), now))
    return made


def _finish(case: Case, now: datetime) -> None:
    """Record the first outcome of its job, which is that all is well."""
    for job in Job.objects.filter(case=case, state="open"):
        fieldwork.finish_job(
            event_id=uuid4(),
            job_id=job.pk,
            code=job.outcomes[0],
            note="",
            photo="",
            by=CREW,
            now=now,
        )
