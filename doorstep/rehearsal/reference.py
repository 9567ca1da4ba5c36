"""Writes the one page that says all that a service can be made of, from what the code itself says of it."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from doorstep.bookings.calendars import CalendarFile
from doorstep.cases import workflow
from doorstep.catalogue import files, steps
from doorstep.catalogue.words import UNITS
from doorstep.council.queries import ZONE
from doorstep.forms import facts
from doorstep.forms.form import Question
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.functions import FUNCTIONS
from doorstep.forms.rules.special import SPECIAL, THROUGH_A_LIST, Special
from doorstep.forms.rules.types import ListOf, Maybe, Record, Type, describe

HEAD = """# Reference: what a service can be made of

Written by `doorstep services reference` from the code itself; a test holds it true, so change the code and write it anew.
How a service is made, step by step, says [the how-to](how-to/service.md).
"""
RULES = """## Rules

A rule is a line of text that comes to yes or no, or to the value that is wanted where it stands: a small part of CEL, typed
and checked when the folder is read. No rule raises, whatever somebody types, and none can run for long.

| written | means |
|---|---|
| `a == b`, `a != b`, `<`, `<=`, `>`, `>=` | compared; both of one type |
| `a && b`, `a \\|\\| b`, `!a` | and, or, not |
| `a ? b : c` | b where a holds, else c |
| `a in [b, c]`, `a in list` | whether a is one of them |
| `a + b`, `a - b`, `a * b` | numbers and sums of money; `+` joins texts |
| `name.field` | a field; one that may be nothing is used only after `has(name.field) &&`, or an earlier stop on `!has(…)` |
| `'text'`, `12`, `true`, `[…]` | values written down; money in pence |

**Names.** In form.yaml: answers by their questions' ids, facts and values of the pages above, `settings.…`, `now`, `today`,
`service` (its slug), `channel`, `by_staff`, `draft`. In workflow.yaml besides: what steps have found (below), `change.…` after
a change, and in stages `due` (a day, may be nothing), `opened` and `entered` (moments: of the case, of the stage).

**Types.** yes or no; whole number; sum of money (pence, not multiplied by another); text, and narrower ones where a text may not
stand for them: time of day (`'18:00'`), property (a home of the council), one of a choice's options; day; moment; lists;
records with fields; each of them, or nothing.
"""
KEPT = """## What a case keeps

The version of the service that it began under, with every rule and sentence; the settings in force when it was sent; each
answer (but those that are to be forgotten) with its words; each fact and value by its name, as it was found; what each check
decided, by which rules and values. A draft keeps its version, too; its settings are today's, but while a day is held for it.
A newer version counts for what begins after it is published. A change of a case is judged by the case's own settings.
"""
LANGUAGES = """## Languages

Any text that people read may be `{en: …, cy: …}`, by the codes of `languages` in council.yaml; a text alone is the council's
own language. Messages have a file each: `received.md` and `received.cy.md`. What lacks a language is a warning.
"""


def page() -> str:
    """Return the reference as Markdown."""
    parts = [
        HEAD,
        "\n".join(_files()),
        "\n".join(_kinds()),
        RULES,
        "\n".join(_functions()),
        "\n".join(_facts()),
        "\n".join(_steps()),
        "\n".join(_places()),
        KEPT,
        "\n".join(_calendars()),
        LANGUAGES,
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _first(doc: str | None) -> str:
    """Return the first sentence of what code says of itself; of a fact, what is observed."""
    text = " ".join((doc or "").split()).removeprefix("Observe ")
    sentence = text.split(". ")[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]


# The models of each file, the outermost first.
_FILES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("service.yaml", files.ServiceFile),
    ("form.yaml", files.FormFile),
    ("workflow.yaml", files.WorkflowFile),
    ("examples.yaml", files.ExampleFile),
)


def _files() -> Iterator[str]:
    yield "## The four files"
    for name, model in _FILES:
        yield f"\n### {name}\n"
        for part in _models(model):
            yield f"**{_title(part)}.** {_first(part.__doc__)}.\n"
            yield "| field | what it is |\n|---|---|"
            for field, info in part.model_fields.items():
                key = info.alias or field
                needed = " *(needed)*" if info.is_required() else ""
                yield f"| `{key}`{needed} | {_cell(_says(info))} |"
            yield ""


def _title(model: type[BaseModel]) -> str:
    return model.__name__.removesuffix("File")


def _says(info: FieldInfo) -> str:
    words = (info.description or "").rstrip()
    inner = [_title(model) for model in _inside(info.annotation)]
    return words + (f" See *{', '.join(inner)}*." if inner else "")


def _models(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> Iterator[Any]:
    """Go through a model and those that its fields hold, each once."""
    seen = set() if seen is None else seen
    if model in seen:
        return
    seen.add(model)
    yield model
    for info in model.model_fields.values():
        for inner in _inside(info.annotation):
            yield from _models(inner, seen)


def _inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for arg in get_args(annotation) for model in _inside(arg)]


def _kinds() -> Iterator[str]:
    yield "## Kinds of question\n"
    yield "| kind | what it is | rules see | by the API | by Open311 |\n|---|---|---|---|---|"
    for name, kind in KINDS.items():
        if not kind.is_listed:
            continue
        question = Question(id="q", kind=name)
        sees = _type(kind.type(question)) if kind.asks else "nothing"
        shape: Any = kind.schema(question) if kind.asks else {}
        by_api = _shape(shape) if kind.asks and shape.get("type") != "null" else "not"
        by_311 = _cell(kind.expected or kind.datatype) if kind.datatype and kind.asks else "not"
        yield f"| `{name}` | {_cell(_first(kind.__doc__))} | {sees} | {by_api} | {by_311} |"
    yield ""
    yield (
        "A page with `repeat` asks its questions several times over: rules see a list of records, the API takes a list of"
        " objects. Anyone may see an answer only where `public` of service.yaml names its question, and its kind allows it."
    )


def _shape(shape: Any) -> str:
    if "anyOf" in shape:
        return " or ".join(map(_shape, shape["anyOf"]))
    kind = shape.get("type") or ("object" if "properties" in shape else "")
    if "const" in shape:
        kind = f"`{json.dumps(shape['const'])}`"
    return str(kind) + (f" ({shape['format']})" if "format" in shape else "")


def _type(of: Type) -> str:
    if isinstance(of, Record):
        fields = ", ".join(f"`{name}` {_type(shape)}" for name, shape in of.fields.items())
        return f"{of.name} ({fields})"
    if isinstance(of, ListOf):
        return f"list of {_type(of.item)}"
    return f"{_type(of.inner)}, or nothing" if isinstance(of, Maybe) else describe(of)


def _functions() -> Iterator[str]:
    yield "### Functions\n"
    yield "Each example is judged on Tuesday 24 November 2026 at 10:00; `things` are two sofas and a fridge.\n"
    yield "| function | gives | what it does | example |\n|---|---|---|---|"
    for name, function in FUNCTIONS.items():
        takes = ", ".join(f"{param}: {describe(of)}" for param, of in function.params)
        shows = function.shows
        yield f"| `{name}({takes})` | {_type(function.gives)} | {function.does} | {_examples(shows)} |"
    for table in (SPECIAL, THROUGH_A_LIST):
        yield from map(_special, table.values())
    yield "\nA rule that goes through a list cannot stand inside another that does."


def _special(one: Special) -> str:
    return f"| `{one.written}` | {one.gives} | {one.does} | {_examples(one.shows)} |"


def _examples(shows: Iterable[tuple[str, object]]) -> str:
    return "; ".join(f"`{rule}` is {_value(value)}" for rule, value in shows)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _facts() -> Iterator[str]:
    yield "## Facts\n"
    yield "Asked for under `facts:` of a page, of the workflow or of a stage: `last: waste.last_due(property, container)`.\n"
    yield "| fact | what it is | gives | when |\n|---|---|---|---|"
    for name, fact in sorted(facts.offered().items()):
        takes = ", ".join(f"{param}: {describe(of)}" for param, of in fact.params)
        yield f"| `{name}({takes})` | {_cell(_first(fact.find.__doc__))} | {_type(fact.result)} | {_when(fact)} |"


def _when(fact: facts.Fact) -> str:
    notes = ["asked of an outside system: only a page may wait for it"] * (fact.where == "outside")
    if fact.fresh_for:
        notes.append(f"used again for {int(fact.fresh_for.total_seconds() // 60)} minutes")
    notes += ["for rules alone: no sentence may name it"] * fact.private
    notes += ["counted by one at a time"] * fact.by_turns
    return "; ".join(notes) or "found each time"


def _steps() -> Iterator[str]:
    yield "## Steps\n"
    yield "Set in motion by a stage under `do:`, in order: `- tell: {message: received}`."
    for name, kind in steps.offered().items():
        yield f"\n### `{name}`\n\n{_first(workflow.step(name).__doc__)}.\n"
        yield "| option | wants |\n|---|---|"
        for option, wants in kind.rules.items():
            left_out = " *(may be left out)*" if option in kind.optional else ""
            yield f"| `{option}`{left_out} | a rule: {_type(wants)} |"
        for word in sorted(kind.words):
            yield f"| `{word}` | written down |"
        if kind.asks:
            asked = ", ".join(f"`{option}` {_type(wants)}" for option, wants in kind.asks.items())
            yield f"\nA choice or a decision may ask by it first (`asks:`), with {asked}."
        if kind.outcomes:
            yield "\n| outcome | when |\n|---|---|"
            for outcome, says in kind.outcomes.items():
                yield f"| `{name}.{outcome}` | {_cell(says)} |"
        if kind.own_outcomes:
            yield "\nFurther outcomes are those that the service names itself."
        for title, given in (("Sentences", kind.says), ("Rules and sentences", _gives(kind))):
            for said, of in given.items():
                yield f"\n{title} may name `{said}`: {_type(of)}."


def _gives(kind: steps.StepKind) -> dict[str, Type]:
    return {name: of for name, (of, _) in kind.gives.items()}


def _places() -> Iterator[str]:
    yield "## Places in sentences\n"
    yield (
        "A sentence may name an answer, a fact, a value or a setting in braces: `{last.date}`, `{settings.wait_until}`; an"
        " answer's own words are `{container_words}`. Days, moments, times and sums are said as people say them. Of the case:"
        " `{reference}`, `{title}`, `{address}`, `{due}`, `{link}`, `{reply}` (of a decision among `replies`), `{reason}`,"
        " `{council}`, `{telephone}`, `{hours}`.\n"
    )
    yield f"A number may say of what: {', '.join(f'`{{…:{unit}}}`' for unit in UNITS)}."


def _calendars() -> Iterator[str]:
    yield "## Calendars\n"
    yield "A council's days with room stand in its `calendars.yaml`; the step `book` and the fact `bookings.slots` name their `kind`.\n"
    yield "| field | what it is |\n|---|---|"
    for field, info in CalendarFile.model_fields.items():
        needed = " *(needed)*" if info.is_required() else ""
        yield f"| `{field}`{needed} | {_cell(_says(info))} |"
