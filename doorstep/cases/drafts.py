"""Changes drafts: begin, answer, go past a stop, keep what was typed, throw away."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from doorstep.cases import facts, workflow
from doorstep.cases.clock import clock_at
from doorstep.cases.locking import locked_draft
from doorstep.cases.mistakes import said
from doorstep.cases.models import Draft
from doorstep.cases.owners import ONE_DRAFT_EACH, Owner
from doorstep.cases.shapes import KeptDecision, PassedStop, TriedRule
from doorstep.cases.values import from_json, settings_of, to_json, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.customers import actions as customers
from doorstep.forms import journey
from doorstep.forms.facts import asked_by
from doorstep.forms.form import Page, Stop
from doorstep.forms.journey import Decision
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Typed
from doorstep.forms.rules.parse import FactCall
from doorstep.outside.kept import kept
from doorstep.staff.actor import RESIDENT, Actor

ANSWERED = [
    "answers",
    "words",
    "typed",
    "facts",
    "observed",
    "asked",
    "passed",
    "decisions",
    "updated_at",
    "held_until",
    "quoted",
    "device",
    "campaign",
]


@dataclass(frozen=True)
class CountedBy:
    """By what a form is counted: the kind of device it is begun on, and the code of the link that led to it.

    No device: it is not counted.
    """

    device: str = ""
    campaign: str = ""


NOT_COUNTED = CountedBy()


def new(
    *,
    service: Service,
    owner: Owner,
    channel: str,
    by: Actor,
    now: datetime,
    counted_by: CountedBy = NOT_COUNTED,
) -> Draft:
    """Return a new draft of a service that is somebody's, and not stored yet."""
    draft = unsaved(service=service, channel=channel, by=by, now=now)
    draft.device, draft.campaign = counted_by.device, counted_by.campaign
    draft.owner_kind, draft.owner_key = owner.kind, owner.key
    return draft


def begin(
    *,
    service: Service,
    owner: Owner,
    channel: str,
    by: Actor,
    now: datetime,
    counted_by: CountedBy = NOT_COUNTED,
) -> Draft:
    """Return a new draft of a service; of a program, the one that this order began when it was sent before."""
    about: dict[str, Any] = {"channel": channel, "by": by, "now": now, "counted_by": counted_by}
    draft = new(service=service, owner=owner, **about)
    if owner.kind not in ONE_DRAFT_EACH:
        draft.save(force_insert=True)
        return draft
    Draft.objects.bulk_create([draft], ignore_conflicts=True)
    return _of_order.get(owner.kind, owner.key)


def begun_for(*, draft: Draft, person_id: int, language: str = "") -> None:
    """Note whom staff fill a form in for, and in which language they are told what comes of it; none: as it is filled in."""
    draft.begun_for, draft.language = person_id, language or draft.language
    draft.save(update_fields=["begun_for", "language"])


def is_shut(draft: Draft) -> bool:
    """Say whether staff fill a form in for somebody whose record is restricted, or gone."""
    return draft.begun_for is not None and customers.is_restricted(person_id=draft.begun_for)


@kept
def _of_order(owner_kind: str, owner_key: str) -> QuerySet[Draft]:
    return Draft.objects.filter(owner_kind=owner_kind, owner_key=owner_key)


def unsaved(*, service: Service, channel: str, by: Actor, now: datetime) -> Draft:
    """Return a draft that is not stored: it can be filled in and judged, and nothing of it is kept."""
    return Draft(
        version_id=service.digest,
        slug=service.slug,
        channel=channel,
        language=council.language(),
        by_staff=by.key if by.is_staff else "",
        assisted=by.is_staff and channel in ADVISER_CHANNELS,
        created_at=now,
        updated_at=now,
    )


def drop(*, drafts: QuerySet[Draft]) -> int:
    """Throw away those of some drafts that were not sent; return how many."""
    return drafts.filter(sent_at=None).delete()[1].get("cases.Draft", 0)


def judge(
    draft: Draft,
    page: Page,
    now: datetime,
    given_facts: Mapping[str, object] | None = None,
    *,
    may_ask_outside: bool = True,
    values: dict[str, object] | None = None,
    service: Service | None = None,
) -> Decision:
    """Find a page's facts and decide its check; the draft is changed in memory only.

    Without `may_ask_outside`, what an outside system said before must do: nobody waits for it with a lock.
    `values`, worked out already, take in what is found.
    """
    clock = clock_at(now)
    if values is None:
        service = service or catalogue.service(draft.version_id)
        values = values_of(draft, settings_of(draft, service, now), service)
    if wrong := journey.mistakes(page, values, clock):  # nobody is asked anything by a wrong answer
        return Decision(page.id, "wrong", mistakes=said(wrong, values))
    finding = facts.Facts(clock, given_facts or {}, draft.observed or {}, may_ask_outside)
    with _asked_by(draft):
        page_facts, missing = finding.resolve(_calls(draft, page), values)
    for name, rule in page.values if not missing else ():
        if journey.ready(rule, values):
            page_facts[name] = values[name] = rule.evaluate(values, clock)
    draft.facts = {**draft.facts, **to_json(page_facts)}
    draft.observed = {**(draft.observed or {}), **finding.observed} or None
    decision = journey.decide(page, values, clock, missing, frozenset(draft.passed))
    if decision.mistakes:
        return replace(decision, mistakes=said(decision.mistakes, values))
    if decision.result == "ask" and decision.code not in draft.asked:
        draft.asked = [*draft.asked, decision.code]
    if page.check:
        tried: list[TriedRule] = [
            {"rule": t.text, "held": t.held, "read": to_json(t.read)} for t in decision.tried
        ]
        row: KeptDecision = {
            "result": decision.result,
            "code": decision.code,
            "tried": tried,
            "at": now.isoformat(),
        }
        draft.decisions = {**draft.decisions, page.id: row}
    return decision


def _calls(draft: Draft, page: Page) -> list[tuple[str, FactCall]]:
    """Return a page's facts that can be found: in a change, what was asked with a forgotten answer stays as it was found."""
    forgotten = {q.id for q in page.questions if q.forget} if draft.changes_id else set()
    return [(name, call) for name, call in page.facts if not call.uses & forgotten]


def _asked_by(draft: Draft) -> AbstractContextManager[None]:
    """Say who asks for a draft's facts: staff by name, others by whose the draft is."""
    if draft.by_staff:
        return asked_by(draft.by_staff, ("staff", draft.by_staff))
    word = "resident" if draft.owner_kind == "browser" else draft.owner_kind
    return asked_by(word, ("person", f"{draft.owner_kind}:{draft.owner_key}"))


def answer(
    *,
    draft: Draft,
    page: Page,
    given: Mapping[str, object],
    words: Mapping[str, str],
    by: Actor = RESIDENT,
    now: datetime,
    given_facts: Mapping[str, object] | None = None,
    values: dict[str, object] | None = None,
) -> Decision:
    """Keep a page's answers and decide its check; later answers that no longer fit are asked again.

    What the workflow reserves is held, or held longer; raises Refused("slot_gone") where there is none
    left, and then keeps nothing of this page. Nor does it where an answer is wrong (`mistakes`). `values`, worked out already, are brought up to date. Of a
    draft that is not stored nothing is kept or held.
    """
    service, before = catalogue.service(draft.version_id), _fields(draft)
    given = to_json(given)
    changed = {k for k, v in given.items() if k in draft.answers and draft.answers[k] != v}
    # The same page sent again is no going on, and puts off the end of nothing that is held.
    goes_on = bool(changed) or not set(given) <= set(draft.answers)
    new = set(given) - set(draft.answers)
    stale = _forget_what_rests_on(draft, service, page, changed) if changed else []
    stale += [p for p in _resting_on(draft, service, page, new) if p not in stale]
    draft.answers = {**draft.answers, **given}
    draft.words = {**draft.words, **words}
    draft.typed = {k: v for k, v in draft.typed.items() if k != page.id}
    values = _brought_up_to_date(draft, service, given, changed, values, now)
    decision = judge(draft, page, now, given_facts, values=values)
    if decision.mistakes:
        _take_back(draft, service, before, values, now)
        return decision
    for later in stale:
        _judge_later(draft, later, now, given_facts, values)
    if changed:
        _put_away_unseen(draft, service, values, now)
    draft.updated_at = now
    if draft._state.adding:
        return decision
    with transaction.atomic():
        if not decision.stops and service.workflow.reserve:
            workflow.reserve(draft, values, longer=goes_on, by=by, now=now)
            draft.quoted = to_json(values["settings"]) if draft.held_until else None
        _save(draft, before)
    return decision


def _take_back(
    draft: Draft,
    service: Service,
    before: Mapping[str, Any],
    values: dict[str, object],
    now: datetime,
) -> None:
    """Have a draft as it was before an answer that is wrong; what outside systems said meanwhile stays."""
    for name in set(ANSWERED) - {"observed"}:
        setattr(draft, name, before[name])
    values.clear()
    values |= values_of(draft, settings_of(draft, service, now), service)


def _fields(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in ANSWERED}


def _save(draft: Draft, before: Mapping[str, Any]) -> None:
    """Save what an answer changed, and say on the draft whether somebody was quicker since it was read, such as a second press.

    What somebody quicker left is overwritten as a whole, never in part; not where it is another's by now (Refused).
    """
    fields = {name: value for name, value in _fields(draft).items() if value != before[name]}
    unchanged = Draft.objects.filter(pk=draft.pk, updated_at=before["updated_at"])
    alone = unchanged.update(**fields or {"updated_at": draft.updated_at})
    draft.was_overtaken = not alone  # type: ignore[attr-defined]
    if not alone:
        _write(draft, ANSWERED)


def _write(draft: Draft, columns: list[str]) -> None:
    """Save columns of a draft that is still theirs who fills it in; raises Refused("went_elsewhere").

    What somebody typed while it went to another is shown to them again, and overwrites nothing there.
    """
    own = Draft.objects.filter(
        pk=draft.pk, owner_kind=draft.owner_kind, owner_key=draft.owner_key, sent_at=None
    )
    if not own.update(**{name: getattr(draft, name) for name in columns}):
        raise Refused("went_elsewhere")


def _brought_up_to_date(
    draft: Draft,
    service: Service,
    given: Mapping[str, object],
    changed: set[str],
    values: dict[str, object] | None,
    now: datetime,
) -> dict[str, object]:
    """Return what rules may name now; what was worked out before is used, unless answers went."""
    if values is not None and not changed:
        values |= from_json(given)
        return values
    anew = values_of(draft, settings_of(draft, service, now), service)
    if values is None:
        return anew
    values.clear()
    values |= anew
    return values


def keep_longer(*, draft: Draft, by: Actor, now: datetime) -> None:
    """Put off the end of what the workflow reserves, because the person asks for it, within its bounds.

    Raises Refused("slot_gone") where it is gone already.
    """
    service = catalogue.service(draft.version_id)
    values = values_of(draft, settings_of(draft, service, now), service)
    with transaction.atomic():
        workflow.reserve(draft, values, longer=True, by=by, now=now)
        draft.quoted = to_json(values["settings"]) if draft.held_until else None
        draft.save(update_fields=["held_until", "quoted"])


def drop_answer(*, draft: Draft, question: str) -> None:
    """Take back one answer that no longer holds, such as a day that is gone; the others stay."""
    draft.refresh_from_db()
    draft.answers = {k: v for k, v in draft.answers.items() if k != question}
    draft.held_until = draft.quoted = None
    draft.save(update_fields=["answers", "held_until", "quoted"])


@contextmanager
def one_at_a_time(draft: Draft) -> Iterator[None]:
    """Have nobody else change a draft inside the block, and see what somebody quicker left of what is typed and answered."""
    with transaction.atomic():
        now = locked_draft(draft.pk)
        draft.typed, draft.answers, draft.updated_at = now.typed, now.answers, now.updated_at
        yield


def keep_typed(*, draft: Draft, page: str, fields: dict[str, list[str]], now: datetime) -> None:
    """Keep a page's fields as typed, right or wrong, for when the person comes back."""
    draft.typed = {**draft.typed, page: fields}
    draft.updated_at = now
    _write(draft, ["typed", "updated_at"])


def keep_all_typed(*, draft: Draft, typed: dict[str, dict[str, list[str]]], now: datetime) -> None:
    """Keep the fields of several pages as typed, and what outside systems said meanwhile, so that they are not asked again."""
    draft.typed, draft.updated_at = {**draft.typed, **typed}, now
    _write(draft, ["typed", "observed", "updated_at"])


def dispute(
    *,
    draft: Draft,
    page: Page,
    by: Actor,
    now: datetime,
    given_facts: Mapping[str, object] | None = None,
) -> Decision:
    """Let a resident go past a stop that they say is wrong; the form then asks why.

    Returns what the check decides next; raises Refused("not_disputable").
    """
    code, stop = _stop_at(draft, page)
    if stop is None or stop.dispute is None:
        raise Refused("not_disputable")
    row: PassedStop = {"kind": "dispute", "by": by.key}
    draft.passed = {**draft.passed, code: row}
    draft.asked = [*draft.asked, stop.dispute.page]
    return _judge_again(draft, page, now, given_facts)


def override(
    *,
    draft: Draft,
    page: Page,
    reason: str,
    by: Actor,
    now: datetime,
    given_facts: Mapping[str, object] | None = None,
) -> Decision:
    """Let a member of staff go past a stop with a reason, which the timeline will keep.

    Returns what the check decides next; raises Refused("reason_missing"), ("not_overridable").
    """
    code, stop = _stop_at(draft, page)
    if not by.is_staff or stop is None or not stop.override:
        raise Refused("not_overridable")
    if not reason.strip():
        raise Refused("reason_missing")
    row: PassedStop = {"kind": "override", "by": by.key, "reason": reason.strip()}
    draft.passed = {**draft.passed, code: row}
    return _judge_again(draft, page, now, given_facts)


def _stop_at(draft: Draft, page: Page) -> tuple[str, Stop | None]:
    """Return the code and words of the stop where a draft stands."""
    decision: KeptDecision | None = draft.decisions.get(page.id)
    code = decision["code"] if decision and decision["result"] == "stop" else ""
    return code, catalogue.service(draft.version_id).form.stops.get(code)


def _judge_again(
    draft: Draft, page: Page, now: datetime, given_facts: Mapping[str, object] | None
) -> Decision:
    decision = judge(draft, page, now, given_facts)
    draft.updated_at = now
    _write(draft, ANSWERED)
    return decision


def _forget_what_rests_on(
    draft: Draft, service: Service, page: Page, changed: set[str]
) -> list[Page]:
    """Forget what rests on answers that changed, and that alone; return the later pages to be judged anew.

    A choice goes whose options came from a changed answer; a stop that was gone past, and a page that
    was asked for, go where the check behind them rests on one.
    """
    form = service.form
    pages, choices = form.rests_on()
    gone = set(changed)
    for later in form.after(page.id):
        gone |= {q.id for q in later.questions if choices.get(q.id, frozenset()) & gone}
    draft.answers = {k: v for k, v in draft.answers.items() if k in changed or k not in gone}
    stale = [p for p in form.pages if pages[p.id] & gone]
    draft.decisions = {
        k: v for k, v in draft.decisions.items() if k == page.id or k not in {p.id for p in stale}
    }
    codes = {item.stop for p in stale for item in p.check} | ({"unavailable"} if stale else set())
    disputes = {s.dispute.page for code in codes if (s := form.stops.get(code)) and s.dispute}
    asked = {item.ask for p in stale for item in p.check} | disputes
    draft.passed = {k: v for k, v in draft.passed.items() if k not in codes}
    draft.asked = [page_id for page_id in draft.asked if page_id not in asked]
    homes = any(kinds.of(q).nature == "home" for q in form.questions.values() if q.id in changed)
    for other in form.pages:
        # Words about what a check asked, or about the home before, are for the person to look at again.
        if other.id in asked or (homes and other.id != page.id and _has_own_words(other)):
            _ask_again(draft, other)
    return [p for p in stale if p.id != page.id]


def _resting_on(draft: Draft, service: Service, page: Page, new: set[str]) -> list[Page]:
    """Return later pages that were answered already and rest on what is answered only now, such as a day chosen anew."""
    met = [
        p for p in service.form.after(page.id) if any(q.id in draft.answers for q in p.questions)
    ]
    if not new or not met:
        return []
    rests_on, _choices = service.form.rests_on()
    return [p for p in met if rests_on[p.id] & new]


def _has_own_words(page: Page) -> bool:
    return any(kinds.of(q).own_words and not q.contact for q in page.questions)


def _ask_again(draft: Draft, page: Page) -> None:
    """Leave a page's answers where its fields are, for the person to look at."""
    questions = [q for q in page.questions if draft.answers.get(q.id) is not None]
    fields = Typed()
    for question in questions:
        fields |= kinds.of(question).fill(question, from_json(draft.answers[question.id]))
    ids = {q.id for q in page.questions}
    draft.answers = {k: v for k, v in draft.answers.items() if k not in ids}
    if fields:
        draft.typed = {**draft.typed, page.id: dict(fields)}


def _put_away_unseen(
    draft: Draft, service: Service, values: dict[str, object], now: datetime
) -> None:
    """Put away the answers of pages that are no longer met: nothing is decided by, or sent of, what nobody sees.

    They wait where the page's fields are, should it be met again.
    """
    clock = clock_at(now)
    for page in service.form.pages:
        ids = {q.id for q in page.questions} & set(draft.answers)
        if not ids or journey.is_shown(page, values, frozenset(draft.asked), clock):
            continue
        _ask_again(draft, page)
        for question_id in ids:
            values.pop(question_id, None)
        values |= {k: None for k in service.form.maybe_unanswered if k in ids}


def _judge_later(
    draft: Draft,
    page: Page,
    now: datetime,
    given_facts: Mapping[str, object] | None,
    values: dict[str, object],
) -> None:
    """Decide a later page's check anew, where its answers stand."""
    form = catalogue.service(draft.version_id).form
    needs = form.rests_on()[0][page.id] - set(form.maybe_unanswered)
    if not needs <= set(
        draft.answers
    ):  # what it is found from is to be answered first; then it is judged
        return
    shown = journey.is_shown(page, values, frozenset(draft.asked), clock_at(now))
    if shown and journey.answered(page, draft.answers):
        judge(draft, page, now, given_facts, values=values)
