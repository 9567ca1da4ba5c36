"""The ways between stages: each outcome can come, each stage is reached and has a way out, none goes round for ever."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from doorstep.catalogue import corrections, steps
from doorstep.catalogue.build_service import Reading
from doorstep.catalogue.built_in_stages import MOVED
from doorstep.catalogue.problem import Problem
from doorstep.catalogue.service import Doing, Stage
from doorstep.forms.rules.errors import nearest, suggest


def problems(reading: Reading) -> Iterator[Problem]:
    """Find ways that nothing opens, and stages from which or to which none leads."""
    ways = _Ways(reading)
    if "workflow.yaml" in reading.unread.files:
        return
    yield from ways.of_outcomes()
    yield from corrections.problems(reading.service, reading.sources["workflow.yaml"], ways.slips)
    yield from ways.lost()
    yield from ways.decisions()
    yield from ways.round_for_ever()
    yield from ways.dead_ends()
    yield from ways.never_closed()
    yield from ways.not_reached()


def outcomes(reading: Reading) -> set[str]:
    """Return every outcome that may come of a service's steps."""
    ways = _Ways(reading)
    used = {doing.step for doing in ways.doings}
    return {f"{step}.{outcome}" for step in used for outcome in ways.of_step(step)}


# What of a stage leads on to others.
LEADING = ("on", "decisions", "choices", "change", "reopen")


class _Ways:
    def __init__(self, reading: Reading) -> None:
        self.reading, self.flow = reading, reading.service.workflow
        # Outcomes that were meant where another, which there is not, stands.
        self.slips = set[str]()
        self.stages: Mapping[str, Stage] = {
            sid: stage for sid, stage in self.flow.stages.items() if sid in reading.flow.stages
        }

    @cached_property
    def doings(self) -> list[Doing]:
        """Return every use of a step."""
        flow = self.flow
        doings = [d for stage in self.stages.values() for d in stage.do]
        return [*doings, *flow.reserve, *flow.asks.values()]

    def of_step(self, step: str) -> Mapping[str, str]:
        """Return the outcomes of a kind of step, each with its sentence: its own, and those this service names itself."""
        kind = steps.kind(step)
        own = [n for d in self.doings if d.step == step for n in kind.may_come(d.rules, d.words)]
        carried = (d for d in self.doings if steps.kind(d.step).carries_to == step)
        named = [*own, *(str(d.words.get("outcome")) for d in carried)]
        return {**dict.fromkeys(named, "named here"), **kind.outcomes}

    def of_outcomes(self) -> Iterator[Problem]:
        """Find ways on from what can never come: of no step, of one that is not used, or no outcome of it."""
        named: list[tuple[tuple[str, ...], str]] = [(("on", name), name) for name in self.flow.on]
        named += [
            (("stages", s.id, "on", name), name) for s in self.stages.values() for name in s.on
        ]
        used = {doing.step for doing in self.doings}
        for path, name in named:
            step, _, outcome = name.partition(".")
            kind, where = steps.offered().get(step), self.reading.where("workflow", *path)
            if self.reading.is_lost(step) or self.reading.is_lost(outcome):
                continue
            if kind is None:
                self.slips.add(f"{nearest(step, steps.offered())}.{outcome}")
                words = f"`{name}` comes of no step `{step}`{suggest(step, steps.offered())}"
                yield where.wrong("no_such_step", words)
                continue
            there = self.of_step(step)
            if kind.own_outcomes and step in used and not there:
                continue  # those it says cannot be read, and that is said
            if outcome not in there:
                hint = suggest(outcome, there)
                self.slips.add(f"{step}.{nearest(outcome, there)}")
                all_there = "; ".join(f"{code}: {says}" for code, says in there.items())
                words = (
                    f"`{step}` has no outcome `{outcome}`{hint}; there are: {all_there or 'none'}"
                )
                yield where.wrong("no_such_outcome", words)
            elif step not in used:
                words = f"`{name}` never comes: nothing here does the step `{step}`"
                yield where.wrong("step_unused", words)

    def lost(self) -> Iterator[Problem]:
        """Find outcomes that may come of a step and lead nowhere: what somebody did would be lost."""
        for stage in self.stages.values():
            for doing in (d for d in stage.do if d.is_whole):
                where = self.reading.where(
                    "workflow", "stages", stage.id, "do", doing.number, doing.step
                )
                kind = steps.kind(doing.step)
                for outcome in () if kind.correctable else kind.may_come(doing.rules, doing.words):
                    name = f"{doing.step}.{outcome}"
                    if self.flow.leads_on(stage, name) is None and name not in self.slips:
                        words = f"`{name}` leads nowhere; say under `on:` to which stage"
                        yield where.wrong("outcome_lost", words)

    def decisions(self) -> Iterator[Problem]:
        """Find decisions that officers would choose by no words."""
        for stage in self.stages.values():
            for name in stage.decisions:
                if name not in self.flow.decisions and not self.reading.is_lost(name):
                    where = self.reading.where("workflow", "stages", stage.id, "decisions", name)
                    hint = suggest(name, self.flow.decisions)
                    words = f"`{name}` has no words under `decisions` of the workflow{hint}; officers choose it by them"
                    yield where.wrong("decision_unsaid", words)

    def round_for_ever(self) -> Iterator[Problem]:
        """Find stages that come back to themselves by what comes at once each time, such as nothing to pay."""
        for stage in self.stages.values():
            seen, at = list[str](), stage.id
            while at in self.stages and at not in seen:
                seen.append(at)
                at = self._at_once(self.stages[at]) or ""
            if at == stage.id:
                where = self.reading.where("workflow", "stages", stage.id)
                words = f"`{stage.id}` leads back to itself at once, again and again, where there is nothing to pay"
                yield where.wrong("for_ever", words)

    def _at_once(self, stage: Stage) -> str | None:
        for doing in stage.do:
            kind = steps.kind(doing.step)
            for outcome in kind.at_once & set(kind.may_come(doing.rules, doing.words)):
                return self.flow.leads_on(stage, f"{doing.step}.{outcome}")
        return None

    def dead_ends(self) -> Iterator[Problem]:
        """Find stages in which a case stays open for ever."""
        under_way = self._under_way()
        for stage in self.stages.values():
            if stage.closes or stage.on or stage.decisions or stage.choices or stage.change:
                continue
            outcomes = [] if stage.final else [name.partition(".")[0] for name in self.flow.on]
            lost = any(
                self._is_mended(stage.id, key) for key in ("on", "decisions", "choices", "closes")
            )
            if not set(outcomes) & under_way.get(stage.id, set(outcomes)) and not lost:
                where = self.reading.where("workflow", "stages", stage.id)
                words = f"nothing leads out of `{stage.id}`: say `closes:`, or `on:`, `decisions:` or `choices:`"
                yield where.wrong("dead_end", words)

    def never_closed(self) -> Iterator[Problem]:
        """Find stages from which no way leads to an end: a case would stay open for ever, however it goes on."""
        unread = self.reading.unread
        if any(
            unread.is_mended("workflow.yaml", "stages", None, key) for key in (*LEADING, "closes")
        ):
            return
        ends = {sid for sid, stage in self.stages.items() if stage.closes}
        under_way = self._under_way()
        leads = {
            sid: {to for to, _ in self._leads(stage, under_way[sid])} | set(stage.on.values())
            for sid, stage in self.stages.items()
        }
        while more := {sid for sid, to in leads.items() if sid not in ends and to & ends}:
            ends |= more
        for sid in self.stages:
            if sid not in ends and leads[sid] and not self.reading.is_lost(sid):
                where = self.reading.where("workflow", "stages", sid)
                words = f"from `{sid}` no way leads to a stage that closes the case: say `closes:` where it ends"
                yield where.wrong("never_closed", words)

    def _is_mended(self, sid: str, key: str) -> bool:
        at = ("stages", sid, key)
        return any(path[:3] == at for _, path in self.reading.unread.mended)

    def _under_way(self) -> dict[str, set[str]]:
        """Return by stage which steps may still bring something there: its own, and what came along."""
        under_way = {sid: {d.step for d in s.do} for sid, s in self.stages.items()}
        for _, start in self.flow.start:
            under_way.setdefault(start, set()).update(d.step for d in self.flow.reserve)
        changed = True
        while changed:
            changed = False
            for sid, stage in self.stages.items():
                for target, keeps in self._leads(stage, under_way[sid]):
                    after = under_way.get(target)
                    if after is None or not keeps or self.stages[target].undo:
                        continue
                    changed |= not under_way[sid] <= after
                    after |= under_way[sid]
        return under_way

    def _leads(self, stage: Stage, under_way: set[str]) -> Iterator[tuple[str, bool]]:
        """Go through where a stage leads, and whether what is under way goes along."""
        for name in {*stage.on, *self.flow.on}:
            target = self.flow.leads_on(stage, name)
            if target and name.partition(".")[0] in under_way:
                yield target, True
        for name, target in stage.decisions.items():
            yield target, name in self.flow.goes_on
        for choice in stage.choices.values():
            yield choice.stage, not choice.undo
        for way in (stage.reopen, stage.change):
            if way is not None:
                yield way.stage, True

    def not_reached(self) -> Iterator[Problem]:
        """Find stages that no case comes to."""
        unread = self.reading.unread
        if any(
            unread.is_mended("workflow.yaml", *path)
            for path in (("start",), ("on",), *(("stages", None, key) for key in LEADING))
        ):
            return  # what led there may stand in what could not be read
        disputes = [s.dispute.stage for s in self.reading.service.form.stops.values() if s.dispute]
        todo = [*disputes, *(stage for _, stage in self.flow.start)]
        todo += [sid for sid in self.stages if self.reading.is_lost(sid)]
        seen = set[str]()
        while todo:
            sid = todo.pop()
            if sid in seen or sid not in self.stages:
                continue
            seen.add(sid)
            stage = self.stages[sid]
            todo += [] if stage.final else self.flow.on.values()
            todo += [*stage.on.values(), *stage.decisions.values()]
            todo += [choice.stage for choice in stage.choices.values()]
            todo += [way.stage for way in (stage.reopen, stage.change) if way]
        for sid in self.stages:
            if sid not in (*seen, MOVED) and not self.reading.is_lost(sid):
                where = self.reading.where("workflow", "stages", sid)
                yield where.wrong("not_reached", f"nothing leads to the stage `{sid}`")
