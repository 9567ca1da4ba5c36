"""Moves a case through its stages; steps are offered by the rooms above."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from doorstep.cases import facts, gathered, history, timeline
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case, Draft
from doorstep.cases.shapes import PassedStop
from doorstep.cases.values import to_json, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.catalogue.service import Doing, Stage
from doorstep.council.errors import Refused
from doorstep.staff.actor import Actor, by_key


class Step(Protocol):
    """What a workflow may set in motion; `undo` takes back what is still open."""

    def run(
        self, *, case: Case, options: Mapping[str, object], by: Actor, now: datetime
    ) -> str | None:
        """Do the step for a case, inside the caller's transaction; return an outcome known at once."""

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Take back what this step has open for a case."""


class Reserving(Protocol):
    """A step that can hold something while someone is still answering."""

    def reserve(
        self,
        *,
        draft: Draft,
        options: Mapping[str, object],
        longer: bool,
        by: Actor,
        now: datetime,
    ) -> datetime:
        """Hold it for the draft, or go on holding it, longer only if that is wanted; return until when. Raises Refused."""


class Asking(Protocol):
    """A step that a choice or a decision can ask something by first, such as which day instead."""

    def options(
        self, *, case: Case, options: Mapping[str, object], now: datetime
    ) -> list[tuple[str, str]]:
        """Return what may be chosen now: ids and words, as the question that it is asked as has them."""

    def take(
        self, *, case: Case, options: Mapping[str, object], chosen: str, by: Actor, now: datetime
    ) -> None:
        """Take what was chosen for the case, whose lock is held; raises Refused."""


class PuttingRight(Protocol):
    """A step of which something is needed no longer where an outcome was put right, such as a further visit's day."""

    def put_right(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Take back what is needed no longer."""


class Waiting(Protocol):
    """A step that somebody outside may owe an answer, such as whether a payment was made."""

    def waits(self, *, case: Case) -> bool:
        """Say whether an answer about the case is owed."""


class LockingBefore(Protocol):
    """A step whose taking back changes another case too, such as the one that a case is joined to."""

    def lock_before(self, *, case_id: int) -> None:
        """Lock that case, before the case itself is: in one order everywhere, no two wait for each other."""


class Changing(Protocol):
    """A step that holds something by a case's answers, such as a day, or has set something in motion, such as a job."""

    def change(
        self, *, case: Case, draft: Draft, options: Mapping[str, object], by: Actor, now: datetime
    ) -> None:
        """Follow the new answers; `options` are those of what the workflow reserves. Raises Refused where that cannot be."""

    def drop_change(self, *, case: Case, draft: Draft, by: Actor, now: datetime) -> None:
        """Take back what was set in motion for a change that will not be made."""


class StandingForOthers(Protocol):
    """A step that knows who else waits for a case, such as those who reported the same."""

    def stands_for_others(self, *, case: Case) -> bool:
        """Say whether anybody does."""


class Foretelling(Protocol):
    """A step by which a case is due at a day that it knows, such as the day of a job."""

    def foretell(self, *, options: Mapping[str, object]) -> date | None:
        """Return by when the case will be due, once this step has run; nothing where it says nothing of that."""


class Reckoning(Protocol):
    """A step that cannot be done twice, such as giving money back: a correction is reckoned with what was done before."""

    def reckon(
        self, *, case: Case, asked: Sequence[Mapping[str, object]], by: Actor, now: datetime
    ) -> None:
        """Come to what the right stage asks for, given its options for this step: nothing where it has no such step."""


_offered: dict[str, Step] = {}


def offer(kind: str, step: Step) -> None:
    """Offer the work behind a kind of step."""
    _offered[kind] = step


def step(kind: str) -> Step:
    """Return the work behind a kind of step."""
    return _offered[kind]


def _that_can(name: str) -> dict[str, Any]:
    """Return the steps that have a method of the optional contracts above, by their names."""
    return {kind: step for kind, step in _offered.items() if hasattr(step, name)}


def putting_right() -> list[PuttingRight]:
    """Return the steps that take something back where an outcome was put right."""
    return list(_that_can("put_right").values())


def foretell(case: Case, now: datetime) -> Case:
    """Have a case that is not stored stand in its first stage, as it would: due when its steps say; return it.

    Nothing is set in motion, and no outside system is asked.
    """
    stage = stage_of(case)
    _stand(case, case.stage, now)
    foretelling: dict[str, Foretelling] = _that_can("foretell")
    for doing in (d for d in stage.do if d.step in foretelling):
        options = options_of(case, doing, now)
        case.due_on = foretelling[doing.step].foretell(options=options) or case.due_on
    return case


def reserve(
    draft: Draft, values: Mapping[str, object], *, longer: bool, by: Actor, now: datetime
) -> None:
    """Hold what the workflow reserves, as soon as all that it depends on is answered; `longer` puts its end off.

    Raises Refused("slot_gone") and the like where there is nothing left to hold.
    """
    for doing in catalogue.service(draft.version_id).workflow.reserve:
        needs = {path.split(".")[0] for rule in doing.rules.values() for path in rule.uses}
        if any(values.get(name) is None for name in needs - {"now", "today"}):
            continue
        options = asked_for(doing, values, now)
        step: Any = _offered[doing.step]
        reserving: Reserving = step
        draft.held_until = reserving.reserve(
            draft=draft, options={**doing.words, **options}, longer=longer, by=by, now=now
        )


def waits_outside(case: Case) -> bool:
    """Say whether somebody outside owes an answer about a case: what it holds is not given away meanwhile."""
    return any(step.waits(case=case) for step in _that_can("waits").values())


def change(case: Case, draft: Draft, *, by: Actor, now: datetime) -> None:
    """Let the steps follow a case whose answers are those of a change now; raises what one refuses."""
    reserved = {
        doing.step: options_of(case, doing, now)
        for doing in catalogue.service(case.version_id).workflow.reserve
    }
    for name, step in _that_can("change").items():
        step.change(case=case, draft=draft, options=reserved.get(name, {}), by=by, now=now)


def drop_change(case: Case, draft: Draft, *, by: Actor, now: datetime) -> None:
    """Let the steps take back what they set in motion for a change that will not be made."""
    for step in _that_can("drop_change").values():
        step.drop_change(case=case, draft=draft, by=by, now=now)


def stands_for_others(case: Case) -> bool:
    """Say whether a case is what others wait for, too: what is under way for it is not for its person alone."""
    return any(
        step.stands_for_others(case=case) for step in _that_can("stands_for_others").values()
    )


def lock_before(case_id: int) -> None:
    """Lock what is to be locked before a case whose steps may be taken back."""
    for step in _that_can("lock_before").values():
        step.lock_before(case_id=case_id)


def stage_of(case: Case) -> Stage:
    """Return the stage a case stands in, of the version it began under."""
    return catalogue.service(case.version_id).workflow.stages[case.stage]


def keep(case: Case, name: str, value: Mapping[str, object]) -> None:
    """Keep on a case what a step found out, where its sentences and rules can name it."""
    case.facts = {**case.facts, name: to_json(value)}
    gathered.save(case, "facts")


def set_due(case: Case, day: date) -> None:
    """Say by when a case is due, because a step knows the day."""
    case.due_on = day
    gathered.save(case, "due_on")


def _do(case: Case, doing: Doing, by: Actor, now: datetime, words: Mapping[str, str]) -> str | None:
    options = {**options_of(case, doing, now), "said": words}
    return _offered[doing.step].run(case=case, options=options, by=by, now=now)


def options_of(case: Case, doing: Doing, now: datetime) -> dict[str, object]:
    """Return what a step is asked for of a case: its rules' values, and its words."""
    values = values_of(case)
    return {**doing.words, **asked_for(doing, values, now)}


# The largest number that a step is asked for: what a column of the database holds, and some thousand years in minutes.
MOST = 2_000_000_000


def asked_for(doing: Doing, values: Mapping[str, object], now: datetime) -> dict[str, object]:
    """Return what the rules of a step come to; a number that nothing could hold is the largest that can be."""
    options: dict[str, object] = {}
    for name, rule in doing.rules.items():
        value = rule.evaluate(values, clock_at(now))
        if isinstance(value, int) and not isinstance(value, bool):
            value = max(-MOST, min(MOST, value))
        options[name] = value
    return options


def _reckoning() -> dict[str, Reckoning]:
    """Return the steps that are reckoned with in a correction, by name."""
    return _that_can("reckon")


STANDING = ["stage", "closed_at", "outcome", "good", "due_on", "stage_since"]


def _standing(case: Case) -> list[object]:
    return [getattr(case, name) for name in STANDING]


def enter(
    case: Case,
    stage_id: str,
    *,
    by: Actor,
    now: datetime,
    why: str = "",
    quiet: bool = False,
    corrected: bool = False,
    words: Mapping[str, str] | None = None,
    was: Mapping[str, object] | None = None,
) -> None:
    """Bring a case into a stage and set in motion what the stage says.

    `was` is what the stage that is left said (`said_now`), where something of it changed on the way out. `quiet` leaves out what speaks to the person; in a stage that is `corrected`, what cannot be done twice is
    reckoned with what was done before; `words` are what was just written, such as an officer's reply. Where
    a step knows its outcome at once (nothing to pay), the stage is left by it, and what the stage
    still had to do is not done.
    """
    stage = catalogue.service(case.version_id).workflow.stages[stage_id]
    with gathered.gathered(case):
        _undo(case, stage, by, now)
        before, was = _standing(case), said_now(case) if was is None else was
        _stand(case, stage_id, now)
        if stage.facts or stage.values:
            gathered.save(case, *STANDING, "facts")
        elif _standing(case) != before:
            gathered.save(case, *STANDING)
        if before[1] and not case.closed_at:
            # Opened again: another that is open is met before anything else is locked.
            gathered.flush(case.pk)
        left: dict[str, Any] = {"was": was} if was else {}
        timeline.write(case, "stage", by=by, now=now, stage=stage_id, why=why, **left)
        _do_all(case, stage, by, now, quiet, corrected, words)


def begin(case: Case, *, by: Actor, now: datetime, passed: Mapping[str, PassedStop]) -> None:
    """Write down a case that was just opened, as it stands in its first stage, and set in motion what that says.

    `passed` are the stops that were gone past on the way: by who sent it, or by who had the form before.
    """
    stage = stage_of(case)
    _stand(case, case.stage, now)
    case.save(force_insert=True)
    timeline.begin(case)
    with gathered.gathered(case):
        timeline.write(case, "opened", by=by, now=now, channel=case.channel, flags=case.flags)
        for code, row in passed.items():
            reason = row.get("reason", "")
            went = by if row["by"] == by.key else by_key(row["by"])
            timeline.write(case, row["kind"], by=went, now=now, text=reason, stop=code)
        _undo(case, stage, by, now)
        timeline.write(case, "stage", by=by, now=now, stage=case.stage, why="")
        _do_all(case, stage, by, now)


def _undo(case: Case, stage: Stage, by: Actor, now: datetime) -> None:
    """Take back what is open, where a stage says so."""
    if stage.undo:
        unwind(case, by=by, now=now)


def _stand(case: Case, stage_id: str, now: datetime) -> None:
    """Have a case stand in a stage, in memory: with what the stage finds out, by when it is due, whether it is closed."""
    flow = catalogue.service(case.version_id).workflow
    stage = flow.stages[stage_id]
    case.stage, case.stage_since = stage_id, now
    if stage.facts:
        finding = facts.Facts(clock_at(now), may_ask_outside=False)
        stage_facts, _missing = finding.resolve(stage.facts, values_of(case))
        case.facts = {**case.facts, **to_json(stage_facts)}
    for name, value_rule in stage.values:
        worked_out = value_rule.evaluate(values_of(case), clock_at(now))
        case.facts = {**case.facts, name: to_json(worked_out)}
    case.closed_at, case.outcome = (now, stage.closes) if stage.closes else (None, "")
    case.good = stage.good if stage.closes else None
    rule = stage.due or flow.due
    if rule and not stage.closes:
        due: Any = rule.evaluate(values_of(case), clock_at(now))
        case.due_on = due


def _do_all(
    case: Case,
    stage: Stage,
    by: Actor,
    now: datetime,
    quiet: bool = False,
    corrected: bool = False,
    words: Mapping[str, str] | None = None,
) -> None:
    """Set in motion what a stage says, until a step knows its outcome at once: the stage is left by it."""
    for doing in stage.do:
        if quiet and steps.kind(doing.step).speaks or corrected and doing.step in _reckoning():
            continue
        if came := _do(case, doing, by, now, words or {}):
            timeline.write(case, "outcome", by=by, now=now, outcome=came)
            return outcome(case, came, by=by, now=now)


def said_now(case: Case) -> Mapping[str, object]:
    """Return the days and sums that the sentence of a case's stage names now, for its history."""
    return history.named_by(stage_of(case).resident, case)


def unwind(case: Case, *, by: Actor, now: datetime) -> None:
    """Take back whatever steps have open for a case."""
    for step in _offered.values():
        step.undo(case=case, by=by, now=now)


def outcome(
    case: Case,
    name: str,
    *,
    by: Actor,
    now: datetime,
    corrected: bool = False,
    was: Mapping[str, object] | None = None,
) -> None:
    """Follow a step's outcome such as `job.collected`; raises Refused("no_way_on"), ("not_correctable")."""
    if corrected and not steps.kind(name.partition(".")[0]).correctable:
        raise Refused("not_correctable", outcome=name)
    service = catalogue.service(case.version_id)
    flow = service.workflow
    stage = flow.stages[case.stage]
    target = stage.on.get(name) or (None if stage.final else flow.on.get(name))
    if target is None:
        raise Refused("no_way_on", outcome=name, stage=case.stage)
    if corrected:
        for step in putting_right():
            step.put_right(case=case, by=by, now=now)
    enter(case, target, by=by, now=now, why=name, quiet=corrected, corrected=corrected, was=was)
    if corrected:
        _reckon(case, flow.stages[target], by, now)
    if corrected and flow.corrected:
        options = {"message": flow.corrected}
        _offered[steps.speaker().name].run(case=case, options=options, by=by, now=now)


def _reckon(case: Case, stage: Stage, by: Actor, now: datetime) -> None:
    for name, step in _reckoning().items():
        asked = [options_of(case, doing, now) for doing in stage.do if doing.step == name]
        step.reckon(case=case, asked=asked, by=by, now=now)
