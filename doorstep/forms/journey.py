"""The way through a form: which page comes next, which may be opened, what a check decides."""

import operator
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from doorstep.forms.form import Form, Page, Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.forms.rules import patterns
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.rule import Rule

Values = Mapping[str, object]


Result = Literal["go_on", "stop", "ask", "unavailable", "wrong"]


@dataclass(frozen=True)
class Tried:
    """One rule of a check as it came out, with the values it read."""

    text: str
    held: bool
    read: dict[str, object]


@dataclass(frozen=True)
class Decision:
    """What a page's check decided: go on, stop with a code, ask a page, or that answers are wrong; and why."""

    page: str
    result: Result
    code: str = ""
    tried: tuple[Tried, ...] = ()
    # What is wrong with which answers, by question; a sentence's places are not filled in.
    mistakes: Mapping[str, Invalid] = field(default_factory=dict)

    @property
    def stops(self) -> bool:
        """Say whether the person cannot go on."""
        return self.result in ("stop", "unavailable")


def _lookup(path: str, values: Values) -> object:
    value: object = values
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def decide(
    page: Page,
    values: Values,
    clock: Clock,
    missing: bool = False,
    passed: frozenset[str] = frozenset(),
) -> Decision:
    """Decide a page's check over answers, facts and settings; the first rule that holds wins.

    `passed` are stops that were disputed or overridden: they are tried, and do not stop. What is wrong with an
    answer is mended before anything else is decided.
    """
    if missing and page.unavailable != "go_on" and "unavailable" not in passed:
        return Decision(page.id, "unavailable", "unavailable")
    if missing:
        return Decision(page.id, "go_on")
    tried: list[Tried] = []
    wrong: dict[str, Invalid] = {}
    all_values = {**values, "now": clock.now, "today": clock.today}
    for item in page.check:
        holds = bool(item.rule.evaluate(values, clock))
        read = {path: _lookup(path, all_values) for path in sorted(item.rule.uses)}
        tried.append(Tried(item.rule.text, holds, read))
        if holds and item.wrong:
            wrong.setdefault(item.wrong, Invalid("wrong", say=item.say))
            if item.rule.when_false:  # later rules rest on what it ruled out
                break
            continue
        if not holds or item.stop in passed:
            continue
        if wrong:
            break
        if item.stop:
            return Decision(page.id, "stop", item.stop, tuple(tried))
        return Decision(page.id, "ask", item.ask, tuple(tried))
    if wrong:
        return Decision(page.id, "wrong", tried=tuple(tried), mistakes=wrong)
    return Decision(page.id, "go_on", "", tuple(tried))


def mistakes(page: Page, values: Values, clock: Clock) -> dict[str, Invalid]:
    """Return what is wrong with a page's answers by themselves: their pattern, least and most, and those of entries."""
    found: dict[str, Invalid] = {}
    for question in page.questions:
        answer = values.get(question.id)
        if question.parts:
            invalid = _in_entries(question, answer, values, clock)
        else:
            invalid = _out_of_bounds(question, answer, values, clock)
        if invalid is not None:
            found[question.id] = invalid
    return found


def _in_entries(question: Question, answer: object, values: Values, clock: Clock) -> Invalid | None:
    """Return what is wrong with the first entry that is wrong."""
    for number, entry in enumerate(answer if isinstance(answer, list) else (), 1):
        if wrong := mistakes_of_entry(question, entry, values, clock):
            return Invalid("several", entry=number, wrong=wrong)
    return None


def mistakes_of_entry(
    question: Question, entry: Values, values: Values, clock: Clock
) -> dict[str, Invalid]:
    """Return what is wrong with one entry of what is asked several times over, by the ids of its parts."""
    wrong: dict[str, Invalid] = {}
    known = {**values, **entry}
    for part in question.parts:
        if invalid := _out_of_bounds(part, entry.get(part.id), known, clock):
            wrong[part.id] = invalid
    for item in question.entry_check if not wrong else ():
        if item.rule.evaluate(known, clock):
            wrong.setdefault(item.wrong, Invalid("wrong", say=item.say, names=entry))
            if item.rule.when_false:
                break
    return wrong


def _out_of_bounds(
    question: Question, answer: object, values: Values, clock: Clock
) -> Invalid | None:
    if answer is None:
        return None
    limit: Any
    if question.pattern and not patterns.matches(str(answer), question.pattern):
        return Invalid("pattern")
    bounds: tuple[tuple[str, Rule | None, Callable[[Any, Any], bool]], ...] = (
        ("least", question.lowest, operator.lt),
        ("most", question.highest, operator.gt),
    )
    for code, rule, is_beyond in bounds:
        limit = rule.evaluate(values, clock) if rule and ready(rule, values) else None
        if limit is not None and is_beyond(answer, limit):
            shown = kinds.of(question).show(question, limit, ())
            return Invalid(code, limit=shown, is_day=isinstance(limit, date))
    return None


def shown(form: Form, values: Values, asked: frozenset[str], clock: Clock) -> list[Page]:
    """Return the pages that this person meets, in order; `asked` are pages that checks asked for."""
    return [page for page in form.pages if is_shown(page, values, asked, clock)]


def is_shown(page: Page, values: Values, asked: frozenset[str], clock: Clock) -> bool:
    """Say whether this person meets a page."""
    if page.asked_only and page.id not in asked:
        return False
    if page.when is None:
        return True
    return ready(page.when, values) and bool(page.when.evaluate(values, clock))


def ready(rule: Rule, values: Values) -> bool:
    """Say whether all that a page's condition reads is there: before its questions are asked, it is not."""
    roots = {path.split(".")[0] for path in rule.uses} - {"now", "today"}
    return roots <= values.keys()


def answered(page: Page, answers: Values) -> bool:
    """Say whether every question of the page has its answer (optional ones once the page was sent)."""
    return all(q.id in answers for q in page.questions if kinds.of(q).asks)


def first_open(
    pages: Iterable[Page], answers: Values, stopped: str = "", waiting: Container[str] = ()
) -> Page | None:
    """Return the first page not answered yet, where words wait, or where a check stopped; nothing when all is done."""
    for page in pages:
        if not answered(page, answers) or page.id == stopped or page.id in waiting:
            return page
    return None
