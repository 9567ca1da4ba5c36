"""Builds a Service from its files; every name in every rule is checked before a resident meets it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from django.utils import translation

from doorstep.catalogue import built_in_stages, shape, steps
from doorstep.catalogue import files as f
from doorstep.catalogue.build_form import read_form
from doorstep.catalogue.build_workflow import read_workflow, said_by_steps
from doorstep.catalogue.checker import Checker, check_sentence, refuse_forgotten
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Place, Problem, each_once
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Public, Service, Text
from doorstep.catalogue.unread import Unread
from doorstep.council import queries as council
from doorstep.council import spoken
from doorstep.forms import facts
from doorstep.forms.form import Form
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Shown
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.errors import suggest
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
        for number, line in enumerate(text.splitlines(), 1):
            check_sentence(b, line, Place(name, line=number), extra)
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
    src, about = b.file("service.yaml", f.ServiceFile)
    read = about.public
    if read is None:
        return None
    for part in _SHOWN:
        for name in getattr(read, part):
            question = form.questions.get(name)
            if b.unread.is_lost(name):
                continue
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
    reading = read_all(contents)
    if reading.problems:
        raise DefinitionError(reading.problems)
    return reading.service


def read_examples(name: str, text: str) -> list[dict[str, object]]:
    """Return the examples of a file; raises DefinitionError with a line for each mistake."""
    source = Source(name, text)
    if not source.data:
        return []
    shape.read(source, f.ExamplesFile)
    return list(source.data)


@dataclass(frozen=True)
class Reading:
    """What came of reading a folder: the service, without what could not be read, every mistake and every doubt.

    Doubts are refused of a folder that is used anew, and not of a version that was published before.
    """

    service: Service
    problems: tuple[Problem, ...]
    doubts: tuple[Problem, ...]
    unread: Unread
    # The files as they say it, and with lines that are right also where parts were left out.
    about: f.ServiceFile
    form: f.FormFile
    flow: f.WorkflowFile
    sources: Mapping[str, Source]
    contents: Mapping[str, str]

    def where(self, file: str, *path: object) -> Place:
        """Return a place in one of the files, named without its ending."""
        return self.sources[f"{file}.yaml"].where(*path)

    def is_lost(self, name: str) -> bool:
        """Say whether a name stands in what could not be read: that it is nowhere else is no mistake."""
        return self.unread.is_lost(name)


def read_all(contents: Mapping[str, str]) -> Reading:
    """Return what comes of reading files in each language that the council offers, its own first."""
    own, *others = (_in_language(code, contents) for code in council.languages())
    readings = (own, *others)
    return replace(
        own,
        problems=tuple(each_once(p for reading in readings for p in reading.problems)),
        doubts=tuple(dict.fromkeys(p for reading in readings for p in reading.doubts)),
    )


def _in_language(code: str, contents: Mapping[str, str]) -> Reading:
    with council.speaking(code):
        return read(contents)


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
    reading = read(contents)
    if reading.problems:
        raise DefinitionError(reading.problems)
    return reading.service


def read(contents: Mapping[str, str]) -> Reading:
    """Return what comes of reading these files in the language spoken now."""
    return _read(
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
def _read(wanted: _Wanted) -> Reading:
    contents = wanted.contents
    b = Checker(contents)
    form = read_form(b)
    answers = {f"{q.id}_words": TEXT for q in form.questions.values() if not q.forget}
    disputes = {s.code: s.dispute.stage for s in form.stops.values() if s.dispute}
    extra = {**CASE_WORDS, **answers, **said_by_steps(b)}
    workflow = built_in_stages.with_built_in(read_workflow(b, extra, disputes))
    messages = {**built_in_stages.messages(), **_messages(b, extra)}
    public = _public(b, form)
    _check_names(b, form)
    service = Service(
        digest=wanted.digest,
        about=b.about,
        form=form,
        workflow=workflow,
        messages=messages,
        examples=_examples(b),
        public=public,
    )
    doubts = tuple(dict.fromkeys(b.doubts))
    return Reading(
        service,
        problems=tuple(b.mistakes()),
        doubts=doubts,
        unread=b.unread,
        about=b.about,
        form=b.file("form.yaml", f.FormFile)[1],
        flow=b.file("workflow.yaml", f.WorkflowFile)[1],
        sources=b.sources(),
        contents=contents,
    )


def _check_names(b: Checker, form: Form) -> None:
    """Check that what names a case, and what may have one open case alone, are questions."""
    src, about = b.file("service.yaml", f.ServiceFile)
    for path, names in ((("unique", "of"), about.unique.get("of", [])), (("names",), about.names)):
        for n, question in enumerate(names):
            if question not in form.questions and not b.unread.is_lost(question):
                hint = suggest(question, form.questions)
                words = f"{path[0]}: no question `{question}`{hint}"
                b.wrong(src.where(*path, n), "no_such_question", words)
            refuse_forgotten(b, [question], src.where(*path, n))


def _examples(b: Checker) -> tuple[Mapping[str, object], ...]:
    """Return the examples as they stand; their shape is looked at where a folder is used anew."""
    try:
        return tuple(Source("examples.yaml", b.contents.get("examples.yaml", "[]")).data or ())
    except DefinitionError as exc:
        b.problems += exc.problems
        return ()
