"""What a resident may choose on the page of their case: cancel, take another date, open it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from doorstep.cases import asking, timeline, workflow
from doorstep.cases.clock import clock_at
from doorstep.cases.locking import locked, one_open_case, standing
from doorstep.cases.models import Case
from doorstep.cases.values import values_of, words_of
from doorstep.catalogue.service import Change, Choice
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.customers import actions as customers
from doorstep.files import photos
from doorstep.staff.actor import Actor

# Under this a case keeps when its person left it to the others who wait for it.
LEFT = "left"


@dataclass(frozen=True)
class Offered:
    """A choice that is open now: its name, the button's words, what to know first, and until when."""

    name: str
    offer: str
    sure: str
    until: datetime | None
    # Whether something is asked first, such as which day instead (`cases.asking`).
    asks: bool = False
    # Whether it takes back what is under way, such as a booking.
    undo: bool = False


def until(case: Case, offer: Choice | Change, now: datetime) -> datetime | None:
    """Return the moment before which something may be chosen or changed; nothing where there is none."""
    moment: Any = offer.until.evaluate(values_of(case), clock_at(now)) if offer.until else None
    last: datetime | None = moment
    return last


def offered(case: Case, now: datetime) -> list[Offered]:
    """Return what the resident may choose now, in the workflow's order."""
    if case.erased_at:  # nothing is left that its words could name
        return []
    offers = []
    for name, choice in workflow.stage_of(case).choices.items():
        if choice.undo and has_left(case):
            continue
        last = until(case, choice, now)
        if last is None or now < last:
            sure = fill(choice.sure, {**words_of(case), "until": last})
            offers.append(
                Offered(name, choice.offer, sure, last, asking.asks(case, name), choice.undo)
            )
    return offers


def late(case: Case, now: datetime) -> str:
    """Return what is said of what could be changed or chosen until a moment that is past; nothing otherwise."""
    if case.erased_at:
        return ""
    stage = workflow.stage_of(case)
    offers: list[Choice | Change] = [stage.change] if stage.change else []
    for offer in (*offers, *stage.choices.values()):
        last = until(case, offer, now)
        if last is not None and now >= last and offer.late:
            return fill(offer.late, {**words_of(case), "until": last})
    return ""


def is_asked_again(case: Case, name: str, refused: Refused, now: datetime) -> bool:
    """Say whether a choice that was refused is still offered, so that it is asked once more, as it stands now.

    For its answer, such as a day that went meanwhile, or because what is offered is another by now.
    """
    if not any(choice.name == name for choice in offered(case, now)):
        return False
    answer = refused.code in ("option_missing", "slot_gone") and asking.asks(case, name)
    return answer or refused.code == "changed_since"


def one(case: Case, name: str, now: datetime) -> Offered:
    """Return a choice that is open now; raises Refused("choice_gone")."""
    offer = next((choice for choice in offered(case, now) if choice.name == name), None)
    if offer is None:
        raise Refused("choice_gone")
    return offer


def choose(
    *,
    case_id: int,
    name: str,
    by: Actor,
    now: datetime,
    chosen: str = "",
    made_at: str = "",
) -> Case:
    """Carry out a choice; `chosen` answers what it asks first, such as which day instead.

    A choice that takes back what others wait for, too, takes only the person off (`has_left`).
    `made_at` is where the case stood when they chose, as `locking.standing` says: what is offered may be another day by now.
    Raises Refused: "choice_gone", also at the very moment it ends; "changed_since"; "already_open"; "option_missing"; and
    what the steps of the next stage refuse, such as "slot_gone": then nothing was changed.
    """
    with one_open_case(), transaction.atomic():
        workflow.lock_before(case_id)
        case = locked(case_id)
        if made_at and made_at != standing(case):
            raise Refused("changed_since")
        one(case, name, now)
        choice = workflow.stage_of(case).choices[name]
        if choice.undo and workflow.stands_for_others(case):
            _leave(case, name, by, now)
            return case
        was = workflow.said_now(case)
        timeline.write(case, "chosen", by=by, now=now, choice=name)
        if choice.undo:
            workflow.unwind(case, by=by, now=now)
        asking.take(case, name, chosen, by=by, now=now)
        workflow.enter(case, choice.stage, by=by, now=now, why=name, was=was)
    return case


def has_left(case: Case) -> bool:
    """Say whether the person took back what others wait for, too, so that it goes on without them."""
    return LEFT in case.facts


def _leave(case: Case, name: str, by: Actor, now: datetime) -> None:
    """Let a person leave a case that goes on for others: nothing of it changes, and they are told no more."""
    timeline.write(case, "left", by=by, now=now, choice=name)
    workflow.keep(case, LEFT, {"at": now})
    customer, case.customer = case.customer_id, None
    case.save(update_fields=["customer"])
    customers.forget(customer_id=customer)


def was_chosen(case: Case, name: str) -> bool:
    """Say whether a choice is what brought a case to where it stands, such as pressed a second time."""
    last = case.events.filter(kind__in=("chosen", "left", "stage")).order_by("-number")[:2]
    return any(event.data.get("choice") == name for event in last)


def reopen(*, case_id: int, text: str, photo: str, by: Actor, now: datetime) -> Case:
    """Open a closed case again because the resident says it is not right, with words and perhaps a photo.

    Raises Refused: "not_reopenable", "too_late_to_reopen", "text_missing", "already_open".
    """
    with one_open_case(), transaction.atomic():
        case = locked(case_id)
        offer = workflow.stage_of(case).reopen
        if offer is None or case.closed_at is None:
            raise Refused("not_reopenable")
        if now > reopen_until(case):
            raise Refused("too_late_to_reopen")
        if not text.strip():
            raise Refused("text_missing")
        photos.keep([photo])
        timeline.write(case, "reopened", by=by, now=now, text=text.strip(), photo=photo)
        workflow.enter(case, offer.stage, by=by, now=now, why="reopened")
    return case


def reopen_until(case: Case) -> datetime:
    """Return until when a closed case can be reopened from its stage; its closing where it cannot."""
    offer = workflow.stage_of(case).reopen
    assert case.closed_at
    days: Any = offer.days.evaluate(values_of(case), clock_at(case.closed_at)) if offer else 0
    return case.closed_at + timedelta(days=days)
