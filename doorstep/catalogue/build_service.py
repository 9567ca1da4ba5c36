"""Builds a Service from its files; every name in every rule is checked before a resident meets it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.utils import translation

from doorstep.catalogue import built_in_stages, steps
from doorstep.catalogue import files as f
from doorstep.catalogue.build_form import read_form
from doorstep.catalogue.build_workflow import read_workflow, said_by_steps
from doorstep.catalogue.checker import Checker, check_sentence, refuse_forgotten
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Place
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Public, Service, Text
from doorstep.council import queries as council
from doorstep.council import spoken
from doorstep.forms import facts
from doorstep.forms.form import Form
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Shown
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.types import TEXT, Type


def digest(contents: Mapping[str, str]) -> str:
    """Return the hash that names this content."""
    return hashlib.sha256(json.dumps(dict(contents), sort_keys=True).encode()).hexdigest()


def _messages(b: Checker, extra: Mapping[str, Type]) -> dict[str, Text]:
    texts = {}
    for name, text in _spoken(b.contents).items():
        head, _, body = text.partition("\n\n")
        if not head.startswith("subject: "):
            b.wrong(Place(name), "message", "begins with `subject: …` and an empty line")
        check_sentence(b, text, Place(name), extra)
        texts[name.removeprefix("messages/").split(".")[0]] = Text(
            spoken.dress(head[9:].strip()), spoken.dress(body.strip())
        )
    return texts


def _spoken(contents: Mapping[str, str]) -> dict[str, str]:
    """Return each message's file in the language spoken now: `received.cy.md`, else `received.md`."""
    messages = {k: v for k, v in contents.items() if k.startswith("messages/")}
    files = {}
    for name in (n for n in messages if n.count(".") == 1):
        other = f"{name.removesuffix('.md')}.{council.language()}.md"
        there = other if other in messages else name
        files[there] = messages[there]
    return files


# How a page of reports may show answers: chosen, written, pictured; a kind of question says which.
_SHOWN: tuple[Shown, ...] = ("what", "text", "photos")


def _public(b: Checker, form: Form) -> Public | None:
    read, src = b.about.public, Source("service.yaml", b.contents["service.yaml"])
    if read is None:
        return None
    for part in _SHOWN:
        for name in getattr(read, part):
            question = form.questions.get(name)
            if question is None or kinds.of(question).shown != part or question.contact:
                where, there = src.where("public", part), _kinds_shown(part)
                words = f"`{name}` is no question of kind {there} that may be shown"
                b.wrong(where, "public", words)
    text_when, photos_when = (
        b.rule(rule, src.where("public", at)) if rule else None
        for rule, at in ((read.text_when, "text_when"), (read.photos_when, "photos_when"))
    )
    what, text, photos = tuple(read.what), tuple(read.text), tuple(read.photos)
    return Public(read.name, what, text, photos, text_when, photos_when)


def _kinds_shown(part: Shown) -> str:
    return " or ".join(kind.name for kind in KINDS.values() if kind.shown == part)


# What every sentence of a case may use besides answers, facts and settings.
CASE_WORDS: dict[str, Type] = {
    name: TEXT
    for name in (
        "reference",
        "due",
        "link",
        "address",
        "title",
        "council",
        "telephone",
        "hours",
        "reason",
        "reply",
    )
}


def build_all(contents: Mapping[str, str]) -> Service:
    """Return the service in the council's own language, when it reads well in each that is offered.

    Raises DefinitionError with every mistake found.
    """
    for code in list(council.languages())[1:]:
        with council.speaking(code):
            build(contents)
    with council.speaking(council.own_language()):
        return build(contents)


def read_examples(name: str, text: str) -> list[dict[str, object]]:
    """Return the examples of a file; raises DefinitionError with a line for each mistake."""
    source = Source(name, text)
    if not source.data:
        return []
    source.as_model(f.ExamplesFile)
    return list(source.data)


@dataclass(frozen=True)
class _Wanted:
    """All that a service is read from and against: the same again gives the same service."""

    digest: str
    folder: Path
    language: str
    spoken: str | None  # what our own sentences follow, where the council offers another
    dress: Callable[[str], str]
    offered_facts: Mapping[str, facts.Fact] = field(hash=False)
    offered_steps: Mapping[str, steps.StepKind] = field(hash=False)
    contents: Mapping[str, str] = field(compare=False, repr=False)


def build(contents: Mapping[str, str]) -> Service:
    """Return the service these files describe, in the language spoken now.

    Raises DefinitionError with every mistake found.
    """
    return _built(
        _Wanted(
            digest=digest(contents),
            folder=council.folder(),
            language=council.language(),
            spoken=translation.get_language(),
            dress=spoken.dress,
            offered_facts=facts.offered(),
            offered_steps=steps.offered(),
            contents=dict(contents),
        )
    )


# A tenth of a second a service, and the same text comes again: checked, published, first used.
@lru_cache(maxsize=128)
def _built(wanted: _Wanted) -> Service:
    contents = wanted.contents
    b = Checker(contents)
    form = read_form(b)
    answers = {f"{q.id}_words": TEXT for q in form.questions.values() if not q.forget}
    disputes = {s.code: s.dispute.stage for s in form.stops.values() if s.dispute}
    extra = {**CASE_WORDS, **answers, **said_by_steps(b)}
    workflow = built_in_stages.with_built_in(read_workflow(b, extra, disputes))
    messages = {**built_in_stages.messages(), **_messages(b, extra)}
    public = _public(b, form)
    examples = Source("examples.yaml", contents.get("examples.yaml", "[]")).data or []
    about = Source("service.yaml", contents["service.yaml"])
    for key, names in (("unique", b.about.unique.get("of", [])), ("names", b.about.names)):
        for question in sorted(set(names) - set(form.questions)):
            b.wrong(about.where(key), "no_such_question", f"{key}: no question `{question}`")
        refuse_forgotten(b, names, about.where(key))
    if b.problems:
        raise DefinitionError(b.problems)
    return Service(
        digest=wanted.digest,
        about=b.about,
        form=form,
        workflow=workflow,
        messages=messages,
        examples=tuple(examples),
        public=public,
        doubts=tuple(b.doubts),
    )
