"""Reports of what people saw in streets, made through the actions for every service whose cases are public."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid4, uuid5

from doorstep.cases import drafts
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.forms.form import Page, Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Typed
from doorstep.intake.filling import Filling, asked_on
from doorstep.places.models import Property
from doorstep.reports import queries as reports
from doorstep.reports import still_there
from doorstep.staff.actor import RESIDENT, Actor

CREW = Actor("staff", "crew")
OF_EACH = 6
# The days before today on which they came in; every third was seen to, and what was due.
DAYS_AGO = (0, 1, 2, 4, 7, 11)


def _fields(filling: Filling, question: Question, home: Property, n: int) -> list[Typed]:
    """Return ways to fill in a question, so that a form that stops at one answer goes on with another."""
    kind = kinds.of(question)
    if kind.nature == "spot":
        return [Typed({question.id: [f"street:{home.street_id}"]})]
    if kind.usual is not None or kind.is_typed:
        return [kind.fill(question, kind.usual)]
    values = [value for value, _ in filling.options(question, Typed())]
    turned = values[n % len(values) :] + values[: n % len(values)] if values else []
    return [Typed({question.id: [value]}) for value in turned] or [Typed()]


def _page(filling: Filling, page: Page, home: Property, n: int) -> bool:
    """Answer one page; say whether the form goes on."""
    ways = {q.id: _fields(filling, q, home, n) for q in asked_on(page)}
    for turn in range(max(map(len, ways.values()), default=1)):
        fields = {k: way[min(turn, len(way) - 1)] for k, way in ways.items()}
        entries = filling.read(page, lambda q, fields=fields: fields[q.id])  # type: ignore[misc]
        if not entries.wrong and not filling.answer(page, entries).stops:
            return True
    return False


def _report(service: Service, home: Property, n: int, now: datetime) -> Case | None:
    """Report something by a home; nothing where the form stops whatever is answered."""
    name = uuid5(NAMESPACE_URL, f"demo:report:{service.slug}:{n}:{now.date()}").hex
    draft = drafts.begin(
        service=service, owner=Owner("made", name), channel="online", by=RESIDENT, now=now
    )
    filling = Filling(draft, by=RESIDENT, now=now)
    while (page := filling.next_open()) is not None:
        if not _page(filling, page, home, n):
            return None
    case, _stopped = filling.submit()
    return case


def make(now: datetime) -> int:
    """Make some reports of each public service, by homes all over the district; count them."""
    total, homes = 0, Property.objects.order_by("uprn")
    count = homes.count()
    for k, service in enumerate(reports.services()):
        for n, ago in enumerate(DAYS_AGO[:OF_EACH]):
            home = homes[(k * 7919 + n * 6101) % count]
            when = now - timedelta(days=ago, minutes=37 * k)
            case = _report(service, home, n, when)
            if case is None:
                continue
            total += 1
            if n % 3 == 2 or (case.due_on and case.due_on < now.date()):
                _finish(case, min(when + timedelta(days=1), now))
                continue
            for who in range(n):
                _say(case, f"demo-{who}", min(when + timedelta(hours=7 * (who + 1)), now))
    return total


def _say(case: Case, who: str, now: datetime) -> None:
    """Say that it is still there, unless it is behind another, or was said before."""
    with suppress(Refused):
        still_there.say(reference=case.reference, owner_key=who, now=now)


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
