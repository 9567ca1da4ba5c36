"""What may happen to a case in an example, each as its room does it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from doorstep.bookings import actions as bookings
from doorstep.bookings import changing as changing_days
from doorstep.bookings import moving
from doorstep.bookings.models import Calendar
from doorstep.cases import actions as cases
from doorstep.cases import changing, choosing, deciding, drafts
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.cases.values import values_of
from doorstep.council.errors import Refused
from doorstep.intake.filling import Mistaken
from doorstep.rehearsal import made_up, money, passing
from doorstep.rehearsal.example_filling import ExampleFilling
from doorstep.rehearsal.play import Play, answered, moment
from doorstep.reports import actions as reports
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor


def _comes(play: Play, event: Mapping[str, Any]) -> Case:
    assert play.case
    name = event["outcome"]
    if name in money.PAID and "corrected" not in event and money.pay(play.case, name, play.now):
        play.case.refresh_from_db()
        return play.case
    return cases.record_outcome(
        **play.about(),
        name=event["outcome"],
        corrected="corrected" in event,
        told=moment(event.get("facts", {})),
    )


def _reopens(play: Play, event: Mapping[str, Any]) -> Case:
    return choosing.reopen(**play.about(RESIDENT), text=event["reopened"], photo="")


def _chooses(play: Play, event: Mapping[str, Any]) -> Case:
    chosen = event.get("chosen", "")
    return choosing.choose(**play.about(RESIDENT), name=event["choice"], chosen=chosen)


def _decides(play: Play, event: Mapping[str, Any]) -> Case:
    words = {"reply": event.get("reply", ""), "chosen": event.get("chosen", "")}
    return deciding.decide(**play.about(), decision=event["decision"], reason="An example", **words)


def _merges(play: Play, event: Mapping[str, Any]) -> Case:
    """Join the case to another one just like it."""
    other = Play(play.service, play.given)
    other.answer_pages()
    assert other.case and play.case
    reports.merge(**play.about(), reference=other.case.reference)
    play.case.refresh_from_db()
    return play.case


def _changes(play: Play, event: Mapping[str, Any]) -> Case:
    """Fill in the pages that the stage lets be changed, with other answers, and send that."""
    owner = Owner("made", uuid4().hex)
    draft = changing.begin(**play.about(RESIDENT), owner=owner, channel="online")
    answers = {**play.given.get("answers", {}), **event["change"]}
    filling = ExampleFilling(
        {**play.given, "answers": answers},
        draft=draft,
        by=RESIDENT,
        now=play.now,
        given_facts=play.facts,
    )
    for page in list(filling.pages):
        may_change = changing.may_change(draft, page.id)
        if may_change and answered(filling, page, filling.fields).stops:
            raise Refused("answer", page=page.id)
    case, decision = filling.submit()
    if case is None:
        raise Refused("answer", stop=decision.code if decision else "")
    return case


def _moves(play: Play, event: Mapping[str, Any]) -> Case:
    """Bring the case to another day, as an officer does who moves a day's bookings, or back to the one it had."""
    assert play.case
    told = moving.NOT_MOVED
    outcome = moving.MOVED_BACK
    if "back" not in event:
        booked: Any = values_of(play.case)["booked"]
        told = {"was": booked["day"], "why": "An example", "tell": play.now}
        outcome = moving.OUTCOMES[event.get("way", "rebook")]
    moving.bring(**play.about(), slot=event["moved"], outcome=outcome, told=told)
    play.case.refresh_from_db()
    return play.case


def _passes(play: Play, event: Mapping[str, Any]) -> Case:
    """Let time pass until a moment, and do what is due by then."""
    assert play.case
    play.go_on_to(moment(event["passes"]))
    return passing.come_due(play.case, play.now)


def _closes(play: Play, event: Mapping[str, Any]) -> Case:
    """Close a day, as an officer does: who only holds it loses it."""
    assert play.case
    calendar, day = _day(event["closes"])
    by = Actor("staff", "example")
    changing_days.close(calendar=calendar, day=day, why="An example", by=by, now=play.now)
    bookings.lose(case_id=play.case.pk, by=SYSTEM, now=play.now)
    play.case.refresh_from_db()
    return play.case


def _fills(play: Play, event: Mapping[str, Any]) -> Case:
    """Let others take what is left of a day."""
    assert play.case
    others = drafts.begin(
        service=play.service,
        owner=Owner("made", uuid4().hex),
        channel="online",
        by=RESIDENT,
        now=play.now,
    )
    made_up.fill(*_day(event["fills"]), by=others, now=play.now)
    return play.case


def _day(slot: str) -> tuple[Calendar, date]:
    code, _, day = slot.rpartition("/")
    return made_up.calendar(code, ""), date.fromisoformat(day)


# What may happen to a case, by the name that says it.
HAPPENINGS: dict[str, Callable[[Play, Mapping[str, Any]], Case]] = {
    "outcome": _comes,
    "reopened": _reopens,
    "choice": _chooses,
    "change": _changes,
    "decision": _decides,
    "merged": _merges,
    "moved": _moves,
    "passes": _passes,
    "closes": _closes,
    "fills": _fills,
}


def happen(play: Play, events: Sequence[Mapping[str, Any]]) -> None:
    """Let everything happen, in order; what a form would refuse as wrong answers ends it. Raises Refused."""
    for event in events:
        if "at" in event:
            play.go_on_to(moment(event["at"]))
        what = next(name for name in HAPPENINGS if name in event)
        try:
            play.case = HAPPENINGS[what](play, event)
        except Mistaken as exc:
            play.mistakes = exc.wrong
            return
