"""Why the form of a case let it through: what each page's check tried, and what was read for it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from doorstep.cases.models import Case
from doorstep.cases.shapes import KeptDecision, TriedRule
from doorstep.cases.values import from_json
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import say
from doorstep.forms.form import Form, Page
from doorstep.forms.journey import Result


@dataclass(frozen=True)
class Tried:
    """A rule that was tried: what it would have led to, whether it held, and what it read, as name and value."""

    what: str
    held: bool
    read: list[tuple[str, str]]


@dataclass(frozen=True)
class Why:
    """What a page's check decided; `what` is the stop or the page that it led to."""

    page: str
    result: Result
    what: str
    tried: list[Tried]


def of(case: Case, service: Service) -> list[Why]:
    """Return what was decided page by page, in the form's own words."""
    form, kept = service.form, from_json(case.decisions)
    return [_why(form, form.page(page_id), decision) for page_id, decision in kept.items()]


def _why(form: Form, page: Page | None, decision: KeptDecision) -> Why:
    rules = [item.stop or item.ask for item in page.check] if page else []
    tried = [_tried(form, led, rule) for led, rule in zip(rules, decision["tried"], strict=False)]
    title = page.title if page else ""
    return Why(title, decision["result"], _named(form, decision["code"]), tried)


def _tried(form: Form, led_to: str, rule: TriedRule) -> Tried:
    read = [(_worded(name.replace(".", " ")), in_words(v)) for name, v in rule["read"].items()]
    return Tried(_named(form, led_to), rule["held"], read)


def _named(form: Form, code: str) -> str:
    """Return what a rule led to in the form's words: a stop's heading or a page's."""
    stop, page = form.stops.get(code), form.page(code)
    return (stop.title if stop else page.title if page else "") or _worded(code)


def in_words(value: object) -> str:
    """Return a value that a rule read as people read it: no brackets, no underscores."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_worded(str(k))} {in_words(v)}" for k, v in value.items() if v)
    if isinstance(value, list | tuple):
        return "; ".join(in_words(one) for one in value)
    return say(value) if isinstance(value, date | bool) else _worded(say(value))


def _worded(code: str) -> str:
    return code.replace("_", " ")
