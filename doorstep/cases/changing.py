"""A case is changed by whoever sent it: its form is filled in again from its own answers, and sent as a change.

What it had stays as it is until the change is made: by the step `amend`, once what is owed for it is paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from doorstep.cases import choosing, submitting, timeline, workflow
from doorstep.cases.clock import clock_at
from doorstep.cases.locking import locked
from doorstep.cases.models import Case, Draft
from doorstep.cases.owners import Owner
from doorstep.cases.shapes import PassedStop
from doorstep.cases.values import sent_with, settings_of, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Change, Service
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.files import held
from doorstep.forms.journey import Decision
from doorstep.staff.actor import Actor

FACT = "change"
# How a change is called in addresses and in the timeline, beside the choices.
NAME = "change"


@dataclass(frozen=True)
class Offered:
    """What may be changed now: the words of the link, and the moment before which it may be."""

    offer: str
    until: datetime | None


def _change(case: Case) -> Change | None:
    return None if case.erased_at else workflow.stage_of(case).change


def offered(case: Case, now: datetime) -> Offered | None:
    """Return whether and until when a case may be changed now."""
    change = _change(case)
    last = choosing.until(case, change, now) if change else None
    if change is None or (last is not None and now >= last):
        return None
    return Offered(change.offer, last)


@transaction.atomic
def begin(*, case_id: int, owner: Owner, channel: str, by: Actor, now: datetime) -> Draft:
    """Return the case's form as a new draft of whoever changes it, all answers in it; raises Refused("choice_gone").

    One of theirs that they began before and did not send is thrown away.
    """
    case = locked(case_id)
    if offered(case, now) is None:
        raise Refused("choice_gone")
    mine = Draft.objects.filter(changes=case, sent_at=None)
    mine.filter(owner_kind=owner.kind, owner_key=owner.key).delete()
    service = catalogue.service(case.version_id)
    contact = _contact(case, service)
    return Draft.objects.create(
        version_id=case.version_id,
        slug=case.slug,
        owner_kind=owner.kind,
        owner_key=owner.key,
        channel=channel,
        language=council.language(),
        by_staff=by.key if by.is_staff else "",
        answers={**_forgotten(service), **case.answers, **contact},
        words={**case.words, **{q: said for q, said in contact.items() if said}},
        facts=_of_pages(case, service),
        asked=case.draft.asked,
        passed=_passed(case),
        changes=case,
        created_at=now,
        updated_at=now,
    )


def _contact(case: Case, service: Service) -> dict[str, object]:
    """Return how the person is reached as the form's answers, which the case itself does not have."""
    reach = {q.id: q.contact for q in service.form.questions.values() if q.contact}
    return {q: getattr(case.customer, part, "") or None for q, part in reach.items()}


def _forgotten(service: Service) -> dict[str, object]:
    """Return nothing for what was answered and forgotten: it is not asked again, and what was found by it stays."""
    return {q.id: None for q in service.form.questions.values() if q.forget}


def _of_pages(case: Case, service: Service) -> dict[str, object]:
    names = {name for page in service.form.pages for name, _ in (*page.facts, *page.values)}
    return {k: v for k, v in case.facts.items() if k in names}


def _passed(case: Case) -> dict[str, PassedStop]:
    """Return the stops that the case went past, by its timeline."""
    passed: dict[str, PassedStop] = {}
    for row in case.events.filter(kind__in=("override", "dispute")):
        kind: Any = row.kind
        passed[row.data["stop"]] = {"kind": kind, "by": row.by_key}
    return passed


def may_change(draft: Draft, page_id: str) -> bool:
    """Say whether a page of a form may be changed by whoever fills it in: of a change, those that the case's stage names."""
    if draft.changes is None:
        return True
    change = _change(draft.changes)
    return change is not None and page_id in change.pages


def differing(draft: Draft) -> list[str]:
    """Return the questions whose answers a change changes."""
    assert draft.changes
    was = {k: v for k, v in draft.changes.answers.items()}
    contact = {
        q.id for q in catalogue.service(draft.version_id).form.questions.values() if q.contact
    }
    names = {*was, *draft.answers} - contact
    return sorted(k for k in names if was.get(k) != draft.answers.get(k))


def send(
    *, draft_id: UUID, by: Actor, now: datetime, given_facts: Mapping[str, object] | None = None
) -> tuple[Case | None, Decision | None]:
    """Send a change: every rule is judged again, and the case goes on with it; sent twice, the same case comes back.

    Returns the decision that stops it, if one does. Raises Refused("choice_gone"), Refused("nothing_changed"),
    Refused("unanswered", page=...), and what the next stage's steps refuse, such as "slot_gone".
    """
    case_id = Draft.objects.values_list("changes_id", flat=True).get(id=draft_id)
    submitting.ask_outside(draft_id, now, given_facts)
    with transaction.atomic():
        workflow.lock_before(case_id)
        case = locked(case_id)
        draft = Draft.objects.select_for_update(of=("self",)).get(id=draft_id)
        if draft.sent_at:
            return case, None
        draft.changes = case
        change = _change(case)
        if change is None or offered(case, now) is None:
            raise Refused("choice_gone")
        if not differing(draft):
            raise Refused("nothing_changed")
        service = catalogue.service(draft.version_id)
        values = settings_of(draft, service, now)
        if decision := submitting.judge_all(draft, service, values, now, given_facts):
            return None, decision
        _enter(case, draft, change, by, now)
    return case, None


def _enter(case: Case, draft: Draft, change: Change, by: Actor, now: datetime) -> None:
    """Bring the case into the stage of its change, which is kept with what the stage may name of it."""
    new = values_of(draft, settings_of(draft, catalogue.service(draft.version_id), now))
    kept = {name: rule.evaluate(new, clock_at(now)) for name, rule in change.values}
    was = workflow.said_now(case)
    files = sent_with(catalogue.service(draft.version_id), draft.answers)
    held.keep(files, holder=case.reference)
    draft.sent_at = now
    draft.save(update_fields=["sent_at", "facts", "observed", "decisions", "asked"])
    workflow.keep(case, FACT, kept)
    timeline.write(case, "chosen", by=by, now=now, choice=NAME, questions=differing(draft))
    workflow.enter(case, change.stage, by=by, now=now, why=NAME, was=was)


def sent(case: Case) -> Draft | None:
    """Return the change of a case that was sent and is not made yet."""
    drafts = Draft.objects.filter(changes=case, sent_at__isnull=False).exclude(answers={})
    return drafts.order_by("-sent_at").first()


def make(*, case: Case, draft: Draft, by: Actor, now: datetime) -> None:
    """Give a case the answers of its change, and let the steps that hold something for it follow.

    The caller holds the case's lock, in a transaction. Raises what a step refuses, such as Refused("slot_gone").
    """
    service = catalogue.service(case.version_id)
    personal = {q.id for q in service.form.questions.values() if q.contact or q.forget}
    draft.changes = case
    lines, before = _lines(case, draft, service), sent_with(service, case.answers)
    case.answers = {k: v for k, v in draft.answers.items() if k not in personal}
    case.words = {k: v for k, v in draft.words.items() if k.split("@")[0] not in personal}
    case.facts = {**case.facts, **draft.facts}
    case.decisions = {**case.decisions, **draft.decisions}
    case.save(update_fields=["answers", "words", "facts", "decisions"])
    _remove(set(before) - set(sent_with(service, case.answers)))
    workflow.change(case, draft, by=by, now=now)
    timeline.write(case, "changed", by=by, now=now, text="\n".join(lines))
    forget(draft=draft)


def _lines(case: Case, draft: Draft, service: Service) -> list[str]:
    """Return what changes, in the council's own words: what it was, and what it is."""
    questions = service.form.questions
    return [
        f"{questions[name].short or name}: {case.words.get(name, '-')} → {draft.words.get(name, '-')}"
        for name in differing(draft)
        if name in questions
    ]


def drop(*, case: Case, draft: Draft, by: Actor, now: datetime) -> None:
    """Leave a case as it is: what was set in motion for its change is taken back."""
    workflow.drop_change(case, draft, by=by, now=now)
    service = catalogue.service(case.version_id)
    _remove(set(sent_with(service, draft.answers)) - set(sent_with(service, case.answers)))
    forget(draft=draft)


def _remove(names: set[str]) -> None:
    """Remove photos and papers that no case has any more, once that is sure."""
    for name in names:
        transaction.on_commit(partial(held.remove, name))


def forget(*, draft: Draft) -> None:
    """Take out of a change what was answered, because it is made, or will not be."""
    draft.answers, draft.words, draft.typed, draft.passed, draft.facts = {}, {}, {}, {}, {}
    draft.observed = None
    draft.save(update_fields=["answers", "words", "typed", "passed", "observed", "facts"])
