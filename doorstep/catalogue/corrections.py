"""Whether a wrong outcome can be put right by every other: from the stage that each leads to there is a way on with each."""

from collections.abc import Collection, Iterator

from doorstep.catalogue import steps
from doorstep.catalogue.problem import Place, Problem
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Doing, Service, Stage


def problems(of: Service, flow: Source, slips: Collection[str] = ()) -> Iterator[Problem]:
    """Find outcomes that lead nowhere, and corrections that would be refused, each with its line.

    `slips` are outcomes that were meant where another, which there is not, stands: they are said there.
    """
    for stage in of.workflow.stages.values():
        for doing in stage.do:
            if doing.step in steps.offered() and steps.kind(doing.step).correctable:
                where = flow.where("stages", stage.id, "do", doing.number, doing.step)
                yield from _of_step(of, stage, doing, where, slips)


def _of_step(
    of: Service, stage: Stage, doing: Doing, where: Place, slips: Collection[str]
) -> Iterator[Problem]:
    kind, leads = steps.kind(doing.step), of.workflow
    for came in kind.may_come(doing.rules, doing.words):
        name = f"{doing.step}.{came}"
        target = leads.leads_on(stage, name)
        if target is None:
            if name not in slips:
                words = f"`{name}` leads nowhere; say under `on:` to which stage"
                yield where.wrong("outcome_lost", words)
            continue
        there = leads.stages.get(target)
        for right in kind.put_right_to(doing.rules, doing.words) if there else ():
            name = f"{doing.step}.{right}"
            if (
                right != came
                and there
                and leads.leads_on(there, name) is None
                and name not in slips
            ):
                what = f"`{came}` cannot be put right to `{right}`"
                words = f"{what}; the stage `{there.id}` or the workflow needs it under `on:`"
                yield where.wrong("not_put_right", words)
