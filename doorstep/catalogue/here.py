"""What is wrong with a folder that this council is about to use, beyond what building it finds.

What was published before still builds when, say, an authority is taken from council.yaml: its stops
then lead to the council alone, and its cases to an officer.
"""

from collections.abc import Iterator, Mapping

from doorstep.catalogue import corrections, steps
from doorstep.catalogue.problem import Problem
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.forms.rules.errors import suggest


def problems(
    of: Service, files: Mapping[str, str], settings: Mapping[str, object]
) -> list[Problem]:
    """Return what is wrong with a service's stops, steps, outcomes and their corrections here, each with file and line.

    `settings` are the service's, as they are in force in this council.
    """
    form, flow = (Source(name, files[name]) for name in ("form.yaml", "workflow.yaml"))
    return [
        *of.doubts,
        *_stops(of, form),
        *_steps(of, flow, steps.Using(of.slug, settings)),
        *_outcomes(of, flow),
        *corrections.problems(of, flow),
    ]


def _stops(of: Service, form: Source) -> Iterator[Problem]:
    authorities = council.current().authorities
    for code, stop in of.form.stops.items():
        if stop.authority and stop.authority not in authorities:
            near = suggest(stop.authority, authorities)
            words = f"no authority `{stop.authority}` in council.yaml{near}"
            yield form.where("stops", code, "authority").wrong("no_such_authority", words)


def _steps(of: Service, flow: Source, using: steps.Using) -> Iterator[Problem]:
    places = [(flow.where("reserve"), of.workflow.reserve)]
    places += [(flow.where("stages", s.id, "do"), s.do) for s in of.workflow.stages.values()]
    for where, doings in places:
        for doing in doings:
            problems = steps.kind(doing.step).check_here(doing.rules, doing.words, using)
            yield from steps.said(where, problems)


def _outcomes(of: Service, flow: Source) -> Iterator[Problem]:
    """Find ways on from what can never come: a step or an outcome that there is not."""
    outcomes = [(flow.where("on", name), name) for name in of.workflow.on]
    for stage in of.workflow.stages.values():
        outcomes += [(flow.where("stages", stage.id, "on", name), name) for name in stage.on]
    for where, name in outcomes:
        step, _, outcome = name.partition(".")
        kind = steps.offered().get(step)
        if kind is None:
            words = f"`{name}` comes of no step `{step}`{suggest(step, steps.offered())}"
            yield where.wrong("no_such_step", words)
        elif not kind.own_outcomes and outcome not in kind.outcomes:
            there = "; ".join(f"{code}: {says}" for code, says in kind.outcomes.items())
            hint = suggest(outcome, kind.outcomes)
            words = f"`{step}` has no outcome `{outcome}`{hint}; there are: {there or 'none'}"
            yield where.wrong("no_such_outcome", words)
