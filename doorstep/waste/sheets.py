"""Work that is done by the council's own waste system: sent there, looked after, its outcome carried to its case.

A sheet is written down before anything is sent, and each step is looked for there before it is done again: a worker that died
between two of them leaves one piece of work there, and one outcome here.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from doorstep.bookings.models import Booking
from doorstep.cases import needs_person
from doorstep.cases.models import Case, Event
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job, Outcome
from doorstep.outside import calls
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.staff.actor import Actor
from doorstep.waste import queries, queue, theirs
from doorstep.waste.models import Round, Sheet, TheirDay
from doorstep.waste.provider import Outcome as Said
from doorstep.waste.provider import Rejected, Work

# A try has ended by then, or its worker has died.
TRYING = timedelta(minutes=2)
# Open work is asked after so often where nobody tells us; one that failed is tried again after twice as long each time.
OFTEN, FIRST, LONGEST = timedelta(minutes=15), timedelta(seconds=30), timedelta(minutes=15)
# Beyond this a person is asked; it is tried on all the same.
PATIENCE = timedelta(hours=12)
# Who keys the same within so long is refused there.
SAME_AGAIN = timedelta(minutes=40)
TOPIC = "waste system"
log = structlog.get_logger("doorstep.waste")


def _theirs() -> QuerySet[Job]:
    """Return open jobs that are done there and have no sheet yet: those of their lists, and of containers on a round's."""
    rounds = Round.objects.values("code")
    of_theirs = Q(crew_list__in=list(theirs.words().lists), place__isnull=False)
    of_theirs |= Q(about_kind="container", crew_list__in=rounds)
    return Job.objects.filter(of_theirs, state="open", sheet=None).select_related("case")


def _kind(sheet: Sheet) -> theirs.Work | None:
    """Return the kind of work that a sheet is there; nothing where the council's file has none for it."""
    words = theirs.words()
    return (
        words.missed(sheet.kind)
        if sheet.kind
        else words.lists.get(sheet.job.crew_list if sheet.job else "")
    )


def look(now: datetime) -> None:
    """Queue what is to be done now: jobs that have no sheet yet, and sheets whose time has come."""
    if not theirs.is_kept_there():
        return
    for job in _theirs().order_by("pk")[:500]:
        _begin(job, now)
    words = Event.objects.filter(
        case=OuterRef("job__case"), kind="added", number__gt=OuterRef("told")
    )
    changed = Q(job__state__in=("withdrawn", "done")) | Exists(words)
    Sheet.objects.filter(changed, state="open", wrong="", next_at__gt=now).update(next_at=now)
    due = Sheet.objects.filter(next_at__lte=now).order_by("next_at")
    for sheet_id in due.values_list("pk", flat=True)[:500]:
        queue.sheet.defer(sheet_id=sheet_id)


def _begin(job: Job, now: datetime) -> None:
    """Write down that a job is done there, and how we call it; one that two look at is written once."""
    row = None
    if job.about_kind == "container":
        row = queries.boxes({job.about_key}).get(job.about_key)
    place_id = row.place_id if row else job.place_id
    if place_id is None:
        return
    sheet = Sheet(
        job=job,
        key=f"{job.case.reference}/{job.pk}",
        place_id=place_id,
        kind=row.kind if row else "",
        state="to_send",
        began_at=now,
        due_on=job.day,
        next_at=now,
    )
    kind = _kind(sheet)
    sheet.subject = kind.subject if kind else ""
    Sheet.objects.bulk_create([sheet], ignore_conflicts=True)


def go_on(*, sheet_id: int, now: datetime) -> None:
    """Do the next thing about a sheet: send it, cancel it, add what its person said since, or ask what came of it."""
    sheet = _claimed(sheet_id, now)
    if sheet is None:
        return
    with calls.about(lambda: sheet.job.case_id if sheet.job else None):
        if sheet.state == "to_send":
            _try(sheet, now, _send)
        elif sheet.number:
            _try(sheet, now, _look_at)


def _claimed(sheet_id: int, now: datetime) -> Sheet | None:
    """Return a sheet, claimed so that nobody else goes on with it meanwhile; nothing where somebody does."""
    free = Q(tried_at=None) | Q(tried_at__lt=now - TRYING)
    mine = Sheet.objects.filter(free, pk=sheet_id)
    if not mine.update(tried_at=now, tries=F("tries") + 1):
        return None
    return Sheet.objects.select_related("job__case__place", "place").get(pk=sheet_id)


def _try(sheet: Sheet, now: datetime, act: Callable[[Sheet, datetime], None]) -> None:
    """Do it; what may work later is done again, later and later, and a person is asked once it took too long."""
    try:
        act(sheet, now)
    except TryLater as exc:
        _later(sheet, str(exc), now)
    except GiveUp as exc:
        if sheet.state != "to_send" and sheet.job and sheet.job.state != "open":
            _end(sheet, "cancelled", now)  # nobody waits for it, and it is not there any more
        else:
            _refused(sheet, exc.reason, now)


def _later(sheet: Sheet, wrong: str, now: datetime) -> None:
    wait = min(LONGEST, FIRST * 2 ** min(sheet.tries - 1, 10))
    Sheet.objects.filter(pk=sheet.pk).update(wrong=wrong[:200], next_at=now + wait, tried_at=None)
    log.warning("sheet_waits", sheet=sheet.pk, said=wrong[:200])
    if sheet.state == "to_send" and now - sheet.began_at > PATIENCE:
        _ask(
            sheet,
            "This has not reached the waste system yet: it does not answer. Key it there by hand, or give it to a crew.",
            now,
        )


def _refused(sheet: Sheet, reason: str, now: datetime) -> None:
    """Stop: the same again is refused again. What was to be sent, or is not there any more, is a person's."""
    is_sent = sheet.state != "to_send"
    Sheet.objects.filter(pk=sheet.pk).update(
        state=sheet.state if is_sent else "refused",
        wrong=reason[:200],
        next_at=now + LONGEST if is_sent else None,
        tried_at=None,
    )
    log.warning("sheet_refused", sheet=sheet.pk, said=reason[:200])
    if is_sent:
        _ask(
            sheet,
            f"The waste system does not say how this stands ({reason}). Look there, and say what came of it.",
            now,
        )
    else:
        full = _slot(sheet) is not None
        what = (
            "Give it another day, or send it again."
            if full
            else "Send it again, or key it there by hand."
        )
        before = " An earlier try may have got there: look first." if sheet.tries > 1 else ""
        _ask(sheet, f"The waste system did not take this ({reason}).{before} {what}", now)


def _ask(sheet: Sheet, text: str, now: datetime, topic: str = TOPIC) -> None:
    """Ask a person about a sheet's case, once until something else is to be asked."""
    if sheet.job is None or sheet.asked == text[:200]:
        return
    about: dict[str, Any] = {"by": theirs.THEY, "now": now, "topic": topic}
    needs_person.ask_officer(case_id=sheet.job.case_id, text=text, **about)
    Sheet.objects.filter(pk=sheet.pk).update(asked=text[:200])


def _answered(sheet: Sheet, now: datetime, by: Actor = theirs.THEY) -> None:
    """End what a person was asked about a sheet: it came about otherwise, or the person has said it."""
    if sheet.job is not None and sheet.asked:
        needs_person.done(case_id=sheet.job.case_id, topic=TOPIC, by=by, now=now)
        Sheet.objects.filter(pk=sheet.pk).update(asked="")


def said(*, case: Case, by: Actor, now: datetime) -> None:
    """End what a person was asked about a case's work there: the person has said what came of it."""
    for sheet in Sheet.objects.filter(job__case=case).select_related("job"):
        _answered(sheet, now, by)


# Sending.


def _send(sheet: Sheet, now: datetime) -> None:
    """Key the work there once, and write down their number; raises TryLater, GiveUp."""
    job, backend = sheet.job, theirs.backend()
    # A try that nobody wrote down may have keyed it, also where it is not wanted any more: then it is cancelled.
    number = backend.sent(Work(sheet.key, sheet.place_id, "", "")) if sheet.tries > 1 else ""
    if not number and (job is None or job.state != "open"):
        Sheet.objects.filter(pk=sheet.pk).update(
            state="dropped", next_at=None, tried_at=None, wrong=""
        )
        return
    if not number and job is not None:
        _clear_the_way(sheet, now)
        number = _keyed(sheet, job, now)
    _is_there(sheet, number, now)


def _clear_the_way(sheet: Sheet, now: datetime) -> None:
    """Cancel there what this takes the place of: they take the same at one home once in half an hour."""
    before = Sheet.objects.filter(place=sheet.place_id, subject=sheet.subject, state="open")
    for old in before.filter(job__state="withdrawn").select_related("job"):
        # Gone, or not to be cancelled: they say themselves whether it is in the way.
        with suppress(GiveUp):
            _look_at(old, now)


def _keyed(sheet: Sheet, job: Job, now: datetime) -> str:
    """Key work and return their number; raises TryLater, GiveUp."""
    try:
        return theirs.backend().create(_work(sheet, job))
    except Rejected as exc:
        if exc.code not in theirs.words().again:
            raise
        # Somebody keyed the same a moment ago, or what we cancelled just now still counts.
        number = _same_there(sheet, now)
        if not number:
            raise TryLater(f"they take the same once in half an hour: {exc.reason}") from exc
        sheet.is_adopted = True
        return number


def _same_there(sheet: Sheet, now: datetime) -> str:
    """Return the number of open work that others keyed of the same missed container a moment ago; or nothing.

    Of large items never: what is to be taken, and when, stands in ours alone.
    """
    if not sheet.kind or not sheet.subject:
        return ""
    same = [
        w
        for w in theirs.backend().worksheets(sheet.place_id)
        if w.state == "open"
        and w.subject == sheet.subject
        and w.began
        and now - w.began < SAME_AGAIN
    ]
    ours = Sheet.objects.filter(job__isnull=False)
    taken = set(ours.filter(number__in=[w.id for w in same]).values_list("number", flat=True))
    keys = set(ours.filter(key__in=[w.reference for w in same]).values_list("key", flat=True))
    return next((w.id for w in same if w.id not in taken and w.reference not in keys), "")


@transaction.atomic
def _is_there(sheet: Sheet, number: str, now: datetime) -> None:
    """Write down a number; work that was seen there as somebody else's becomes this one. Raises GiveUp where another case has it."""
    if Sheet.objects.filter(number=number, job__isnull=False).exclude(pk=sheet.pk).exists():
        raise GiveUp("they gave a number that other work of ours has")
    if len(number) > Sheet.LONGEST_NUMBER:
        raise GiveUp("they gave a number that is none")
    Sheet.objects.filter(number=number, job=None).delete()
    Sheet.objects.filter(pk=sheet.pk).update(
        number=number,
        is_adopted=sheet.is_adopted,
        state="open",
        tries=0,
        tried_at=None,
        wrong="",
        next_at=now + OFTEN,
    )
    _answered(sheet, now)


def _work(sheet: Sheet, job: Job) -> Work:
    """Return a job as it is keyed there: what and where, and of its person no more than where the things stand."""
    kind = _kind(sheet)
    if kind is None:
        raise GiveUp("waste-system.yaml names no work for this")
    items: Counter[str] = Counter({kind.marker: 1} if kind.marker else {})
    for task in job.tasks:
        items[kind.items.get(str(task["id"]).rsplit(".", 1)[0], kind.any_item)] += 1
    if kind.item:
        items[kind.item] += 1
    items.pop("", None)
    slot = _slot(sheet)
    return Work(
        key=sheet.key,
        uprn=sheet.place_id,
        service=kind.service,
        message="\n".join(filter(None, (job.title, job.detail, job.warning)))[:1000],
        items=dict(items),
        properties={kind.where: job.detail[:500]} if kind.where and job.detail else {},
        by=job.day,
        slot=slot.slot if slot else "",
    )


def _slot(sheet: Sheet) -> TheirDay | None:
    """Return the day of theirs that a case has booked, if it is one."""
    booked = Booking.objects.filter(case__jobs__sheet=sheet, state="booked").values("day_id")
    return TheirDay.objects.filter(day_id__in=booked).exclude(slot="").first()


# What comes of it.


def _look_at(sheet: Sheet, now: datetime) -> None:
    """Ask how work stands that is there, after what we have to say of it; raises TryLater, GiveUp."""
    backend, job, number = theirs.backend(), sheet.job, str(sheet.number)
    if job is not None and job.state == "withdrawn":
        if not sheet.is_adopted:  # what others keyed is theirs to cancel
            backend.cancel(number)
            _end(sheet, "cancelled", now)
        else:
            _given_back(sheet)
        return
    if job is not None and job.state == "open":
        _tell(sheet, job, now)
    outcome = backend.outcome(number)
    if outcome.state in Sheet.ENDED:
        if job is not None:
            _carry(sheet, job, outcome, now)
        _end(sheet, outcome.state, now)
    elif job is not None and job.state == "done":
        # A crew of ours did it: nobody needs to go there from there.
        if not sheet.is_adopted:
            backend.note(number, "Done already, as Doorstep knows.")
            backend.cancel(number)
        _end(sheet, "cancelled", now)
    else:
        if outcome.state == "unknown":
            _ask(
                sheet,
                "The waste system says a word of this that nobody told us of. Look there, and say what came of it.",
                now,
            )
        _rest(sheet, now)


def _given_back(sheet: Sheet) -> None:
    """Let work that others keyed be theirs again: it stands there, and the next report reads so."""
    about = {"job": None, "key": "", "is_adopted": False, "wrong": "", "next_at": None}
    Sheet.objects.filter(pk=sheet.pk).update(**about, tries=0, tried_at=None)


def _rest(sheet: Sheet, now: datetime) -> None:
    """Look again in a while; a word of theirs that came meanwhile is not forgotten."""
    row = Sheet.objects.filter(pk=sheet.pk)
    row.update(tries=0, tried_at=None, wrong="")
    row.filter(next_at=sheet.next_at).update(next_at=now + OFTEN)


def _end(sheet: Sheet, state: str, now: datetime) -> None:
    row = Sheet.objects.filter(pk=sheet.pk)
    row.update(state=state, ended_at=sheet.ended_at or now, tries=0, tried_at=None, wrong="")
    row.filter(next_at=sheet.next_at).update(next_at=None)


def _tell(sheet: Sheet, job: Job, now: datetime) -> None:
    """Add what the case's person said since the work was sent, word for word; a worker that dies here may say it twice."""
    said = Event.objects.filter(case=job.case_id, kind="added", number__gt=sheet.told)
    for event in said.select_related("personal").order_by("number"):
        try:
            if event.personal.text:
                theirs.backend().note(str(sheet.number), event.personal.text[:1000])
        except GiveUp as exc:
            words = f"The waste system did not take what they added ({exc.reason}). Tell the crew."
            _ask(sheet, words, now, topic="tell the crew")
        Sheet.objects.filter(pk=sheet.pk).update(told=event.number)


def _carry(sheet: Sheet, job: Job, outcome: Said, now: datetime) -> None:
    """Carry what came of work to the job's case, once; what nobody can read is a person's to say.

    What they said before is no news, also where an officer has put it right since.
    """
    code = _code(sheet, job, outcome)
    values = ", ".join(sorted(filter(None, outcome.properties.values())))
    word = code or outcome.state + (f" ({values})" if values else "")
    if word[:80] == sheet.said:
        return
    if code:
        _carried(sheet, job, code, now)
    elif job.state == "open":
        _ask(sheet, f"The waste system says {word[:150]} of this: say what came of it.", now)
    Sheet.objects.filter(pk=sheet.pk).update(said=word[:80])


def _carried(sheet: Sheet, job: Job, code: str, now: datetime) -> None:
    before = Outcome.objects.filter(job=job).count()
    event = uuid5(NAMESPACE_URL, f"worksheet:{sheet.number}:{code}:{before}")
    act: Any = fieldwork.finish_job
    more: dict[str, object] = {"photo": "", "done": [str(task["id"]) for task in job.tasks]}
    if job.state == "done":
        act, more = fieldwork.correct_job, {}
    try:
        act(event_id=event, job_id=job.pk, code=code, note="", by=theirs.THEY, now=now, **more)
    except Refused as exc:
        # Said here already, by a crew of ours or by what was read a moment ago.
        log.info("outcome_not_taken", sheet=sheet.pk, why=exc.code)
    _answered(sheet, now)


def _code(sheet: Sheet, job: Job, outcome: Said) -> str:
    """Return our outcome of a job for theirs; nothing where it has none."""
    kind, words = _kind(sheet), theirs.words()
    said = outcome.properties.get(kind.outcome, "") if kind else ""
    code = words.outcomes.get(said.strip().lower(), "")
    if outcome.state == "cancelled":
        code = words.cancelled
    return code if code in job.outcomes else ""


def send_again(*, sheet_id: int, now: datetime) -> bool:
    """Try again at once what waits or was refused, as a person wants it; say whether there was any such."""
    refused = Sheet.objects.filter(pk=sheet_id, state="refused", number=None)
    refused.update(state="to_send")
    free = Q(tried_at=None) | Q(tried_at__lt=now - TRYING)  # a try that is under way goes on
    waiting = Sheet.objects.filter(free, pk=sheet_id, state__in=Sheet.LIVE)
    is_there = waiting.update(next_at=now, tried_at=None)
    if is_there:
        queue.sheet.defer(sheet_id=sheet_id)
    return bool(is_there)


def poked(*, number: str, now: datetime) -> None:
    """Look at work again, as they say that it changed; of what is not ours nothing is asked."""
    for sheet in Sheet.objects.filter(number=number, job__isnull=False):
        Sheet.objects.filter(pk=sheet.pk).update(next_at=now)
        queue.sheet.defer(sheet_id=sheet.pk)
