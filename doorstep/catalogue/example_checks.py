"""Examples that name what the service does not have: they would show nothing, or something else than they say."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from doorstep.catalogue import files as f
from doorstep.catalogue import setting_checks, shape, ways
from doorstep.catalogue.build_service import Reading
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Place, Problem
from doorstep.catalogue.reading import Source
from doorstep.catalogue.taken_names import named
from doorstep.forms.form import Question
from doorstep.forms.rules.errors import suggest


def problems(reading: Reading, text: str | None) -> Iterator[Problem]:
    """Find what is wrong with the examples of a service; one without any is refused."""
    try:
        source = Source("examples.yaml", text or "")
    except DefinitionError:
        return  # said already: building reads the file, too
    if not source.data:
        words = "there are no examples; write at least one in examples.yaml, so that what it does is known"
        yield Place("examples.yaml").wrong("no_examples", words)
        return
    yield from source.doubled()
    shaped = shape.read_on(source, f.ExamplesFile)
    yield from shaped.problems
    checks = _Examples(reading, source)
    for n, example in enumerate(shaped.model.root):
        for wrong in checks.one(n, example):
            if not any(wrong.path[: len(path)] == path for path in shaped.mended):
                yield wrong


class _Examples:
    def __init__(self, reading: Reading, source: Source) -> None:
        self.reading, self.source = reading, source
        service = reading.service
        self.questions = service.form.questions
        self.facts = {name for _, what, name in named(reading) if what == "facts"}
        self.stages = service.workflow.stages
        stages = self.stages.values()
        self.decisions = {name for stage in stages for name in stage.decisions}
        self.choices = {name for stage in stages for name in stage.choices}
        said = {*service.workflow.on, *(name for stage in stages for name in stage.on)}
        self.outcomes = said | ways.outcomes(reading)

    def one(self, n: int, example: f.ExampleFile) -> Iterator[Problem]:
        """Find what is wrong with one example."""
        given, expect = example.given, example.expect
        at = (n, "given", "answers")
        yield from self._known("answer", "question", given.answers, self.questions, *at)
        yield from self._options(given.answers, *at)
        yield from self._known("fact", "fact", given.facts, self.facts, n, "given", "facts")
        yield from self._settings(given.settings or {}, n, "given", "settings")
        for i, event in enumerate(example.then):
            yield from self._event(event, n, "then", i)
        about = self.reading.service
        pages = [page.id for page in about.form.pages]
        for key, names, there in (
            ("pages", expect.pages, pages),
            ("stop", [expect.stop], ["", *about.form.stops]),
            ("stage", [expect.stage], ["", *self.stages]),
            ("messages", expect.messages, about.messages),
            ("flags", expect.flags, self.reading.flow.escalate),
            ("to_come", [message.message for message in expect.to_come], about.messages),
            ("mistakes", expect.mistakes, [*self.questions, *self._fields(expect.mistakes)]),
        ):
            yield from self._among(key, names, there, n, "expect", key)

    def _fields(self, mistakes: Iterable[str]) -> Iterator[str]:
        """Go through those names that are a field of an entry, such as `people.2.born`."""
        for name in mistakes:
            question, _, rest = name.partition(".")
            number, _, part = rest.partition(".")
            parts = self.questions[question].parts if question in self.questions else ()
            if number.isdecimal() and part in [each.id for each in parts]:
                yield name

    def _event(self, event: f.HappensFile, *at: object) -> Iterator[Problem]:
        for key, name, there in (
            ("decision", event.decision, self.decisions),
            ("choice", event.choice, self.choices),
            ("outcome", event.outcome, self.outcomes),
        ):
            yield from self._among(key, [name] if name else [], there, *at, key)
        yield from self._known("answer", "question", event.change, self.questions, *at, "change")

    def _known(
        self, what: str, of: str, names: Iterable[str], there: Iterable[str], *at: object
    ) -> Iterator[Problem]:
        there = list(there)
        for name in names:
            if name not in there and not self.reading.is_lost(name):
                words = f"the {what} `{name}` is of no {of} of this service{suggest(name, there)}"
                yield self.source.where(*at, name).wrong(f"example_{what}", words)

    def _among(
        self, key: str, names: Iterable[str], there: Iterable[str], *at: object
    ) -> Iterator[Problem]:
        there = list(there)
        for name in names:
            if name not in there and not self.reading.is_lost(name):
                words = f"`{key}`: the service has no `{name}`{suggest(name, there)}"
                yield self.source.where(*at).wrong(f"example_{key}", words)

    def _options(self, answers: Mapping[str, Any], *at: object) -> Iterator[Problem]:
        for name, answer in answers.items():
            question = self.questions.get(name)
            if question is None:
                continue
            for entry in answer if question.parts and isinstance(answer, list) else ():
                for part in question.parts if isinstance(entry, Mapping) else ():
                    yield from self._option(part, entry.get(part.id), *at, name)
            yield from self._option(question, answer, *at, name)

    def _option(self, question: Question, answer: object, *at: object) -> Iterator[Problem]:
        """Find what an answer names that is no option of its question."""
        if question.source is not None or not question.options:
            return
        values, name = [value for value, _ in question.options], question.id
        for one in answer if isinstance(answer, list) else [answer]:
            value = one.get("id") if isinstance(one, Mapping) else one
            if value is not None and value not in values:
                hint = suggest(str(value), values)
                words = f"`{value}` is no option of `{name}`{hint}; there are: {', '.join(values)}"
                yield self.source.where(*at).wrong("example_option", words)

    def _settings(self, values: Mapping[str, Any], *at: object) -> Iterator[Problem]:
        settings = self.reading.about.settings
        for name, value in values.items():
            where = self.source.where(*at, name)
            if name in settings:
                if wrong := setting_checks.misfit(settings[name], value):
                    yield where.wrong("example_setting", f"the setting `{name}` {wrong}")
            elif not self.reading.is_lost(f"settings.{name}"):
                words = f"the service has no setting `{name}`{suggest(name, settings)}"
                yield where.wrong("example_setting", words)
