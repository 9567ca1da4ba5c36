"""One example under way: the form it fills in, where its clock stands, what came of it until now."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from doorstep.cases import drafts
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.cases.values import values_of, words_of
from doorstep.catalogue.files import MOMENT_PATTERN
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council.queries import ZONE
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision
from doorstep.forms.questions.kind import Invalid, Posted
from doorstep.intake.filling import Filling, Mistaken
from doorstep.rehearsal.example_filling import ExampleFilling
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor

MOMENT = re.compile(MOMENT_PATTERN)


def moment(value: object) -> Any:
    """Return what an example says, its moments in the council's own zone."""
    if isinstance(value, str) and MOMENT.fullmatch(value):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):  # as YAML reads one with seconds
        return value if value.tzinfo else value.replace(tzinfo=ZONE)
    if isinstance(value, Mapping):
        return {k: moment(v) for k, v in value.items()}
    return [moment(v) for v in value] if isinstance(value, list) else value


class Unplayable(ValueError):
    """What an example says and cannot be, in our own words."""


class Play:
    """One example under way."""

    def __init__(self, service: Service, given: Mapping[str, Any]) -> None:
        self.service, self.given = service, given
        self.now: datetime = moment(given["now"])
        # Until when all that was due is done.
        self.passed = self.now
        self.facts: Any = moment(given.get("facts", {}))
        self.by = Actor("staff", "example") if given.get("by_staff") else RESIDENT
        # "dispute", or the reason with which a member of staff goes past a stop.
        self.goes_past = "dispute" if given.get("dispute") else given.get("override", "")
        self.pages: list[str] = []
        # Every stop that was met, also those that were gone past.
        self.stops: set[str] = set()
        self.stop = ""
        # What is wrong with which answers, and the code by which something was refused.
        self.mistakes: dict[str, Invalid] = {}
        self.refused = ""
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
        """Answer page by page as the form would, and send it; it ends at a stop, and at answers that are wrong."""
        filling = self.filling
        while (page := self.next_page()) is not None:
            self.pages.append(page.id)
            try:
                decision = answered(filling, page, filling.fields)
            except Mistaken as exc:
                self.mistakes = exc.wrong
                return
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

    def go_past(self, page: Page) -> Decision:
        """Go past a stop as the example says: by a dispute, or as staff with a reason."""
        if self.goes_past == "dispute":
            return self.filling.dispute(page)
        return self.filling.override(page, reason=str(self.goes_past))

    def said(self) -> str:
        if self.mistakes:
            return " ".join(sentences(self.mistakes))
        if self.stop:
            stop = self.service.form.stops.get(self.stop)
            return fill(stop.say, self.values()) if stop else ""
        return (
            fill(self.service.workflow.stages[self.case.stage].resident, words_of(self.case))
            if self.case
            else ""
        )

    def go_on_to(self, moment: datetime) -> None:
        """Let time pass; an example never goes back in it."""
        if moment < self.now:
            raise Unplayable(f"`at` is earlier than what came before it: {moment:%Y-%m-%dT%H:%M}")
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


def answered(filling: Filling, page: Page, fields: Callable[[Question], Posted]) -> Decision:
    """Answer a page as the form would; raises Mistaken, also for what it would not take at all."""
    entries = filling.read(page, fields)
    if entries.wrong:
        raise Mistaken(entries.wrong)
    return filling.answer(page, entries)


def sentences(mistakes: Mapping[str, Invalid]) -> Iterator[str]:
    """Go through the sentences of the service itself that say what is wrong."""
    for invalid in mistakes.values():
        if isinstance(say := invalid.values.get("say"), str):
            yield say
        if isinstance(wrong := invalid.values.get("wrong"), Mapping):
            yield from sentences(wrong)
