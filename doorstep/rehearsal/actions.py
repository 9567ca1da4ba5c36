"""Plays the examples of a service, everything done for real and rolled back; publishes after that."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from doorstep.cases import actions as cases
from doorstep.cases import choosing, deciding
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case
from doorstep.cases.values import values_of, words_of
from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.building import build_all
from doorstep.catalogue.models import Version
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.forms import journey
from doorstep.forms.form import Page
from doorstep.forms.journey import Decision
from doorstep.outside.errors import TryLater
from doorstep.places.models import Property, Street, Ward
from doorstep.rehearsal import jobs
from doorstep.rehearsal.models import OPEN, Publishing
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor

MADE_UP = 1
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


def _property() -> None:
    street, _ = Street.objects.get_or_create(
        usrn=MADE_UP, defaults={"name": "Example Street", "locality": "Exampleton"}
    )
    ward, _ = Ward.objects.get_or_create(code="E00000000", defaults={"name": "Example"})
    Property.objects.get_or_create(
        uprn=MADE_UP,
        defaults={
            "street": street,
            "ward": ward,
            "line": "1 Example Street",
            "sort": 1,
            "postcode": "EX4 1PL",
            "blpu_class": "RD",
            "easting": 0,
            "northing": 0,
        },
    )


class _Play:
    """One example under way."""

    def __init__(self, service: Service, given: Mapping[str, Any]) -> None:
        self.service = service
        self.now: datetime = _moment(given["now"])
        self.facts: Any = _moment(given.get("facts", {}))
        self.answers: Any = given.get("answers", {})
        self.by = Actor("staff", "example") if given.get("by_staff") else RESIDENT
        # "dispute", or the reason with which a member of staff goes past a stop.
        self.goes_past = "dispute" if given.get("dispute") else given.get("override", "")
        self.pages: list[str] = []
        self.stop = ""
        self.case: Case | None = None
        self.draft = cases.begin(
            service=service,
            visitor=uuid4().hex,
            channel=str(given.get("channel", "online")),
            by=self.by,
            now=self.now,
        )

    def answer_pages(self) -> None:
        for page in self.service.form.pages:
            values = values_of(self.draft, catalogue.settings(self.service, self.now.date()))
            asked = frozenset(self.draft.asked)
            if page not in journey.shown(self.service.form, values, asked, clock_at(self.now)):
                continue
            self.pages.append(page.id)
            given = {q.id: self.answers.get(q.id) for q in page.questions}
            words = {k: str(v) for k, v in given.items()}
            decision = cases.answer(
                draft=self.draft,
                page=page,
                given=given,
                words=words,
                now=self.now,
                planted=self.facts,
            )
            if decision.stops and self.goes_past:
                decision = self.go_past(page)
            if decision.stops:
                self.stop = decision.code
                return
        self.case, late = cases.submit(
            draft_id=self.draft.id, by=self.by, now=self.now, planted=self.facts
        )
        self.stop = late.code if late else ""

    def go_past(self, page: Page) -> Decision:
        past: Any = {"draft": self.draft, "page": page, "by": self.by, "now": self.now}
        past["planted"] = self.facts
        if self.goes_past == "dispute":
            return cases.dispute(**past)
        return cases.override(**past, reason=str(self.goes_past))

    def said(self) -> str:
        if self.stop:
            found = self.service.form.stops.get(self.stop)
            settings = catalogue.settings(self.service, self.now.date())
            return fill(found.say, values_of(self.draft, settings)) if found else ""
        return (
            fill(self.service.workflow.stages[self.case.stage].resident, words_of(self.case))
            if self.case
            else ""
        )

    def then(self, happens: list[Mapping[str, str]]) -> None:
        assert self.case
        for event in happens:
            if "outcome" in event:
                self.case = cases.record_outcome(
                    case_id=self.case.pk,
                    name=event["outcome"],
                    by=SYSTEM,
                    now=self.now,
                    corrected="corrected" in event,
                )
            elif "reopened" in event:
                self.case = choosing.reopen(
                    case_id=self.case.pk,
                    text=event["reopened"],
                    photo="",
                    by=RESIDENT,
                    now=self.now,
                )
            else:
                self.case = deciding.decide(
                    case_id=self.case.pk,
                    decision=event["decision"],
                    reason="An example",
                    reply=event.get("reply", ""),
                    by=SYSTEM,
                    now=self.now,
                )

    def told(self) -> list[str]:
        assert self.case
        lines = self.case.events.filter(kind="told")
        return [line.data["message"] for line in lines]


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
    wrong = []
    for key, wanted in expect.items():
        if key not in came:
            wrong.append(f"`{key}` is not something an example can expect")
        elif key == "says" and str(wanted) not in str(came["says"]):
            wrong.append(f"says: wanted “{wanted}”, came “{came['says']}”")
        elif key != "says" and came[key] != (
            date.fromisoformat(wanted) if key == "due" and isinstance(wanted, str) else wanted
        ):
            wrong.append(f"{key}: wanted {wanted}, came {came[key]}")
    return wrong


def _play_one(service: Service, example: Mapping[str, Any]) -> Report:
    given: Mapping[str, Any] = example["given"]
    own = given.get("settings")
    # An example without settings of its own is played with the council's.
    with catalogue.other_settings(own) if own is not None else nullcontext():
        play = _Play(service, given)
        play.answer_pages()
        if example.get("then") and play.case:
            play.then(example["then"])
        return Report(str(example["name"]), _compare(play, example["expect"]))


def _tried(service: Service, contents: dict[str, str], example: Mapping[str, Any]) -> Report:
    """Play one example; what it asks for and cannot be done is a difference, not a fault of ours."""
    try:
        with _rolled_back():
            _property()
            Version.objects.get_or_create(
                digest=service.digest,
                defaults={"slug": service.slug, "files": contents, "published_at": timezone.now()},
            )
            return _play_one(service, example)
    except Refused as exc:
        said = ", ".join(f"{k} {v}" for k, v in exc.values.items())
        why = f"refused: {exc.code} {said}".strip()
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


def ask_to_publish(*, slug: str, digest: str, by: Actor, now: datetime) -> Publishing:
    """Queue the playing of a library folder that is to be published; the same asked twice is one.

    `digest` names the content that was looked at. Raises DefinitionError, Refused("not_in_library",
    "library_changed" or "already_running").
    """
    service, files = catalogue.of_folder(catalogue.folder_of(slug))
    if service.digest != digest:
        raise Refused("library_changed")
    if catalogue.standing(slug) == "same":
        raise Refused("already_running")
    try:
        with transaction.atomic():
            made = Publishing.objects.create(
                slug=slug,
                digest=digest,
                files=files,
                asked_by=by.key,
                asked_at=now,
                state="waiting",
                examples=len(service.examples),
                moved_at=now,
            )
            jobs.play.defer(once=f"publishing-{made.pk}", publishing_id=made.pk)
            return made
    except IntegrityError as exc:
        if "one_open_publishing" not in str(exc):
            raise
    # Someone else was first; it may have ended since.
    return Publishing.objects.filter(slug=slug).order_by("-id")[0]


def _begin(publishing_id: int) -> Publishing | None:
    """Take the next run; nothing when it has ended."""
    with transaction.atomic():
        found = Publishing.objects.select_for_update().get(id=publishing_id)
        if found.ended_at:
            return None
        found.run, found.played, found.state = found.run + 1, 0, "playing"
        found.save(update_fields=["run", "played", "state"])
        return found


def _still(wish: Publishing, **changes: object) -> bool:
    """Write down how a run goes; no when another run took over, or the wish has ended."""
    mine = Publishing.objects.filter(id=wish.pk, run=wish.run, ended_at=None)
    return bool(mine.update(moved_at=Now(), **changes))


def play_and_publish(*, publishing_id: int, now: datetime) -> None:
    """Play the examples of a wish; publish it when all come out, else keep what differs.

    Safe to run again at any point: nothing is kept of a play, and publishing is the last step, in
    one transaction with the wish's end.
    """
    wish = _begin(publishing_id)
    if wish is None:
        return
    service = build_all(wish.files)
    settings = _settings(service, now)
    reports: list[Report] = []
    for number, report in enumerate(play_each(service, wish.files, service.examples), 1):
        reports.append(report)
        if not _still(wish, played=number):
            return
    differing = [{"name": r.name, "lines": r.differences} for r in reports if r.differences]
    if _settings(service, now) != settings:
        raise TryLater("the council's settings changed while the examples were played")
    with transaction.atomic():
        state = "differs" if differing else "published"
        if not _still(wish, state=state, differing=differing, ended_at=now):
            return
        if not differing:
            by = Actor("staff", wish.asked_by)
            publishing.played(service=service, examples=len(reports), now=now)
            publishing.publish(contents=wish.files, now=now, by=by)


def _settings(service: Service, now: datetime) -> str:
    return catalogue.settings_digest(catalogue.settings(service, now.date()))


def give_up_publishing(*, publishing_id: int, now: datetime) -> None:
    """End a wish whose examples could not be played; nothing is published."""
    wishes = Publishing.objects.filter(id=publishing_id, state__in=OPEN)
    wishes.update(state="failed", ended_at=now)
