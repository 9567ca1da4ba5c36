"""What of a case is shown to who may not see all of it: a copy of those parts, so that a page cannot show another."""

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.cases import history, timeline
from doorstep.cases.models import Case
from doorstep.cases.permits import How, Permit
from doorstep.cases.values import of_nature, photos_of, spoken
from doorstep.catalogue import queries as catalogue
from doorstep.forms.questions import kinds


@dataclass(frozen=True)
class Part:
    """A case without its contact: what it is, where, how it stands; for who works on it, what was said of the work too."""

    reference: str
    title: str
    where: str
    stage: str
    opened_at: datetime
    closed_at: datetime | None
    due_on: date | None
    stages: tuple[tuple[datetime, str], ...]
    answers: tuple[tuple[str, str], ...] = ()
    photos: tuple[str, ...] = ()
    how: How = "status"


def part_of(case: Case, permit: Permit) -> Part:
    """Return what a permit lets somebody see of a case."""
    service = catalogue.service(case.version_id)
    stages = service.workflow.stages
    is_work = permit.how != "status"
    return Part(
        reference=case.reference,
        title=service.about.title,
        where=case.at,
        stage=stages[case.stage].label,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        due_on=case.due_on,
        stages=tuple((e.at, stages[e.stage].label) for e in history.lines(timeline.of(case))),
        answers=_answers(case) if is_work else (),
        photos=tuple(photos_of(service, case.answers)) if is_work else (),
        how=permit.how,
    )


def _answers(case: Case) -> tuple[tuple[str, str], ...]:
    """Return what was answered, as label and words, without the contact, what is private, photos and the place."""
    service, words = catalogue.service(case.version_id), spoken(case.words)
    apart = {q.id for q in of_nature(service, "photos", "home", "spot")}
    questions = service.form.questions.values()
    asked = [q for q in questions if not (q.contact or q.id in apart or kinds.of(q).is_private)]
    return tuple((q.short or q.label, words[q.id]) for q in asked if words.get(q.id))
