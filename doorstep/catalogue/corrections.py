"""Whether a wrong outcome can be put right by every other: from the stage that each leads to there is a way on with each."""

from collections.abc import Iterator

from doorstep.catalogue import steps
from doorstep.catalogue.problem import Place, Problem
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Doing, Service, Stage


def problems(of: Service, flow: Source) -> Iterator[Problem]:
    """Find outcomes that lead nowhere, and corrections that would be refused, each with its line."""
    for stage in of.workflow.stages.values():
        for number, doing in enumerate(stage.do):
            if doing.step in steps.offered() and steps.kind(doing.step).correctable:
                where = flow.where("stages", stage.id, "do", number)
                yield from _of_step(of, stage, doing, where)


def _of_step(of: Service, stage: Stage, doing: Doing, where: Place) -> Iterator[Problem]:
    kind = steps.kind(doing.step)
    for came in kind.may_come(doing.rules, doing.words):
        there = _leads_to(of, stage, doing.step, came)
        if there is None:
            words = f"`{doing.step}.{came}` leads nowhere; say under `on:` to which stage"
            yield where.wrong("outcome_lost", words)
            continue
        for right in kind.put_right_to(doing.rules, doing.words):
            if right != came and _leads_to(of, there, doing.step, right) is None:
                what = f"`{came}` cannot be put right to `{right}`"
                words = f"{what}; the stage `{there.id}` or the workflow needs it under `on:`"
                yield where.wrong("not_put_right", words)


def _leads_to(of: Service, stage: Stage, step: str, outcome: str) -> Stage | None:
    name = f"{step}.{outcome}"
    target = stage.on.get(name) or of.workflow.on.get(name)
    return of.workflow.stages.get(target) if target else None
