"""The way through a form: which page comes next, which may be opened, what a check decides."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from doorstep.forms.form import Form, Page
from doorstep.forms.questions import kinds
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.rule import Rule

Values = Mapping[str, object]


Result = Literal["go_on", "stop", "ask", "unavailable"]


@dataclass(frozen=True)
class Tried:
    """One rule of a check as it came out, with the values it read."""

    text: str
    held: bool
    read: dict[str, object]


@dataclass(frozen=True)
class Decision:
    """What a page's check decided: go on, stop with a code, or ask a page; and why."""

    page: str
    result: Result
    code: str = ""
    tried: tuple[Tried, ...] = ()

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

    `passed` are stops that were disputed or overridden: they are tried, and do not stop.
    """
    if missing and page.unavailable != "go_on" and "unavailable" not in passed:
        return Decision(page.id, "unavailable", "unavailable")
    if missing:
        return Decision(page.id, "go_on")
    tried: list[Tried] = []
    all_values = {**values, "now": clock.now, "today": clock.today}
    for item in page.check:
        holds = bool(item.rule.evaluate(values, clock))
        read = {path: _lookup(path, all_values) for path in sorted(item.rule.uses)}
        tried.append(Tried(item.rule.text, holds, read))
        if holds and item.stop in passed:
            continue
        if holds and item.stop:
            return Decision(page.id, "stop", item.stop, tuple(tried))
        if holds:
            return Decision(page.id, "ask", item.ask, tuple(tried))
    return Decision(page.id, "go_on", "", tuple(tried))


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
