"""What rules and sentences may name: answers, facts, settings; and their way into JSON and back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.text.untranslated import Untranslated


def to_json(value: object) -> Any:
    """Return a value as JSON, days and moments marked so that they come back as themselves."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    if isinstance(value, Mapping):
        return {k: to_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(v) for v in value]
    return value


# What is the same as JSON, and by far the most of it.
PLAIN = frozenset({str, int, float, bool, type(None)})


def from_json(value: object) -> Any:
    """Return what `to_json` was given."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, Mapping):
        if "$moment" in value:
            return datetime.fromisoformat(value["$moment"])
        if "$day" in value:
            return date.fromisoformat(value["$day"])
        return {k: from_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [from_json(v) for v in value]
    return value


def values_of(
    of: Draft | Case,
    settings: Mapping[str, object] | None = None,
    service: Service | None = None,
) -> dict[str, object]:
    """Return every name a rule may use for this draft or case, of the service it began under."""
    setting_values = from_json(of.settings) if isinstance(of, Case) else settings
    return {
        **(_of_case(of) if isinstance(of, Case) else {}),
        **{k: None for k in (service or _service(of)).form.maybe_unanswered},
        **from_json(of.answers),
        **from_json(of.facts),
        "settings": setting_values or {},
        "service": of.slug,
        "channel": of.channel,
        "draft": str(of.draft_id if isinstance(of, Case) else _named(of)),
        "by_staff": bool(of.by_staff if isinstance(of, Draft) else of.draft.by_staff),
    }


def _of_case(case: Case) -> dict[str, object]:
    """Return what is known of any case: when it was opened and came to its stage, its due day, nothing of steps yet."""
    entered = case.stage_since or case.opened_at  # which cases of former times lack
    return {**steps.given(), "due": case.due_on, "opened": case.opened_at, "entered": entered}


def _named(draft: Draft) -> str:
    """Return how facts name a draft: by its id, and by the case that it changes, whose day is its own, too."""
    return f"{draft.id}/{draft.changes_id}" if draft.changes_id else f"{draft.id}"


def settings_of(draft: Draft, service: Service, now: datetime) -> dict[str, object]:
    """Return the settings that a draft is judged by: those it was quoted while something is held for it, else today's."""
    if draft.changes is not None:  # at the prices at which it was booked
        return dict(from_json(draft.changes.settings))
    if draft.quoted is not None and draft.held_until and now < draft.held_until:
        return dict(from_json(draft.quoted))
    return catalogue.settings(service, clock_at(now).today)


def of_nature(service: Service, *natures: str) -> list[Question]:
    """Return a service's questions whose answers are of a nature, such as homes and spots."""
    return [q for q in service.form.questions.values() if kinds.of(q).nature in natures]


def home_of(service: Service, given: Mapping[str, object]) -> object:
    """Return the answer to the question of a home, or nothing."""
    return next((given.get(q.id) for q in of_nature(service, "home")), None)


def _service(of: Draft | Case) -> Service:
    return catalogue.service(of.version_id)


def spoken(words: Mapping[str, str]) -> dict[str, str]:
    """Return answers in words of the language spoken now.

    They are kept in the council's own language, for staff and crews, and beside it (`bin@cy`) in
    the language they were given in.
    """
    mark, own = f"@{council.language()}", council.own_language()
    texts = {k: v for k, v in words.items() if "@" not in k}
    if mark == f"@{own}":
        return texts
    return {k: words.get(k + mark, Untranslated(v, own)) for k, v in texts.items()}


def named(words: Mapping[str, str], names: list[str]) -> str:
    """Return what a draft or case is about in words, such as "Black bin, 1 Mill Lane"."""
    return ", ".join(words[n] for n in names if words.get(n))


def thing_of(service: Service, words: Mapping[str, str]) -> str:
    """Return what a case is about without where it is, such as "Black bin"."""
    places = {q.id for q in of_nature(service, "home", "spot")}
    return named(words, [n for n in service.about.names if n not in places])


def photos_of(service: Service, answers: Mapping[str, Any]) -> list[str]:
    """Return the names of the photos among some answers."""
    questions = service.form.questions.values()
    return [name for q in questions for name in kinds.of(q).photos(answers.get(q.id))]


def files_of(service: Service, answers: Mapping[str, Any]) -> list[str]:
    """Return the names of the files among some answers that are no photos."""
    questions = service.form.questions.values()
    return [name for q in questions for name in kinds.of(q).files(answers.get(q.id))]


def sent_with(service: Service, answers: Mapping[str, Any]) -> list[str]:
    """Return the names of all that was sent as a file with some answers."""
    return [*photos_of(service, answers), *files_of(service, answers)]


def words_of(case: Case) -> dict[str, object]:
    """Return every placeholder a sentence about a case may use; the link is filled in by who sends."""
    about = catalogue.service(case.version_id).about
    here, words = council.current(), spoken(case.words)
    return {
        **values_of(case),
        **{f"{k}_words": v for k, v in words.items()},
        "named": named(words, about.names),
        "reference": case.reference,
        "due": say(case.due_on),
        "title": about.title,
        "address": case.at,
        "council": here.name,
        "telephone": here.contact.telephone,
        "hours": here.contact.hours,
    }
