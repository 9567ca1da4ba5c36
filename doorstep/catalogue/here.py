"""What is wrong with a folder that this council is about to use, beyond what building it finds.

What was published before still builds when, say, an authority is taken from council.yaml: its stops
then lead to the council alone, and its cases to an officer. So all that was not always refused is looked at here alone.
"""

from collections.abc import Iterator, Mapping

from doorstep.catalogue import (
    example_checks,
    fixed,
    odd_values,
    spoken_checks,
    steps,
    taken_names,
    ways,
)
from doorstep.catalogue.build_service import Reading
from doorstep.catalogue.problem import Place, Problem
from doorstep.catalogue.service import Doing
from doorstep.council import queries as council
from doorstep.forms import facts
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.errors import suggest
from doorstep.forms.rules.parse import FactCall


def problems(
    reading: Reading,
    settings: Mapping[str, object] | None,
    prefixes: Mapping[str, str],
    examples: str | None,
) -> list[Problem]:
    """Return what is wrong with a service here, each with file and line.

    `settings` are the service's, as they are in force in this council; nothing where those are wrong themselves.
    `prefixes` are those of other services, `examples` the text of the file of examples.
    """
    found = [
        *(wrong for source in reading.sources.values() for wrong in source.doubled()),
        *reading.doubts,
        *taken_names.problems(reading, prefixes),
        *_stops(reading),
        *_questions(reading),
        *_steps(reading, settings or {}),
        *_facts(reading, settings or {}),
        *_correction(reading),
        *ways.problems(reading),
        *spoken_checks.problems(reading),
        *odd_values.problems(reading),
        *example_checks.problems(reading, examples),
    ]
    return found


def _stops(reading: Reading) -> Iterator[Problem]:
    authorities = council.current().authorities
    for code, stop in reading.service.form.stops.items():
        if stop.authority and stop.authority not in authorities:
            near = suggest(stop.authority, authorities)
            words = f"no authority `{stop.authority}` in council.yaml{near}"
            where = reading.where("form", "stops", code, "authority")
            yield where.wrong("no_such_authority", words)


def _questions(reading: Reading) -> Iterator[Problem]:
    """Find questions of which nothing can be chosen, and changes of pages that are not there."""
    for i, page in enumerate(reading.form.pages):
        for n, question in enumerate(page.questions):
            kind = KINDS.get(question.kind)
            if kind is not None and kind.chooses and not question.options:
                words = f"`{question.id}` has no options; say {{value: label}}, or a fact that finds them"
                where = reading.where("form", "pages", i, "questions", n, "options")
                yield where.wrong("no_options", words)
    ids = [page.page for page in reading.form.pages]
    for sid, stage in reading.flow.stages.items():
        for n, name in enumerate(stage.change.pages if stage.change else ()):
            if name not in ids and not reading.is_lost(name):
                where = reading.where("workflow", "stages", sid, "change", "pages", n)
                words = f"the form has no page `{name}`{suggest(name, ids)}"
                yield where.wrong("no_such_page", words)


def _facts(reading: Reading, settings: Mapping[str, object]) -> Iterator[Problem]:
    """Find facts that are asked for what this council does not have, such as a crew or a calendar."""
    for where, call in calls(reading):
        fact = facts.one(call.name)
        if fact.check_here is None:
            continue
        args = zip(fact.params, call.args, strict=True)
        given = {name: fixed.value(arg, settings) for (name, _), arg in args}
        for code, words in fact.check_here({k: v for k, v in given.items() if v is not None}):
            yield where.wrong(code, words)


def calls(reading: Reading) -> Iterator[tuple[Place, FactCall]]:
    """Go through each fact that a service asks for, and where."""
    asked = {
        q.id: ("pages", i, "questions", n, "options")
        for i, page in enumerate(reading.form.pages)
        for n, q in enumerate(page.questions)
    }
    for i, page in enumerate(reading.service.form.pages):
        for name, call in page.facts:
            yield reading.where("form", "pages", i, "facts", name), call
        for question in page.questions:
            if question.source:
                yield reading.where("form", *asked[question.id]), question.source
    workflow = reading.service.workflow
    for name, call in workflow.facts:
        yield reading.where("workflow", "facts", name), call
    for stage in workflow.stages.values():
        for name, call in stage.facts:
            yield reading.where("workflow", "stages", stage.id, "facts", name), call


def _steps(reading: Reading, settings: Mapping[str, object]) -> Iterator[Problem]:
    """Find uses of steps that cannot be in this council; the same is said once, where it stands first."""
    workflow, once = reading.service.workflow, set[tuple[str, str]]()
    lists: list[tuple[tuple[str, ...], tuple[Doing, ...]]] = [(("reserve",), workflow.reserve)]
    lists += [(("stages", stage.id, "do"), stage.do) for stage in workflow.stages.values()]
    options = dict[str, frozenset[str]]()
    for doing in (d for _, doings in lists for d in doings):
        options[doing.step] = options.get(doing.step, frozenset()) | {*doing.rules, *doing.words}
    using = steps.Using(reading.service.slug, settings, options)
    for path, doings in lists:
        for doing in (d for d in doings if d.is_whole):
            wrong = steps.kind(doing.step).check_here(doing.rules, doing.words, using)
            where = reading.where("workflow", *path, doing.number, doing.step)
            for problem in steps.said(where, wrong):
                if (problem.code, problem.words) not in once:
                    once.add((problem.code, problem.words))
                    yield problem
            for name in sorted(steps.kind(doing.step).needs - set(doing.words)):
                yield where.wrong("option_missing", f"`{doing.step}` says no `{name}`")
            yield from _named_questions(reading, doing, (*path, doing.number, doing.step))


def _named_questions(reading: Reading, doing: Doing, at: tuple[object, ...]) -> Iterator[Problem]:
    """Find words of a step that name questions which are not asked."""
    asked = reading.service.form.questions
    for option in sorted(steps.kind(doing.step).questions & set(doing.words)):
        said = doing.words[option]
        names = said if isinstance(said, list) else [said]
        for name in said.values() if isinstance(said, dict) else names:
            if str(name) not in asked and not reading.is_lost(str(name)):
                words = (
                    f"`{option}` of `{doing.step}`: no question `{name}`{suggest(str(name), asked)}"
                )
                yield reading.where("workflow", *at, option).wrong("no_such_question", words)


def _correction(reading: Reading) -> Iterator[Problem]:
    """Find that the message is not there which says that a wrong outcome was put right."""
    name = reading.flow.corrected
    if name and name not in reading.service.messages and not reading.is_lost(name):
        words = f"no messages/{name}.md{suggest(name, reading.service.messages)}"
        yield reading.where("workflow", "corrected").wrong("no_message", words)
