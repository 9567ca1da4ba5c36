"""Sends a draft: every rule is judged again, and the case opens, in one transaction."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from doorstep.cases import drafts, facts, handing, rerouting, workflow
from doorstep.cases.clock import clock_at
from doorstep.cases.locking import locked_draft, one_draft_an_order, one_open_case
from doorstep.cases.models import Case, Draft
from doorstep.cases.owners import Owner
from doorstep.cases.shapes import PassedStop
from doorstep.cases.values import files_of, of_nature, sent_with, settings_of, to_json, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.customers import actions as customers
from doorstep.customers.models import Customer
from doorstep.files import held, papers
from doorstep.forms import facts as forms
from doorstep.forms import journey
from doorstep.forms.form import Page
from doorstep.forms.journey import Decision
from doorstep.forms.questions import kinds
from doorstep.forms.questions.location import LocationAnswer
from doorstep.forms.rules.functions import Clock
from doorstep.places import queries as places
from doorstep.places.models import Property
from doorstep.staff.actor import Actor
from doorstep.text.copied import LETTERS

SENT = ["sent_at", "answers", "words", "observed", "typed", "passed", "saved_to", "saved_key"]


def submit(
    *,
    draft_id: UUID,
    by: Actor,
    now: datetime,
    answers: Mapping[str, object] | None = None,
    given_facts: Mapping[str, object] | None = None,
    owner: Owner | None = None,
) -> tuple[Case | None, Decision | None]:
    """Send a draft: re-check every rule, open the case, start its workflow; one transaction.

    `answers` are those that whoever sends it saw, where somebody saw them. Sent twice, the same case comes
    back. Where a rule now stops, no case is made and the decision is returned; the draft keeps its
    answers. `owner` is who sends it, where it may have gone to another meanwhile (Refused("went_elsewhere")).
    Raises Refused("changed_meanwhile") where the answers, or what is said before sending, are others by now, Refused("unanswered", page=...), and
    Refused("already_open") where no rule stops for the case that is open already.
    """
    args = (draft_id, answers, by, now, given_facts, owner)
    try:
        try:
            return _judged_again(*args, asked=False)
        except _AskFirst:  # the lock is let go while an outside system is asked
            ask_outside(draft_id, now, given_facts)
            return _judged_again(*args, asked=True)
    except _FoundOther as exc:  # so that the next page they see says what holds now
        Draft.objects.filter(id=draft_id, sent_at=None).update(**exc.found)
        raise exc.refused from exc


class _AskFirst(Exception):
    """A fact of this form is asked of an outside system, and nobody may wait for it with a lock."""


class _FoundOther(Exception):
    """What was found is other than when they looked, such as the price: nobody sends what they have not read.

    The transaction is rolled back, and what was found is kept after it.
    """

    def __init__(self, draft: Draft, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused
        self.found = {"facts": draft.facts, "observed": draft.observed}


def _judged_again(
    draft_id: UUID,
    answers: Mapping[str, object] | None,
    by: Actor,
    now: datetime,
    given_facts: Mapping[str, object] | None,
    owner: Owner | None,
    *,
    asked: bool,
) -> tuple[Case | None, Decision | None]:
    args = (draft_id, answers, by, now, given_facts, owner)
    return in_one(lambda: _submit(*args, asked=asked))


Sent = TypeVar("Sent")


def in_one(send: Callable[[], Sent]) -> Sent:
    """Judge and open a case in one transaction; the loser of a race is judged again, and then meets the winner's case.

    Raises Refused("already_open") where no rule stops for that, and what `send` raises.
    """
    for is_last in (False, True):
        try:
            with one_open_case(), one_draft_an_order(), transaction.atomic():
                return send()
        except Refused as exc:
            if exc.code != "already_open" or is_last:
                raise
    raise AssertionError("returned or raised above")


def at_once(service: Service) -> bool:
    """Say whether a form can be judged and sent in one transaction, as a program fills it in.

    Not where somebody outside is asked, for whom nobody waits with a lock; where a day is held for who fills it in; or where
    one at a time counts.
    """
    calls = [call for page in service.form.pages for call in page.facts]
    calls += [(q.id, q.source) for q in service.form.questions.values() if q.source]
    by_turns = any(forms.one(call.name).by_turns for _, call in calls)
    days = service.workflow.reserve or of_nature(service, "slot")
    return not (by_turns or days or facts.asks_outside(calls))


def open_judged(*, draft: Draft, by: Actor, now: datetime) -> Case:
    """Open the case of a draft that is not stored yet and of which every page was judged in this transaction (`in_one`)."""
    service = catalogue.service(draft.version_id)
    return _open(draft, service, settings_of(draft, service, now), by, now, None)


def ask_outside(
    draft_id: UUID, now: datetime, given_facts: Mapping[str, object] | None = None
) -> None:
    """Ask outside systems again for what is no longer fresh, before anything is locked."""
    draft = Draft.objects.get(id=draft_id)
    for page in _asking_outside(draft, catalogue.service(draft.version_id)):
        drafts.judge(draft, page, now, given_facts)
    # Only what was observed: what was answered meanwhile stays, and is judged again under the lock.
    open_one = Draft.objects.filter(id=draft_id, sent_at=None, answers=draft.answers)
    open_one.update(facts=draft.facts, observed=draft.observed)


def _asking_outside(draft: Draft, service: Service) -> list[Page]:
    """Return the pages that were answered and rest on what is asked of an outside system."""
    return [
        page
        for page in service.form.pages
        if facts.asks_outside(page.facts) and journey.answered(page, draft.answers)
    ]


def _submit(
    draft_id: UUID,
    answers: Mapping[str, object] | None,
    by: Actor,
    now: datetime,
    given_facts: Mapping[str, object] | None,
    owner: Owner | None,
    *,
    asked: bool,
) -> tuple[Case | None, Decision | None]:
    draft = locked_draft(draft_id)
    if owner is not None and (draft.owner_kind, draft.owner_key) != (owner.kind, owner.key):
        raise Refused("went_elsewhere")
    if draft.sent_at:
        return Case.objects.select_related("place__street").get(draft=draft), None
    if answers is not None and draft.answers != answers:
        raise Refused("changed_meanwhile")
    service = catalogue.service(draft.version_id)
    if not asked and _asking_outside(draft, service):
        raise _AskFirst
    settings = settings_of(draft, service, now)
    said = _said(draft, service, settings, now) if answers is not None else ""
    try:
        decision = judge_all(draft, service, settings, now, given_facts)
    except Refused as exc:
        raise _FoundOther(draft, exc) from exc
    if decision:
        return None, decision
    if answers is not None and _said(draft, service, settings, now) != said:
        raise _FoundOther(draft, Refused("changed_meanwhile"))
    return _open(draft, service, settings, by, now, given_facts), None


def _said(draft: Draft, service: Service, settings: Mapping[str, object], now: datetime) -> str:
    """Return what is said before a draft is sent."""
    values = values_of(draft, settings)
    return fill(service.form.last_words(values, clock_at(now))[0], values)


def judge_all(
    draft: Draft,
    service: Service,
    settings: Mapping[str, object],
    now: datetime,
    given_facts: Mapping[str, object] | None = None,
) -> Decision | None:
    """Judge every page of a draft again, in order; return the decision that stops it, and keep that.

    The caller holds the draft's lock: no outside system is asked. Raises Refused("unanswered", page=...), and
    Refused("wrong_by_now", page=...) where an answer is wrong that was right when it was given.
    """
    values = values_of(draft, settings, service)
    refused = papers.refused(files_of(service, draft.answers))
    for page in service.form.pages:
        if not journey.is_shown(page, values, frozenset(draft.asked), clock_at(now)):
            continue
        if not journey.answered(page, draft.answers):
            raise Refused("unanswered", page=page.id)
        if refused and any(
            refused & {*kinds.of(q).files(draft.answers.get(q.id))} for q in page.questions
        ):
            raise Refused("wrong_by_now", page=page.id)
        about: dict[str, Any] = {"values": values, "service": service, "may_ask_outside": False}
        decision = drafts.judge(draft, page, now, given_facts, **about)
        if decision.mistakes:  # a day that was still to come when it was answered
            raise Refused("wrong_by_now", page=page.id)
        if decision.stops:
            draft.save(update_fields=["facts", "observed", "decisions", "asked"])
            return decision
    return None


def _is_restricted(draft: Draft) -> bool:
    """Say whether a case is open to few from the start: what a restricted case becomes, or what is asked for a restricted person."""
    origin = draft.moved_from
    return bool(origin and origin.restricted) or drafts.is_shut(draft)


def _customer(
    draft: Draft, service: Service, home: Property | None, restricted: bool, now: datetime
) -> Customer | None:
    """Keep who asks, by what was answered of name, email and phone, and at which home."""
    about: dict[str, Any] = {"name": "", "email": "", "phone": ""}
    for q in service.form.questions.values():
        if q.contact:
            about[q.contact] = str(draft.answers.get(q.id) or "")
    about |= {"uprn": home.pk if home else None, "begun_for": draft.begun_for}
    return customers.keep(**about, restricted=restricted, now=now)


def _open(
    draft: Draft,
    service: Service,
    settings: Mapping[str, object],
    by: Actor,
    now: datetime,
    given_facts: Mapping[str, object] | None,
) -> Case:
    origin = draft.moved_from
    case = as_case(draft, service, settings, now, given_facts)
    case.restricted = _is_restricted(draft)
    case.customer = _customer(draft, service, case.place, case.restricted, now)
    case.language = _language(draft, origin)
    held.keep(sent_with(service, draft.answers), holder=case.reference)
    passed: dict[str, PassedStop] = dict(draft.passed)
    _empty(draft, now)
    workflow.begin(case, by=by, now=now, passed=passed)
    handing.tell(case=case, handed=draft.handed)
    if origin:
        rerouting.arrived(old_id=origin.pk, case=case, by=by, now=now)
    return case


def as_case(
    draft: Draft,
    service: Service,
    settings: Mapping[str, object],
    now: datetime,
    given_facts: Mapping[str, object] | None = None,
) -> Case:
    """Return the case that a draft with all its answers comes to, as it would begin; it is not stored, and nobody's yet."""
    a, clock, flow = draft.answers, clock_at(now), service.workflow
    questions = list(service.form.questions.values())
    personal = {q.id for q in questions if q.contact or q.forget}
    answered = {kinds.of(q).nature: q.id for q in reversed(questions) if a.get(q.id)}
    place, spot = a.get(answered.get("home", "")), answered.get("spot", "")
    values = values_of(draft, settings)
    case_facts, _ = facts.Facts(clock, given_facts or {}, may_ask_outside=False).resolve(
        flow.facts, values
    )
    start = _start(draft, service, values, clock)
    return Case(
        reference=_reference(service.about.prefix),
        version_id=draft.version_id,
        slug=draft.slug,
        draft=draft,
        place=_home(place) if place else None,
        **(_located(a[spot], draft.words.get(spot, "")) if spot else {}),
        channel=draft.channel,
        device=draft.device,
        campaign=draft.campaign,
        assisted=draft.assisted,
        stage=start,
        answers={k: v for k, v in a.items() if k not in personal},
        words=_words(draft, personal),
        facts={**draft.facts, **to_json(case_facts)},
        settings=to_json(settings),
        decisions=draft.decisions,
        flags=[e.flag for e in flow.escalate if e.rule.evaluate(values, clock)],
        unique_key=_unique(service, a),
        opened_at=now,
    )


def _words(draft: Draft, personal: set[str]) -> dict[str, str]:
    """Return the words of the answers that a case has: not what was answered before on a page that is not met any more."""
    said = {name for name, answer in draft.answers.items() if answer is not None} - personal
    return {name: text for name, text in draft.words.items() if name.split("@")[0] in said}


def _unique(service: Service, answers: Mapping[str, object]) -> str | None:
    """Return the text that only one open case may carry; nothing where something of it was not asked, or not said."""
    of = [answers.get(name) for name in service.about.unique.get("of", [])]
    return facts.unique_key(service.slug, tuple(of)) if of and None not in of else None


def _language(draft: Draft, origin: Case | None) -> str:
    """Return in which language a case's person is told: as the case before, as they like it, or as it was filled in."""
    if origin:
        return origin.language
    told_as_begun = draft.begun_for or draft.handed
    return draft.language if told_as_begun else council.language()


def _home(uprn: object) -> Property:
    """Return a home that was answered; raises Property.DoesNotExist where it is gone meanwhile."""
    return facts.home(f"{uprn}") or places.of(int(f"{uprn}"))


def _reference(prefix: str) -> str:
    code = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{prefix}-{code[:4]}-{code[4:]}"


def _located(spot: LocationAnswer, words: str) -> dict[str, object]:
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
    draft.observed = None  # whose facts they were: a home, a person's words
    draft.sent_at, draft.answers, draft.words, draft.typed = now, {}, {}, {}
    if draft._state.adding:
        draft.save(force_insert=True)
    else:
        draft.save(update_fields=SENT)


def _start(draft: Draft, service: Service, values: Mapping[str, object], clock: Clock) -> str:
    """Return the stage a case begins in: that of a dispute, else by the workflow's rules."""
    for code in draft.passed:
        stop = service.form.stops[code]
        if stop.dispute and draft.passed[code]["kind"] == "dispute":
            return stop.dispute.stage
    starts = service.workflow.start
    return next(stage for rule, stage in starts if rule is None or rule.evaluate(values, clock))
