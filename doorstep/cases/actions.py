"""Changes drafts and cases: answer, submit, note, record an outcome."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from doorstep.cases import facts, moving, timeline, workflow
from doorstep.cases.clock import clock_at
from doorstep.cases.locking import locked, one_open_case
from doorstep.cases.models import Case, Draft, Link
from doorstep.cases.values import photos_of, settings_of, to_json, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.customers import actions as customers
from doorstep.customers.models import Customer
from doorstep.files import photos
from doorstep.forms import journey
from doorstep.forms.form import Page, Stop
from doorstep.forms.journey import Decision
from doorstep.forms.rules.functions import Clock
from doorstep.outside.secret import derived, hashed
from doorstep.places.models import Property
from doorstep.staff.actor import RESIDENT, Actor

SENT = ["sent_at", "answers", "words", "typed", "passed", "saved_to", "saved_key"]
ANSWERED = [
    "answers",
    "words",
    "typed",
    "facts",
    "asked",
    "passed",
    "decisions",
    "updated_at",
    "held_until",
    "quoted",
]
# No 0, O, 1, I, L: a reference is read out over the telephone.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def begin(*, service: Service, visitor: str, channel: str, by: Actor, now: datetime) -> Draft:
    """Return this visitor's open draft of a service, made when there is none."""
    found, _ = Draft.objects.get_or_create(
        visitor=visitor,
        slug=service.slug,
        sent_at=None,
        defaults={
            "version_id": service.digest,
            "channel": channel,
            "language": council.language(),
            "by_staff": by.key if by.is_staff else "",
            "created_at": now,
            "updated_at": now,
        },
    )
    return found


def drop_draft(*, visitor: str, slug: str) -> None:
    """Throw away a visitor's open draft, so that the next caller starts afresh."""
    Draft.objects.filter(visitor=visitor, slug=slug, sent_at=None).delete()


def judge(
    draft: Draft, page: Page, now: datetime, planted: Mapping[str, object] | None = None
) -> Decision:
    """Find a page's facts and decide its check; the draft is changed in memory only."""
    clock = clock_at(now)
    service = catalogue.service(draft.version_id)
    values = values_of(draft, settings_of(draft, service, now))
    found, missing = facts.resolve(page.facts, values, clock, planted)
    for name, rule in page.values if not missing else ():
        if journey.ready(rule, values):
            found[name] = values[name] = rule.evaluate(values, clock)
    draft.facts = {**draft.facts, **to_json(found)}
    decision = journey.decide(page, values, clock, missing, frozenset(draft.passed))
    if decision.result == "ask" and decision.code not in draft.asked:
        draft.asked = [*draft.asked, decision.code]
    if page.check:
        tried = [{"rule": t.text, "held": t.held, "read": to_json(t.read)} for t in decision.tried]
        kept = {
            "result": decision.result,
            "code": decision.code,
            "tried": tried,
            "at": now.isoformat(),
        }
        draft.decisions = {**draft.decisions, page.id: kept}
    return decision


def answer(
    *,
    draft: Draft,
    page: Page,
    given: Mapping[str, object],
    words: Mapping[str, str],
    by: Actor = RESIDENT,
    now: datetime,
    planted: Mapping[str, object] | None = None,
) -> Decision:
    """Keep a page's answers and decide its check; later answers that no longer fit are asked again.

    What the workflow reserves is held, or held longer; raises Refused("slot_gone") where there is none
    left, and then keeps nothing of this page.
    """
    service = catalogue.service(draft.version_id)
    given = to_json(given)
    changed = {k for k, v in given.items() if k in draft.answers and draft.answers[k] != v}
    if changed:
        _forget_later(draft, service, page)
    draft.answers = {**draft.answers, **given}
    draft.words = {**draft.words, **words}
    draft.typed = {k: v for k, v in draft.typed.items() if k != page.id}
    decision = judge(draft, page, now, planted)
    draft.updated_at = now
    with transaction.atomic():
        if not decision.stops and service.workflow.reserve:
            settings = settings_of(draft, service, now)
            workflow.reserve(draft, values_of(draft, settings), by=by, now=now)
            draft.quoted = to_json(settings) if draft.held_until else None
        draft.save(update_fields=ANSWERED)
    return decision


def drop_answer(*, draft: Draft, question: str) -> None:
    """Take back one answer that no longer holds, such as a day that is gone; the others stay."""
    draft.refresh_from_db()
    draft.answers = {k: v for k, v in draft.answers.items() if k != question}
    draft.held_until = draft.quoted = None
    draft.save(update_fields=["answers", "held_until", "quoted"])


def dispute(
    *,
    draft: Draft,
    page: Page,
    by: Actor,
    now: datetime,
    planted: Mapping[str, object] | None = None,
) -> Decision:
    """Let a resident go past a stop that they say is wrong; the form then asks why.

    Returns what the check decides next; raises Refused("not_disputable").
    """
    code, stop = _stop_at(draft, page)
    if stop is None or stop.dispute is None:
        raise Refused("not_disputable")
    draft.passed = {**draft.passed, code: {"kind": "dispute", "by": by.key}}
    draft.asked = [*draft.asked, stop.dispute.page]
    return _judge_again(draft, page, now, planted)


def override(
    *,
    draft: Draft,
    page: Page,
    reason: str,
    by: Actor,
    now: datetime,
    planted: Mapping[str, object] | None = None,
) -> Decision:
    """Let a member of staff go past a stop with a reason, which the timeline will keep.

    Returns what the check decides next; raises Refused("reason_missing"), ("not_overridable").
    """
    code, stop = _stop_at(draft, page)
    if not by.is_staff or stop is None or not stop.override:
        raise Refused("not_overridable")
    if not reason.strip():
        raise Refused("reason_missing")
    kept = {"kind": "override", "by": by.key, "reason": reason.strip()}
    draft.passed = {**draft.passed, code: kept}
    return _judge_again(draft, page, now, planted)


def _stop_at(draft: Draft, page: Page) -> tuple[str, Stop | None]:
    """Return the code and words of the stop where a draft stands."""
    decision = draft.decisions.get(page.id, {})
    code = str(decision.get("code", "")) if decision.get("result") == "stop" else ""
    return code, catalogue.service(draft.version_id).form.stops.get(code)


def _judge_again(
    draft: Draft, page: Page, now: datetime, planted: Mapping[str, object] | None
) -> Decision:
    decision = judge(draft, page, now, planted)
    draft.updated_at = now
    draft.save(update_fields=ANSWERED)
    return decision


def _forget_later(draft: Draft, service: Service, page: Page) -> None:
    """Drop answers that came from options which the changed answer gave."""
    later = service.form.pages[service.form.pages.index(page) + 1 :]
    stale = {q.id for p in later for q in p.questions if q.source is not None}
    draft.answers = {k: v for k, v in draft.answers.items() if k not in stale}
    draft.decisions = {k: v for k, v in draft.decisions.items() if k == page.id}
    draft.asked, draft.passed = [], {}


def _reference(prefix: str) -> str:
    code = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{prefix}-{code[:4]}-{code[4:]}"


def submit(
    *,
    draft_id: UUID,
    by: Actor,
    now: datetime,
    planted: Mapping[str, object] | None = None,
) -> tuple[Case | None, Decision | None]:
    """Send a draft: re-check every rule, open the case, start its workflow; one transaction.

    Sent twice, the same case comes back. Where a rule now stops, no case is made and the decision
    is returned; the draft keeps its answers. Raises Refused("unanswered", page=...), and
    Refused("already_open") where no rule stops for the case that is open already.
    """
    try:
        with one_open_case(), transaction.atomic():
            return _submit(draft_id, by, now, planted)
    except Refused as exc:
        if exc.code != "already_open":
            raise
    # The loser of a race: judged again, it now meets the winner's case.
    with one_open_case(), transaction.atomic():
        return _submit(draft_id, by, now, planted)


def _submit(
    draft_id: UUID, by: Actor, now: datetime, planted: Mapping[str, object] | None
) -> tuple[Case | None, Decision | None]:
    draft = Draft.objects.select_for_update().get(id=draft_id)
    if draft.sent_at:
        return Case.objects.select_related("place__street").get(draft=draft), None
    service = catalogue.service(draft.version_id)
    clock = clock_at(now)
    settings = settings_of(draft, service, now)
    for page in service.form.pages:
        values = values_of(draft, settings)
        shown = journey.shown(service.form, values, frozenset(draft.asked), clock)
        if page not in shown:
            continue
        if not journey.answered(page, draft.answers):
            raise Refused("unanswered", page=page.id)
        decision = judge(draft, page, now, planted)
        if decision.stops:
            draft.save(update_fields=["facts", "decisions", "asked"])
            return None, decision
    return _open(draft, service, settings, by, now, planted), None


def _customer(draft: Draft, service: Service, now: datetime) -> Customer | None:
    """Keep who asks, by what was answered of name, email and phone."""
    reach = {"name": "", "email": "", "phone": ""}
    for q in service.form.questions.values():
        if q.contact:
            reach[q.contact] = str(draft.answers.get(q.id) or "")
    return customers.keep(**reach, now=now)


def _open(
    draft: Draft,
    service: Service,
    settings: Mapping[str, object],
    by: Actor,
    now: datetime,
    planted: Mapping[str, object] | None,
) -> Case:
    a, clock, flow = draft.answers, clock_at(now), service.workflow
    asked = service.form.questions.values()
    personal = {q.id for q in asked if q.contact}
    place = next((a[q.id] for q in asked if q.kind == "address" and a.get(q.id)), None)
    spot = next((q.id for q in asked if q.kind == "location" and a.get(q.id)), "")
    unique = service.about.unique.get("of", [])
    values = values_of(draft, settings)
    found, _ = facts.resolve(flow.facts, values, clock, planted)
    start = _start(draft, service, values, clock)
    origin = draft.moved_from
    case = Case.objects.create(
        reference=_reference(service.about.prefix),
        version_id=draft.version_id,
        slug=draft.slug,
        draft=draft,
        place=Property.objects.select_related("street").get(uprn=int(place)) if place else None,
        **(_located(a[spot], draft.words.get(spot, "")) if spot else {}),
        customer=_customer(draft, service, now),
        channel=draft.channel,
        language=origin.language if origin else council.language(),
        stage=start,
        answers={k: v for k, v in a.items() if k not in personal},
        words={k: v for k, v in draft.words.items() if k.split("@")[0] not in personal},
        facts={**draft.facts, **to_json(found)},
        settings=to_json(settings),
        decisions=draft.decisions,
        flags=[e.flag for e in flow.escalate if e.rule.evaluate(values, clock)],
        unique_key=facts.unique_key(service.slug, tuple(a[q] for q in unique)) if unique else None,
        opened_at=now,
        moved_at=now,
    )
    timeline.begin(case)
    photos.keep(photos_of(service, a))
    passed = dict(draft.passed)
    _empty(draft, now)
    timeline.write(case, "opened", by=by, now=now, channel=draft.channel, flags=case.flags)
    for code, kept in passed.items():
        timeline.write(case, kept["kind"], by=by, now=now, text=kept.get("reason", ""), stop=code)
    workflow.enter(case, start, by=by, now=now)
    if origin:
        moving.arrived(old_id=origin.pk, case=case, by=by, now=now)
    return case


def _located(spot: Mapping[str, Any], words: str) -> dict[str, object]:
    """Return where a case is, from the answer to its question of a location."""
    return {
        "latitude": spot["lat"],
        "longitude": spot["lon"],
        "easting": spot["easting"],
        "northing": spot["northing"],
        "ward_id": spot["ward"] or None,
        "usrn": int(spot["street"]) if spot["street"] else None,
        "where": words or spot["words"],
    }


def _empty(draft: Draft, now: datetime) -> None:
    """Take out of a sent draft what the case has now."""
    draft.passed, draft.saved_to, draft.saved_key = {}, "", ""
    draft.sent_at, draft.answers, draft.words, draft.typed = now, {}, {}, {}
    draft.save(update_fields=SENT)


def _start(draft: Draft, service: Service, values: Mapping[str, object], clock: Clock) -> str:
    """Return the stage a case begins in: that of a dispute, else by the workflow's rules."""
    for code in draft.passed:
        stop = service.form.stops[code]
        if stop.dispute and draft.passed[code]["kind"] == "dispute":
            return stop.dispute.stage
    starts = service.workflow.start
    return next(stage for rule, stage in starts if rule is None or rule.evaluate(values, clock))


@transaction.atomic
def record_outcome(
    *,
    case_id: int,
    name: str,
    by: Actor,
    now: datetime,
    corrected: bool = False,
    told: Mapping[str, object] | None = None,
    **data: Any,
) -> Case:
    """Take in what came of a step and follow the workflow; raises Refused("no_way_on").

    `told` is what rules may read of it, under the names that the step's kind gives.
    """
    case = locked(case_id)
    if told:
        case.facts = {**case.facts, **to_json(told)}
        case.save(update_fields=["facts"])
    timeline.write(
        case, "corrected" if corrected else "outcome", by=by, now=now, outcome=name, **data
    )
    workflow.outcome(case, name, by=by, now=now, corrected=corrected)
    return case


@transaction.atomic
def note(*, case_id: int, text: str, by: Actor, now: datetime) -> None:
    """Add a note for staff; raises Refused("note_empty")."""
    if not text.strip():
        raise Refused("note_empty")
    timeline.write(locked(case_id), "note", by=by, now=now, text=text.strip())


def make_link(*, case: Case, key: str, now: datetime) -> str:
    """Return the token that opens a case for 90 days; only its hash is kept.

    The same key gives the same token: a message sent, whose worker died before it could say so,
    carries a link that the next run makes good.
    """
    token = derived("cases.link", key)[:40]
    until = now + timedelta(days=90)
    link = Link(token_hash=hashed(token), case=case, expires_at=until)
    Link.objects.bulk_create([link], ignore_conflicts=True)
    return token
