"""Plays the examples of a service: everything is done for real, compared, and rolled back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from doorstep.bookings import actions as bookings
from doorstep.bookings import moving
from doorstep.cases import actions as cases
from doorstep.cases import changing, choosing, deciding, drafts
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.cases.values import values_of, words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.models import Version
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.forms import facts
from doorstep.forms.form import Page
from doorstep.forms.journey import Decision
from doorstep.forms.rules.rule import watched
from doorstep.intake.filling import Entries
from doorstep.rehearsal import made_up
from doorstep.rehearsal.coverage import Walked
from doorstep.rehearsal.example_filling import ExampleFilling
from doorstep.reports import actions as reports
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor

# What an example may bring about by naming what is not there; anything else is a fault of ours.
CANNOT = (
    IntegrityError,
    ObjectDoesNotExist,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
)


@dataclass
class Report:
    """What came of one example: its name, and the differences in words."""

    name: str
    differences: list[str]
    walked: Walked = field(default_factory=Walked)


class _Undo(Exception):
    """Rolls a rehearsal back."""


@contextmanager
def _rolled_back() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
            raise _Undo
    except _Undo:
        pass


def _moment(value: object) -> Any:
    if isinstance(value, str) and len(value) == 16 and value[4] == "-" and value[10] == "T":
        return datetime.fromisoformat(value).replace(tzinfo=ZONE)
    if isinstance(value, Mapping):
        return {k: _moment(v) for k, v in value.items()}
    return [_moment(v) for v in value] if isinstance(value, list) else value


class _Play:
    """One example under way."""

    def __init__(self, service: Service, given: Mapping[str, Any]) -> None:
        self.service, self.given = service, given
        self.now: datetime = _moment(given["now"])
        self.facts: Any = _moment(given.get("facts", {}))
        self.by = Actor("staff", "example") if given.get("by_staff") else RESIDENT
        # "dispute", or the reason with which a member of staff goes past a stop.
        self.goes_past = "dispute" if given.get("dispute") else given.get("override", "")
        self.pages: list[str] = []
        # Every stop that was met, also those that were gone past.
        self.stops: set[str] = set()
        self.stop = ""
        self.case: Case | None = None
        draft = drafts.begin(
            service=service,
            owner=Owner("made", uuid4().hex),
            channel=str(given.get("channel", "online")),
            by=self.by,
            now=self.now,
        )
        self.filling = ExampleFilling(
            given, draft=draft, by=self.by, now=self.now, given_facts=self.facts
        )

    def answer_pages(self) -> None:
        """Answer page by page as the form would, and send it; an answer it refuses is said by its question."""
        filling = self.filling
        while (page := self.next_page()) is not None:
            self.pages.append(page.id)
            decision = filling.answer(page, self.entries(page))
            self.stops |= {decision.code} if decision.stops else set()
            if decision.stops and self.goes_past:
                decision = self.go_past(page)
            if decision.stops:
                self.stop = decision.code
                return
        self.case, late = filling.submit()
        self.stop = late.code if late else ""
        self.stops |= {self.stop} - {""}

    def next_page(self) -> Page | None:
        """Return the next page in the form's order: one that asks nothing is met too."""
        return next((p for p in self.filling.pages if p.id not in self.pages), None)

    def entries(self, page: Page) -> Entries:
        """Return what an example answers on a page; raises Refused where the form would not take it."""
        entries = self.filling.read(page, self.filling.fields)
        if entries.wrong:
            refused = "; ".join(f"{name} {invalid.code}" for name, invalid in entries.wrong.items())
            raise Refused("answer", **{"not taken": refused})
        return entries

    def go_past(self, page: Page) -> Decision:
        """Go past a stop as the example says: by a dispute, or as staff with a reason."""
        if self.goes_past == "dispute":
            return self.filling.dispute(page)
        return self.filling.override(page, reason=str(self.goes_past))

    def said(self) -> str:
        if self.stop:
            stop = self.service.form.stops.get(self.stop)
            return fill(stop.say, self.values()) if stop else ""
        return (
            fill(self.service.workflow.stages[self.case.stage].resident, words_of(self.case))
            if self.case
            else ""
        )

    def then(self, happens: list[Mapping[str, Any]]) -> None:
        for event in happens:
            if "at" in event:
                self.go_on_to(_moment(event["at"]))
            what = next(name for name in HAPPENINGS if name in event)
            self.case = HAPPENINGS[what](self, event)

    def go_on_to(self, moment: datetime) -> None:
        """Let time pass; an example never goes back in it."""
        if moment < self.now:
            raise ValueError(f"`at` is earlier than what came before it: {moment:%Y-%m-%dT%H:%M}")
        self.now = moment

    def about(self, by: Actor = SYSTEM) -> dict[str, Any]:
        assert self.case
        return {"case_id": self.case.pk, "by": by, "now": self.now}

    def values(self) -> Mapping[str, object]:
        """Return every value that the case knows, or the draft where there is no case."""
        if self.case:
            return values_of(self.case)
        return self.filling.values

    def told(self) -> list[str]:
        assert self.case
        lines = self.case.events.filter(kind="told")
        return [line.data["message"] for line in lines]


def _comes(play: _Play, event: Mapping[str, Any]) -> Case:
    return cases.record_outcome(
        **play.about(),
        name=event["outcome"],
        corrected="corrected" in event,
        told=_moment(event.get("facts", {})),
    )


def _reopens(play: _Play, event: Mapping[str, Any]) -> Case:
    return choosing.reopen(**play.about(RESIDENT), text=event["reopened"], photo="")


def _chooses(play: _Play, event: Mapping[str, Any]) -> Case:
    chosen = event.get("chosen", "")
    return choosing.choose(**play.about(RESIDENT), name=event["choice"], chosen=chosen)


def _decides(play: _Play, event: Mapping[str, Any]) -> Case:
    words = {"reply": event.get("reply", ""), "chosen": event.get("chosen", "")}
    return deciding.decide(**play.about(), decision=event["decision"], reason="An example", **words)


def _merges(play: _Play, event: Mapping[str, Any]) -> Case:
    """Join the case to another one just like it."""
    other = _Play(play.service, play.given)
    other.answer_pages()
    assert other.case and play.case
    reports.merge(**play.about(), reference=other.case.reference)
    play.case.refresh_from_db()
    return play.case


def _changes(play: _Play, event: Mapping[str, Any]) -> Case:
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
        if changing.may_change(draft, page.id):
            entries = filling.read(page, filling.fields)
            if filling.answer(page, entries).stops:
                raise Refused("answer", page=page.id)
    case, decision = filling.submit()
    if case is None:
        raise Refused("answer", stop=decision.code if decision else "")
    return case


def _moves(play: _Play, event: Mapping[str, Any]) -> Case:
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


# What may happen to a case, by the name that says it.
HAPPENINGS: dict[str, Callable[[_Play, Mapping[str, Any]], Case]] = {
    "outcome": _comes,
    "reopened": _reopens,
    "choice": _chooses,
    "change": _changes,
    "decision": _decides,
    "merged": _merges,
    "moved": _moves,
}


def _plain(value: object) -> object:
    """Return days and moments as an example writes them, the latter in the council's own zone."""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, date) else value


def _unlike(expected: object, came: object, path: str) -> Iterator[str]:
    """Say where a value differs; of what has parts, only those that are named are compared."""
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        for name, part in expected.items():
            if name not in came:
                yield f"{path}.{name}: wanted {part}, there is no such part"
            else:
                yield from _unlike(part, came[name], f"{path}.{name}")
    elif (
        isinstance(expected, list) and isinstance(came, list | tuple) and len(expected) == len(came)
    ):
        for n, (part, other) in enumerate(zip(expected, came, strict=True)):
            yield from _unlike(part, other, f"{path}[{n}]")
    elif _plain(expected) != _plain(came):
        yield f"{path}: wanted {_plain(expected)}, came {_plain(came)}"


def _compare(play: _Play, expect: Mapping[str, object]) -> list[str]:
    case = play.case
    came: dict[str, object] = {
        "pages": play.pages,
        "stop": play.stop,
        "says": play.said(),
        "stage": case.stage if case else "",
        "due": case.due_on if case else None,
        "messages": play.told() if case else [],
        "closed": bool(case and case.is_closed),
        "flags": case.flags if case else [],
    }
    wrong: list[str] = []
    for key, expected in expect.items():
        if key == "values":
            wrong += _unlike(expected, play.values(), "values")
        elif key not in came:
            wrong.append(f"`{key}` is not something an example can expect")
        elif key == "says" and str(expected) not in str(came["says"]):
            wrong.append(f"says: wanted “{expected}”, came “{came['says']}”")
        elif key != "says" and came[key] != (
            date.fromisoformat(expected) if key == "due" and isinstance(expected, str) else expected
        ):
            wrong.append(f"{key}: wanted {expected}, came {came[key]}")
    return wrong


def _play_one(service: Service, example: Mapping[str, Any]) -> Report:
    given: Mapping[str, Any] = example["given"]
    overrides = given.get("settings")
    # An example without settings of its own is played with the council's.
    with catalogue.other_settings(overrides) if overrides is not None else nullcontext():
        play = _Play(service, given)
        with watched() as rules:
            play.answer_pages()
            if example.get("then") and play.case:
                play.then(example["then"])
        walked = Walked(stops=play.stops, rules=rules)
        if play.case:
            walked.follow(play.case)
        return Report(str(example["name"]), _compare(play, example["expect"]), walked)


def _tried(service: Service, contents: dict[str, str], example: Mapping[str, Any]) -> Report:
    """Play one example; what it asks for and cannot be done is a difference, not a fault of ours."""
    try:
        with _rolled_back(), bookings.given_calendar(made_up.calendar), facts.as_it_lies():
            made_up.make_homes()
            Version.objects.get_or_create(
                digest=service.digest,
                defaults={"slug": service.slug, "files": contents, "published_at": timezone.now()},
            )
            return _play_one(service, example)
    except Refused as exc:
        values = ", ".join(f"{k} {v}" for k, v in exc.values.items())
        why = f"refused: {exc.code} {values}".strip()
    except CANNOT as exc:
        why = f"could not be played: {type(exc).__name__}: {str(exc).splitlines()[0]}"
    return Report(str(example["name"]), [why])


def play_each(
    service: Service, contents: dict[str, str], examples: Iterable[Mapping[str, object]]
) -> Iterator[Report]:
    """Play examples against a service, one after the other; nothing of any stays behind."""
    catalogue.service(service.digest, contents)
    for example in examples:
        yield _tried(service, contents, example)


def play(
    service: Service, contents: dict[str, str], examples: Iterable[Mapping[str, object]]
) -> list[Report]:
    """Play examples against a service and return what came of each; nothing stays behind."""
    return list(play_each(service, contents, examples))
