"""A form being filled in: which pages are shown, what may be chosen, what was answered, where it goes on.

Whoever fills it in does it by this: the resident and the adviser page by page, a program at once, an
example of a service, the demo's made-up residents, tests. Pages and values are worked out once, and
brought up to date by each answer.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from doorstep.cases import changing, drafts, mistakes, submitting
from doorstep.cases.clock import clock_at
from doorstep.cases.facts import GivenFacts
from doorstep.cases.models import Case, Draft
from doorstep.cases.owners import Owner
from doorstep.cases.shapes import KeptDecision
from doorstep.cases.values import settings_of, to_json, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.forms import journey
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, NotHad, Options, Posted
from doorstep.intake import answers
from doorstep.intake.answers import Values
from doorstep.staff.actor import Actor


@dataclass
class Entries:
    """What a page's fields came to: answers and their words by question, and what is wrong with the others."""

    given: Values = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, Invalid] = field(default_factory=dict)


class Mistaken(Exception):
    """Answers that are wrong by a rule of the form; nothing of their page is kept. `wrong` has them by question."""

    def __init__(self, wrong: Mapping[str, Invalid]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = dict(wrong)


@dataclass(frozen=True)
class Step:
    """Which of the pages that are met one is, and how many are sure; `may_grow` where answers may bring others."""

    number: int
    count: int
    may_grow: bool


class Filling:
    """One draft being filled in by somebody, at one moment.

    The draft may be one that is not stored: then it is judged and drawn like any other, and nothing of it is kept.
    """

    def __init__(
        self, draft: Draft, *, by: Actor, now: datetime, given_facts: GivenFacts | None = None
    ) -> None:
        self.draft, self.by, self.now, self.given_facts = draft, by, now, given_facts
        self.service: Service = catalogue.service(draft.version_id)
        self.clock = clock_at(now)
        # Whose it was as it was read: another may go on with it meanwhile (cases.handing).
        self.owner = Owner(draft.owner_kind, draft.owner_key)  # type: ignore[arg-type]  # as a row has it
        self._values: Values | None = None
        self._is_shown: dict[str, bool] = {}

    def trial(self) -> "Filling":
        """Return the same form to be judged and drawn as if it were answered; nothing of it is kept or held."""
        draft = copy(self.draft)
        draft._state.adding = True
        return Filling(draft, by=self.by, now=self.now, given_facts=self.given_facts)

    @property
    def values(self) -> Values:
        """Return what rules and sentences may name."""
        if self._values is None:
            settings = settings_of(self.draft, self.service, self.now)
            self._values = values_of(self.draft, settings, self.service)
        return self._values

    def is_shown(self, page: Page) -> bool:
        """Say whether this person meets a page."""
        if page.id not in self._is_shown:
            pages = frozenset(self.draft.asked)
            self._is_shown[page.id] = journey.is_shown(page, self.values, pages, self.clock)
        return self._is_shown[page.id]

    @property
    def pages(self) -> Iterator[Page]:
        """Go through the pages that this person meets, in order, each looked at only when it is reached."""
        return (page for page in self.service.form.pages if self.is_shown(page))

    def page_before(self, here: Page) -> Page | None:
        """Return the page before one that is shown, or nothing."""
        before = None
        for page in self.pages:
            if page.id == here.id:
                return before
            before = page
        return None

    def step(self, page_id: str = "") -> Step:
        """Return which step a page is; without one, the last: looking at the answers."""
        pages, shown = self.service.form.pages, list(self.pages)
        at = next((n for n, page in enumerate(pages) if page.id == page_id), len(pages))
        number = next((n for n, page in enumerate(shown, 1) if page.id == page_id), len(shown) + 1)
        rest = pages[at:]
        unsure = self._unsure(rest)
        count = sum(page not in unsure for page in shown) + 1
        return Step(number, count, bool(unsure) or self._may_be_asked(rest))

    def _unsure(self, rest: tuple[Page, ...]) -> list[Page]:
        """Return those of some pages that are met or not by what is only said on them."""
        known = {*self.draft.answers, *self.draft.facts}
        open_names: set[str] = set()
        unsure = []
        for page in rest:
            if page.when and {path.split(".")[0] for path in page.when.uses} & open_names:
                unsure.append(page)
            if page in unsure or self.is_shown(page):
                open_names |= {name for name in _says(page) if name not in known}
        return unsure

    def _may_be_asked(self, rest: tuple[Page, ...]) -> bool:
        """Say whether checks of some pages may ask for a page that is not met now."""
        form = self.service.form
        stops = [form.stops.get(item.stop) for page in rest for item in page.check]
        asked = {item.ask for page in rest for item in page.check}
        asked |= {stop.dispute.page for stop in stops if stop and stop.dispute}
        return any(page.id in asked and not self.is_shown(page) for page in form.pages)

    @property
    def stopped_at(self) -> str:
        """Return the page where a check stopped, or nothing."""
        decisions: dict[str, KeptDecision] = self.draft.decisions
        return next((p for p, d in decisions.items() if d["result"] in ("stop", "unavailable")), "")

    def first_open(self) -> Page | None:
        """Return the first page not answered yet or where a check stopped; nothing when all is done."""
        return journey.first_open(self.pages, self.draft.answers, self.stopped_at, self.draft.typed)

    def first_open_before(self, here: Page) -> Page | None:
        """Return the page to be answered before one may be opened, or nothing."""
        before = itertools.takewhile(lambda page: page.id != here.id, self.pages)
        return journey.first_open(before, self.draft.answers, self.stopped_at, self.draft.typed)

    def next_open(self) -> Page | None:
        """Return the first page not answered yet, whatever checks have said."""
        return journey.first_open(self.pages, self.draft.answers, waiting=self.draft.typed)

    def options(self, question: Question, posted: Posted) -> Options:
        """Return what may be chosen of a question."""
        return answers.options(question, self.values, posted, self.now)

    def read(self, page: Page, fields: Callable[[Question], Posted]) -> Entries:
        """Return what a page's questions come to; `fields` gives each one's fields, or raises Invalid."""
        entries = Entries()
        for question in asked_on(page):
            if not question.is_asked({**self.values, **entries.given}):
                entries.given[question.id] = None
                continue
            try:
                entry = self._take(question, fields(question))
            except Invalid as exc:
                entries.wrong[question.id] = exc
                continue
            entries.given[question.id] = entry.answer
            entries.words |= entry.words
        if (
            entries.wrong
        ):  # all of a page is said at once: what is wrong with the others by themselves, too
            known = {**self.values, **entries.given}
            found = mistakes.said(journey.mistakes(page, known, self.clock), known)
            entries.wrong |= {name: w for name, w in found.items() if name not in entries.wrong}
            entries.given = {k: v for k, v in entries.given.items() if k not in entries.wrong}
        return entries

    def _take(self, question: Question, posted: Posted) -> answers.Taken:
        """Return the answer that a question's fields come to; raises Invalid."""
        offered = self.options(question, posted)
        if isinstance(offered, NotHad):
            raise Invalid("not_had")
        question = self.in_words(question.asked_of(staff=self.by.is_staff))
        return answers.take(self.service, question, posted, offered, self.values, self.now)

    def answer(self, page: Page, entries: Entries) -> Decision:
        """Keep a page's answers and decide its check; raises Mistaken, and Refused("slot_gone")."""
        decision = drafts.answer(
            draft=self.draft,
            page=page,
            given=entries.given,
            words=entries.words,
            by=self.by,
            now=self.now,
            given_facts=self.given_facts,
            values=self.values,
        )
        self._look_anew_after(page)
        self._refuse_mistakes(decision)
        return decision

    def suppose(self, page: Page, entries: Entries) -> Decision:
        """Judge a page as if these were its answers; nothing is kept. Raises Mistaken."""
        self.draft.answers = {**self.draft.answers, **to_json(entries.given)}
        self._values = None
        decision = drafts.judge(
            self.draft, page, self.now, self.given_facts, values=self.values, service=self.service
        )
        self._look_anew_after(page)
        self._refuse_mistakes(decision)
        return decision

    def _refuse_mistakes(self, decision: Decision) -> None:
        """Raise Mistaken where a page's answers are wrong."""
        if decision.mistakes:
            raise Mistaken(decision.mistakes)

    def asked(self, page: Page) -> Page:
        """Return a page as it is asked of who fills it in, the places of its words filled in."""
        page = page.asked_of(staff=self.by.is_staff)
        questions = tuple(self.in_words(question) for question in page.questions)
        return replace(
            page,
            title=self._filled(page.title),
            hint=self._filled(page.hint),
            questions=questions,
        )

    def in_words(self, question: Question) -> Question:
        """Return a question with the places of its words filled in."""
        texts = (question.label, question.hint, question.body, *question.errors.values())
        if not question.parts and not any("{" in text for text in texts):
            return question
        return replace(
            question,
            label=self._filled(question.label),
            hint=self._filled(question.hint),
            body=self._filled(question.body),
            errors={code: self._filled(text) for code, text in question.errors.items()},
            parts=tuple(self.in_words(part) for part in question.parts),
        )

    def _filled(self, text: str) -> str:
        return fill(text, self.values) if "{" in text else text

    def dispute(self, page: Page) -> Decision:
        """Go past the stop of a page because it is said to be wrong; raises Refused."""
        decision = drafts.dispute(
            draft=self.draft, page=page, by=self.by, now=self.now, given_facts=self.given_facts
        )
        self._values = None
        self._look_anew_after(page)
        return decision

    def override(self, page: Page, *, reason: str) -> Decision:
        """Go past the stop of a page as staff, with a reason; raises Refused."""
        decision = drafts.override(
            draft=self.draft,
            page=page,
            reason=reason,
            by=self.by,
            now=self.now,
            given_facts=self.given_facts,
        )
        self._values = None
        self._look_anew_after(page)
        return decision

    def _look_anew_after(self, page: Page) -> None:
        """Forget whether later pages are shown, and those that only a check asks for, which may lie before."""
        later = {other.id for other in self.service.form.after(page.id)}
        for other in self.service.form.pages:
            if other.id in later or other.asked_only:
                self._is_shown.pop(other.id, None)

    def last_words(self) -> tuple[str, str]:
        """Return what is said before this is sent, such as the price, and the words on the last button.

        What is looked at or paid for a change is said of the change, not by the form.
        """
        form, send = self.service.form, self.service.about.send
        if self.draft.changes_id is not None:
            return fill(form.sending, self.values), send
        say, send = form.last_words(self.values, self.clock, send)
        return fill(say, self.values), send

    def submit(self) -> tuple[Case | None, Decision | None]:
        """Send it: a case, new or changed, or the decision that stops it; raises Refused."""
        if self.draft.changes_id is not None:
            return changing.send(
                draft_id=self.draft.pk, by=self.by, now=self.now, given_facts=self.given_facts
            )
        return submitting.submit(
            draft_id=self.draft.pk,
            by=self.by,
            now=self.now,
            answers=self.draft.answers,
            given_facts=self.given_facts,
            owner=self.owner,
        )


def _says(page: Page) -> Iterator[str]:
    """Go through the names that a page gives to what is answered, found and worked out on it."""
    yield from (question.id for question in page.questions)
    yield from (name for name, _ in (*page.facts, *page.values))


def asked_on(page: Page) -> list[Question]:
    """Return a page's questions that want an answer."""
    return [q for q in page.questions if kinds.of(q).asks]
