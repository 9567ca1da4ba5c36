"""Plays the examples of a service: everything is done for real, then rolled back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from doorstep.cases import actions as cases
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case
from doorstep.cases.values import values_of, words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.models import Version
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council.queries import ZONE
from doorstep.forms import journey
from doorstep.forms.form import Page
from doorstep.forms.journey import Decision
from doorstep.places.models import Property, Street, Ward
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor

MADE_UP = 1


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
                self.case = cases.reopen(
                    case_id=self.case.pk,
                    text=event["reopened"],
                    photo="",
                    by=RESIDENT,
                    now=self.now,
                )
            else:
                self.case = cases.decide(
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
    own = given.get("settings", {})
    play = _Play(service, given)
    with catalogue.other_settings(own):
        play.answer_pages()
        if example.get("then") and play.case:
            play.then(example["then"])
        return Report(str(example["name"]), _compare(play, example["expect"]))


def play(
    service: Service, contents: dict[str, str], examples: Sequence[Mapping[str, object]]
) -> list[Report]:
    """Play examples against a service and return what came of each; nothing stays behind."""
    reports: list[Report] = []
    for example in examples:
        with _rolled_back():
            _property()
            Version.objects.get_or_create(
                digest=service.digest,
                defaults={"slug": service.slug, "files": contents, "published_at": timezone.now()},
            )
            reports.append(_play_one(service, example))
    return reports
