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
    return [_why(service, form.page(page_id), decision) for page_id, decision in kept.items()]


def _why(service: Service, page: Page | None, decision: KeptDecision) -> Why:
    form = service.form
    rules = [item.stop or item.ask for item in page.check] if page else []
    tried = [
        _tried(service, led, rule) for led, rule in zip(rules, decision["tried"], strict=False)
    ]
    title = page.title if page else ""
    return Why(title, decision["result"], _named(form, decision["code"]), tried)


def _tried(service: Service, led_to: str, rule: TriedRule) -> Tried:
    read = [
        (_label(service, name), in_words(value))
        for name, value in rule["read"].items()
        if _is_readable(value)
    ]
    return Tried(_named(service.form, led_to), rule["held"], read)


def _label(service: Service, name: str) -> str:
    """Return what is read under a name as the service labels it; a fact, which has no label, by its name in words."""
    question = service.form.questions.get(name)
    setting = service.about.settings.get(name.removeprefix("settings."))
    if question is not None:
        return question.short or question.label or _worded(name)
    if setting is not None and name.startswith("settings."):
        return str(setting.label)
    return _worded(name.replace(".", " "))


def _is_readable(value: object) -> bool:
    """Say whether staff can read a value: no table or record of ours, no code such as `RD`."""
    if isinstance(value, list | tuple):
        return all(isinstance(one, str) and _is_readable(one) for one in value)
    if isinstance(value, str):
        return not value or any(letter.islower() for letter in value)
    return not isinstance(value, Mapping)


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
