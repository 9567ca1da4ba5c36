"""A form as data: pages, questions, facts and checks, with their rules read and typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import FactCall
from doorstep.forms.rules.rule import Rule


@dataclass(frozen=True)
class Reveal:
    """Which answers of another question on the same page ask a question, by their values; yes and no are "yes" and "no"."""

    question: str
    values: tuple[str, ...]

    def holds(self, answers: Mapping[str, object]) -> bool:
        """Say whether one of them is given."""
        given = answers.get(self.question)
        if isinstance(given, bool):
            given = "yes" if given else "no"
        return any(
            value in self.values for value in (given if isinstance(given, list) else [given])
        )


@dataclass(frozen=True)
class Question:
    """One question of a page; `options` are (value, label) pairs, `source` the fact that gives them.

    `contact` says that the answer is the person's name, email or phone: kept apart from the case.
    `short` names the answer in lists, where the label is too long or a question.
    """

    id: str
    kind: str
    label: str = ""
    hint: str = ""
    optional: bool = False
    # Whether staff, who fill it in for somebody, may leave it out.
    optional_for_staff: bool = False
    options: tuple[tuple[str, str], ...] = ()
    source: FactCall | None = None
    max_length: int | None = None
    body: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    short: str = ""
    # The most that may be given, of a question that takes several.
    most: int | None = None
    # The types of files that it takes; its kind's usual ones where none are named.
    types: tuple[str, ...] = ()
    # Whether the answer goes with the draft: a fact may take it, and the case never has it.
    forget: bool = False
    # What a text is like as a whole, and between what a number, a sum or a day lies.
    pattern: str = ""
    lowest: Rule | None = None
    highest: Rule | None = None
    # The answer on the same page that asks it; without one it is always asked.
    revealed_by: Reveal | None = None
    # Of what is asked several times over: its questions, what is wrong with one entry, what one is called, how another is offered.
    parts: tuple["Question", ...] = ()
    entry_check: tuple["CheckRule", ...] = ()
    each: str = ""
    offer: str = ""

    @property
    def may_be_left_out(self) -> bool:
        """Say whether somebody need not answer it, so that rules may find nothing."""
        return self.optional or self.optional_for_staff or self.revealed_by is not None

    def is_asked(self, answers: Mapping[str, object]) -> bool:
        """Say whether it is asked of who has answered the questions above it so."""
        return self.revealed_by is None or self.revealed_by.holds(answers)

    def in_entry(self, number: int, part: "Question") -> "Question":
        """Return one of its parts as it is asked in an entry, counted from 1: under a name of its own."""
        by = part.revealed_by
        if by is not None:
            by = replace(by, question=f"{self.id}-{number}-{by.question}")
        return replace(part, id=f"{self.id}-{number}-{part.id}", revealed_by=by)

    def asked_of(self, *, staff: bool) -> "Question":
        """Return the question as it is asked of staff, or of others."""
        return replace(self, optional=True) if staff and self.optional_for_staff else self


@dataclass(frozen=True)
class CheckRule:
    """One rule of a check: when it holds, stop with a sentence, ask a further page, or say what is wrong with an answer."""

    rule: Rule
    stop: str = ""
    ask: str = ""
    # The question whose answer is then wrong, and what is said at its field.
    wrong: str = ""
    say: str = ""


@dataclass(frozen=True)
class Page:
    """One page: questions, then facts that are found in order, values of rules, then the check over them."""

    id: str
    title: str
    hint: str = ""
    when: Rule | None = None
    asked_only: bool = False
    questions: tuple[Question, ...] = ()
    facts: tuple[tuple[str, FactCall], ...] = ()
    check: tuple[CheckRule, ...] = ()
    unavailable: str = "ask_person"
    again: str = ""
    values: tuple[tuple[str, Rule], ...] = ()
    so_far: str = ""
    # How it is headed for staff, who ask somebody else.
    adviser_title: str = ""
    adviser_hint: str = ""

    def asked_of(self, *, staff: bool) -> "Page":
        """Return the page as it is asked of staff, who ask somebody else, or of others."""
        if not staff:
            return self
        return replace(
            self,
            title=self.adviser_title or self.title,
            hint=self.adviser_hint if self.adviser_title or self.adviser_hint else self.hint,
            questions=tuple(q.asked_of(staff=True) for q in self.questions),
        )

    @property
    def is_sure(self) -> bool:
        """Say whether everyone meets this page."""
        return self.when is None and not self.asked_only

    @property
    def several(self) -> Question | None:
        """Return what it asks several times over, or nothing."""
        return next((q for q in self.questions if q.parts), None)

    @property
    def asks_contact(self) -> bool:
        """Say whether this page asks how to reach the person."""
        return any(q.contact for q in self.questions)


@dataclass(frozen=True)
class Dispute:
    """How a resident says that a stop is wrong: the page that asks why, the stage to begin in, the offer."""

    page: str
    stage: str
    offer: str


@dataclass(frozen=True)
class Stop:
    """What is said where a check stops: a sentence, what to do next, who can help.

    Staff may override it with a reason, unless later rules rest on what it ruled out.
    """

    code: str
    say: str
    next: str = "human"
    title: str = ""
    dispute: Dispute | None = None
    override: bool = True
    # The code of another authority that is asked instead.
    authority: str = ""
    # A path to the day on which it goes on as usual, and what that day is.
    day: str = ""
    day_words: str = ""
    # What to do now, by the value at a path; "any" where nothing else fits.
    do_by: str = ""
    do: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # A path to another service's slug: the person goes on there with what they said. And to an address.
    passes_on: str = ""
    link: str = ""
    # What an adviser says to a caller, where that differs from what residents read.
    adviser: str = ""


@dataclass(frozen=True)
class LastWords:
    """What is said before sending, and on the last button, where a rule holds."""

    rule: Rule
    say: str
    send: str


@dataclass(frozen=True)
class Form:
    """All pages of a service in order, and the sentences of its stops."""

    pages: tuple[Page, ...]
    stops: Mapping[str, Stop]
    # What to know before sending; the first of the others whose rule holds counts instead.
    sending: str = ""
    sending_when: tuple[LastWords, ...] = ()

    def last_words(
        self, values: Mapping[str, object], clock: Clock, send: str = ""
    ) -> tuple[str, str]:
        """Return what is said before sending, its places not filled in, and the button's words; `send` where none differ."""
        other = next((w for w in self.sending_when if w.rule.evaluate(values, clock)), None)
        return (other.say, other.send) if other else (self.sending, send)

    def after(self, page_id: str) -> tuple[Page, ...]:
        """Return the pages behind one."""
        at = next(n for n, page in enumerate(self.pages) if page.id == page_id)
        return self.pages[at + 1 :]

    def page(self, page_id: str) -> Page | None:
        """Return the page with this id, or nothing."""
        return next((page for page in self.pages if page.id == page_id), None)

    def rests_on(self) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
        """Return on which questions' answers each page's check rests, and each question's choice, by their ids.

        What is found or worked out on a page rests on what it is found from.
        """
        names: dict[str, frozenset[str]] = {q: frozenset({q}) for q in self.questions}
        pages, choices = dict[str, frozenset[str]](), dict[str, frozenset[str]]()

        def of(paths: Iterable[str]) -> frozenset[str]:
            roots = (path.split(".")[0] for path in paths)
            return frozenset().union(*(names.get(root, frozenset()) for root in roots))

        for page in self.pages:
            for question in page.questions:
                if question.source is not None:
                    choices[question.id] = of(question.source.uses)
            for name, call in page.facts:
                names[name] = of(call.uses)
            for name, rule in page.values:
                names[name] = of(rule.uses)
            rules = [item.rule for item in page.check]
            pages[page.id] = of(p for rule in rules for p in rule.uses).union(
                *(names[name] for name, _ in page.facts)
            )
        return pages, choices

    @property
    def questions(self) -> dict[str, Question]:
        """Return every question by id."""
        return {q.id: q for page in self.pages for q in page.questions}

    @property
    def maybe_unanswered(self) -> list[str]:
        """Return the ids of questions that may stay unanswered: optional, or on a page not all meet."""
        return [q.id for p in self.pages for q in p.questions if q.may_be_left_out or not p.is_sure]
