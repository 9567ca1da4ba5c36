"""Passes cases on to other authorities, and takes in what they say became of them."""

import random
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q

from doorstep.authorities import asking, composing, officers, queue
from doorstep.authorities.models import ENDED, WITH_THEM, Heard, Passed, PassedFact
from doorstep.authorities.provider import Carrier, Recipient, Taken, Unreadable, Update
from doorstep.cases import needs_person, outcomes, sharing, timeline, workflow
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.outside import calls, plug
from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from doorstep.staff.actor import SYSTEM, Actor

# A try has ended by then, or its worker has died.
TRYING = timedelta(minutes=2)
# Updates are asked for from so long before the last time: a program may write one down late, or under an
# earlier moment, and what comes twice is taken in once.
OVERLAP = timedelta(days=1)
FARTHEST = timedelta(days=89)
# So many tokens that cannot be asked for just now, and the rest waits for the next time.
MOST_FAILURES = 3


# Nobody writes or reads more letters of one update; what a faulty program sends beyond is counted.
LONGEST = 100_000
# For so long whoever ended it, and signs in here, goes on seeing it.
SEEN_AFTER = timedelta(days=30)
MEANING = {
    "open": "is open",
    "started": "is started",
    "fixed": "is fixed",
    "closed": "is closed",
    "not_theirs": "is not theirs",
}
# What goes back on an end.
BACK = ("open", "started")
# What is not theirs is closed there.
ENDED_AS = {"not_theirs": "closed"}

log = structlog.get_logger("doorstep.authorities")


def carrier() -> Carrier:
    """Return whoever carries reports."""
    connector: Carrier = plug.get("authorities.carrier")
    return connector


def pass_on(
    *, case: Case, authority: str, what: Mapping[str, Any], by: Actor, now: datetime
) -> Passed:
    """Pass a case on, by the queue, in the caller's transaction; one that waits already is not doubled."""
    partner = council.current().authorities.get(authority)
    fact: PassedFact = {
        "name": partner.name if partner else authority,
        "address": partner.address if partner else "",
        "telephone": partner.telephone if partner else "",
        "reference": "",
    }
    workflow.keep(case, "passed", fact)
    before = Passed.objects.filter(case=case, authority=authority)
    waiting = before.filter(state="waiting").first()
    if waiting is not None:
        return waiting
    before.filter(state__in=WITH_THEM).update(
        state="withdrawn"
    )  # sent anew, it is the new one that counts
    row = Passed.objects.create(
        case=case,
        authority=authority,
        key=f"{case.reference}-{secrets.token_hex(4)}",
        what=dict(what),
        asked_at=now,
    )
    sharing.share(case=case, kind="sent", key=authority)
    timeline.write(case, "passed on", by=by, now=now, authority=authority)
    queue.send.defer(passed_id=row.pk)
    return row


def withdraw(*, case: Case, now: datetime) -> None:
    """Take back what has not left; what is with them stays with them, and they go on seeing it."""
    waiting = Passed.objects.filter(case=case, state="waiting")
    for authority in list(waiting.values_list("authority", flat=True)):
        _no_longer_seen(case.pk, authority, now)
    waiting.update(state="withdrawn")


def _no_longer_seen(case_id: int, authority: str, until: datetime) -> None:
    """End what an authority sees of a case here, unless it has it from another time."""
    with_them = Passed.objects.filter(case=case_id, authority=authority, state__in=WITH_THEM)
    if not with_them.exists():
        sharing.end(case_id=case_id, kind="sent", key=authority, until=until)


def send(*, passed_id: int, now: datetime) -> None:
    """Send what waits, and record that it was taken or refused.

    The recipient gets our key. Where it honours keys (as another Doorstep does), or answers for them,
    a report arrives once. The window left elsewhere: a worker that dies between their taking and our
    writing it down, or an answer lost on the way, sends the report a second time.
    """
    passed = _claimed(passed_id, now)
    if passed is None:
        return
    try:
        to, service = _recipient(passed)
        report = composing.report(passed, service)
        with calls.about(lambda: passed.case_id):
            before = carrier().sent(to, passed.key) if passed.tries > 1 else None
            receipt = before or carrier().send(to, report)
    except GiveUp as exc:
        _refuse(passed, exc.reason, now)
    except TryLater as exc:
        if now - passed.asked_at > timedelta(days=officers.patience(passed.authority).taken):
            give_up(passed=passed, why=str(exc), now=now)
        else:  # `jobs.look` tries again, later and later
            Passed.objects.filter(pk=passed.pk).update(problem=str(exc)[:200])
    else:
        _take(passed, receipt, now)


def _claimed(passed_id: int, now: datetime) -> Passed | None:
    """Return what is to be sent, claimed so that nobody else sends it meanwhile; nothing otherwise."""
    free = Q(tried_at=None) | Q(tried_at__lt=now - TRYING) | ~Q(problem="")
    mine = Passed.objects.filter(free, pk=passed_id, state="waiting")
    if not mine.update(tried_at=now, tries=F("tries") + 1, problem=""):
        return None
    return Passed.objects.select_related("case__customer", "case__place__street").get(pk=passed_id)


def _recipient(passed: Passed) -> tuple[Recipient, str]:
    """Return where it goes and their code of the service; raises GiveUp."""
    partner = council.current().authorities.get(passed.authority)
    if partner is None or partner.open311 is None:
        raise GiveUp(f"{passed.authority} takes nothing this way")
    if passed.case.erased_at:
        raise GiveUp("the case was erased while it waited")
    service = partner.open311.services.get(passed.case.slug)
    if service is None:
        raise GiveUp(f"{passed.authority} has no code for this service")
    return _address(passed.authority), service


def _address(code: str) -> Recipient:
    recipient = council.current().authorities[code].open311
    assert recipient is not None
    return Recipient(code, recipient.address, recipient.jurisdiction, recipient.statuses)


@transaction.atomic
def _take(passed: Passed, receipt: Taken, now: datetime) -> None:
    case = locked(passed.case_id)  # the case first, as everywhere
    row = Passed.objects.select_for_update().get(pk=passed.pk)
    row.their_id, row.token, row.sent_at = receipt.id[:200], receipt.token[:200], now
    if row.state != "waiting":  # withdrawn while it was on its way
        row.save(update_fields=["their_id", "token", "sent_at"])
        needs_person.ask_officer(
            case_id=case.pk, text=f"{officers.name(row)} took this just before it was withdrawn.", by=SYSTEM, now=now
        )  # fmt: skip
        return
    row.state = "taken"
    row.save(update_fields=["their_id", "token", "sent_at", "state"])
    text = f"{officers.name(row)} has it, under {row.their_id or row.token}."
    text += f" They say: {_whole(receipt.words)}" if receipt.words else ""
    timeline.write(case, "note", by=SYSTEM, now=now, text=text)
    about = {**case.facts.get("passed", {}), "reference": row.their_id}
    _report(row, "send.taken", now, told={"passed": about})


def give_up(*, passed: Passed, why: str, now: datetime) -> None:
    """Stop trying to pass on what was not taken for as long as we wait; an officer is asked."""
    days = officers.patience(passed.authority).taken
    _refuse(passed, f"not reached for {days} days: {why}", now)


@transaction.atomic
def _refuse(passed: Passed, reason: str, now: datetime) -> None:
    locked(passed.case_id)
    row = Passed.objects.select_for_update().get(pk=passed.pk)
    if row.state != "waiting":
        return
    row.state, row.problem = "refused", reason[:200]
    row.save(update_fields=["state", "problem"])
    _no_longer_seen(row.case_id, row.authority, now)
    _report(row, "send.refused", now)
    text = f"{officers.name(row)} did not take this: {row.problem}. Please pass it on another way."
    needs_person.ask_officer(case_id=row.case_id, text=text, by=SYSTEM, now=now)


def _report(
    row: Passed, name: str, now: datetime, told: Mapping[str, object] | None = None
) -> bool:
    """Carry an outcome to the case; say whether its workflow knows a way on."""
    return outcomes.carry(
        case_id=row.case_id,
        name=name,
        by=SYSTEM,
        now=now,
        told=told,
        authority=row.authority,
        reference=row.their_id,
    )


def fetch(*, authority: str, now: datetime) -> None:
    """Ask an authority what became of all that is with it; raises TryLater or GiveUp."""
    partner = council.current().authorities.get(authority)
    if partner is None or partner.open311 is None:
        return
    to, waiting = _address(authority), asking.of(authority, now)
    _resolve(to, [row for row in waiting if not row.their_id])
    rows = [row for row in waiting if row.their_id]
    if not rows:
        return
    moments = [row.heard_at or row.sent_at or row.asked_at for row in rows]
    since = max(min(moments) - OVERLAP, now - FARTHEST)
    for update in carrier().updates(to, [row.their_id for row in rows], since):
        if row := asking.whose(update, rows):
            take_in(passed_id=row.pk, update=update, now=now)
    Passed.objects.filter(pk__in=[row.pk for row in rows]).update(heard_at=now)


def _resolve(to: Recipient, rows: list[Passed]) -> None:
    """Ask for the ids that tokens became; one that cannot be had holds up no other."""
    failures = 0
    # In any order, so that it is not always the same ones that are not come to.
    for row in random.sample(rows, len(rows)):
        try:
            row.their_id = carrier().resolve(to, row.token)[:200]
        except OutsideError as exc:
            log.warning("token_not_resolved", authority=to.code, passed=row.pk, said=str(exc)[:200])
            failures += isinstance(exc, TryLater)
        if row.their_id:
            _keep_number(row)
        if failures == MOST_FAILURES:
            return


@transaction.atomic
def _keep_number(row: Passed) -> None:
    """Keep the number that a token became, with the case too: its sentences name it."""
    case = locked(row.case_id)
    row.save(update_fields=["their_id"])
    workflow.keep(case, "passed", {**case.facts.get("passed", {}), "reference": row.their_id})


@transaction.atomic
def take_in(*, passed_id: int, update: Update | Unreadable, now: datetime) -> None:
    """Take in one update, once: its words for staff, its state for the workflow where it is a new one.

    What cannot be read, what we do not know and what the workflow has no way on for is asked of an officer.
    """
    case_id = Passed.objects.values_list("case_id", flat=True).get(pk=passed_id)
    case = locked(case_id)
    row = Passed.objects.select_for_update().get(pk=passed_id)
    if case.erased_at:
        return
    if isinstance(update, Unreadable):
        text = (
            f"Please look what became of it there: this lacks {update.lacks}.\n{_said(row, update)}"
        )
        officers.ask_once(row=row, about=update.id, text=text, now=now)
        return
    ends = _ends(row)
    if not _is_new(row, update, now):
        return
    if update.state == "unknown" and _ask_about(row, update, now):
        return  # their words stand in what the officer reads
    is_taken_up = _takes_up(row, update, ends)
    is_news = is_taken_up or update.state not in ("open", "unknown", row.state)
    if update.words or is_news:
        timeline.write(case, "note", by=SYSTEM, now=now, text=_said(row, update))
    if is_taken_up:
        _ask_again(row, update, len(ends), now)
    elif is_news and row.state in WITH_THEM:
        _move(case, row, update, now)


def _said(row: Passed, update: Update | Unreadable) -> str:
    """Return what they say in a line: who, their status as they write it, their words."""
    status = f" ({update.status[:60]})" if update.status else ""
    return f"{officers.name(row)}{status}: {_whole(update.words) or 'no more was said'}"


def _whole(words: str) -> str:
    """Return what they said; of more than anybody reads, how much was left out."""
    left = len(words) - LONGEST
    return words if left <= 0 else f"{words[:LONGEST]}… ({left} more letters were not kept)"


def _is_new(row: Passed, update: Update, now: datetime) -> bool:
    """Keep an update's id; say whether it was not known before."""
    kept = {"state": update.state, "at": update.at}
    _, is_new = Heard.objects.get_or_create(passed=row, update_id=update.id[:200], defaults=kept)
    if is_new:
        row.news_at = now
        row.save(update_fields=["news_at"])
    return is_new


def _ask_about(row: Passed, update: Update, now: datetime) -> bool:
    """Ask an officer about a status that we do not know; once for a case and a status, and say whether it was now."""
    means = f"we do not know what “{update.status[:60]}” means."
    text = f"Please decide what follows: {means}\n{_said(row, update)}"
    # In whichever spelling.
    about = f"status {''.join(filter(str.isalnum, update.status.casefold()))}"
    return officers.ask_once(row=row, about=about, text=text, now=now)


def _ends(row: Passed) -> list[datetime]:
    """Return when they ended it, each time that they said so."""
    states = (*ENDED, *ENDED_AS)
    return list(row.heard.filter(state__in=states).order_by("at").values_list("at", flat=True))


def _takes_up(row: Passed, update: Update, ends: list[datetime]) -> bool:
    """Say whether they go back on an end of theirs; what they write down late of the time before it does not."""
    is_later = not ends or update.at >= ends[-1]
    return row.state in ENDED and update.state in BACK and bool(update.status) and is_later


def _ask_again(row: Passed, update: Update, ends: int, now: datetime) -> None:
    """Ask an officer about what they take up again, once after each of its ends."""
    means = MEANING[update.state]
    text = f"Please decide what follows: {officers.name(row)} had ended this, and now says that it {means}."
    officers.ask_once(row=row, about=f"{row.pk} after end {ends}", text=text, now=now)


def _move(case: Case, row: Passed, update: Update, now: datetime) -> None:
    """Carry a new state of theirs to the case; an officer is asked where nothing there leads on.

    A case that is closed here stays so: what they do then is noted, and theirs.
    """
    means = MEANING[update.state]
    row.state = ENDED_AS.get(update.state, update.state)
    row.save(update_fields=["state"])
    if row.state in WITH_THEM:
        sharing.share(case=case, kind="sent", key=row.authority)
    else:
        _no_longer_seen(case.pk, row.authority, now + SEEN_AFTER)
    if case.closed_at:
        return
    if not _report(row, f"send.{update.state}", now) and update.state != "started":
        text = f"Please decide what follows: {officers.name(row)} says that it {means}."
        needs_person.ask_officer(case_id=row.case_id, text=text, by=SYSTEM, now=now)
