"""Reads workflow.yaml: stages, what each sets in motion, and where everything leads."""

import re
from collections.abc import Iterator, Mapping

from doorstep.catalogue import files as f
from doorstep.catalogue import steps
from doorstep.catalogue.checker import Checker, check_sentence, read_facts, read_values
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Change, Choice, Doing, Escalation, Reopen, Stage, Workflow
from doorstep.forms.rules.errors import nearest, suggest
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import DAY, INT, MOMENT, Maybe, Record, Type, describe

# What rules of a stage may name besides: by when the case is due, when it was opened, when it came to its stage.
OF_THE_CASE: Mapping[str, Type] = {"due": Maybe(DAY), "opened": MOMENT, "entered": MOMENT}


def _start(b: Checker, src: Source, w: f.WorkflowFile) -> tuple[tuple[Rule | None, str], ...]:
    if isinstance(w.start, str):
        return ((None, w.start),)
    if not w.start or w.start[-1].when:
        b.wrong(src.where("start"), "start", "the last line of `start` says a stage alone")
    return tuple(
        (b.rule(s.when, src.where("start", i, "when")) if s.when else None, s.stage)
        for i, s in enumerate(w.start)
    )


def _escalate(b: Checker, src: Source, w: f.WorkflowFile) -> tuple[Escalation, ...]:
    escalations = []
    for flag, e in w.escalate.items():
        rule = b.rule(e.when, src.where("escalate", flag, "when"))
        if rule:
            escalations.append(Escalation(flag, rule, e.label))
    return tuple(escalations)


def _doing(
    b: Checker, src: Source, entry: Mapping[str, dict[str, object]], *at: object
) -> list[Doing]:
    doings, number = [], int(str(at[-1]))
    for step, options in entry.items():
        kind = steps.offered().get(step)
        if kind is None:
            hint = suggest(step, steps.offered())
            there = ", ".join(steps.offered())
            b.wrong(
                src.where(*at, step), "no_such_step", f"no step `{step}`{hint}; there are: {there}"
            )
            b.unread.lost.add(step)
            continue
        rules: dict[str, Rule] = {}
        for name, wants in kind.rules.items():
            if name in kind.optional and name not in options:
                continue
            where = src.where(*at, step, name)
            if name not in options:
                missing = f"`{step}` says no `{name}`: a rule that gives: {describe(wants)}"
                b.wrong(where, "option_missing", missing)
                continue
            rule = b.rule(str(options[name]), where, wants)
            if rule:
                rules[name] = rule
        allowed = [*kind.rules, *sorted(kind.words)]
        for name in sorted(set(map(str, options)) - set(allowed)):
            hint = suggest(name, allowed) or f"; there may be: {', '.join(allowed) or 'none'}"
            b.wrong(src.where(*at, step, name), "option", f"`{step}` has no option `{name}`{hint}")
        words = {k: v for k, v in options.items() if k in kind.words}
        wanted = set(kind.rules) - (kind.optional - set(options))
        doings.append(Doing(step, rules, words, is_whole=wanted == set(rules), number=number))
    return doings


_IN_ADDRESS = re.compile(r"[a-z][a-z0-9_-]*")


def _choices(
    b: Checker, src: Source, sid: str, s: f.StageFile, extra: Mapping[str, Type]
) -> dict[str, Choice]:
    choices = {}
    for name, c in s.choices.items():
        at = ("stages", sid, "choices", name)
        if not _IN_ADDRESS.fullmatch(name):
            words = f"`{name}` stands in an address: small letters, _ and -"
            b.wrong(src.where(*at), "choice_name", words)
        until = b.rule(c.until, src.where(*at, "until"), MOMENT) if c.until else None
        check_sentence(b, c.sure, src.where(*at, "sure"), {**extra, "until": MOMENT})
        check_sentence(b, c.late, src.where(*at, "late"), {**extra, "until": MOMENT})
        choices[name] = Choice(c.stage, c.offer, c.sure, until, c.undo, c.late)
    return choices


def _change(
    b: Checker, src: Source, sid: str, s: f.StageFile, extra: Mapping[str, Type]
) -> Change | None:
    """Return what may be changed from a stage; rules of what it keeps see the answers alone."""
    c = s.change
    if c is None:
        return None
    at = ("stages", sid, "change")
    until = b.rule(c.until, src.where(*at, "until"), MOMENT) if c.until else None
    check_sentence(b, c.late, src.where(*at, "late"), {**extra, "until": MOMENT})
    values = [(k, b.rule(text, src.where(*at, "values", k), None)) for k, text in c.values.items()]
    kept = tuple((k, rule) for k, rule in values if rule)
    return Change(tuple(c.pages), c.stage, c.offer, until, c.late, kept)


def _changed(b: Checker, src: Source, w: f.WorkflowFile) -> None:
    """Let rules and sentences name what changes keep, as `change.…`."""
    shapes: dict[str, Type] = {}
    for sid, s in w.stages.items():
        for name, text in s.change.values.items() if s.change else ():
            rule = b.rule(text, src.where("stages", sid, "change", "values", name), None)
            if rule:
                shapes[name] = rule.type
    if shapes:
        b.names["change"] = Record("change", shapes)


def _stage(b: Checker, src: Source, sid: str, s: f.StageFile, extra: Mapping[str, Type]) -> Stage:
    calls = read_facts(b, src, s.facts, "stages", sid)
    values = read_values(b, src, s.values, "stages", sid)
    doing = list[Doing]()
    for i, entry in enumerate(s.do):
        for d in _doing(b, src, entry, "stages", sid, "do", i):
            doing.append(d)
            if d.is_whole:
                problems = steps.kind(d.step).check(d.rules, d.words, b.contents)
                b.problems += steps.said(src.where("stages", sid, "do", i, d.step), problems)
    check_sentence(b, s.resident, src.where("stages", sid, "resident"), extra)
    for text in (s.headline, *(t for a in s.ahead for t in (a.what, a.when))):
        check_sentence(b, text, src.where("stages", sid), extra)
    return Stage(
        id=sid,
        label=s.label,
        resident=s.resident,
        do=tuple(doing),
        on=s.on,
        decisions=s.decisions,
        closes=s.closes,
        good=s.good,
        due=b.rule(s.due, src.where("stages", sid, "due"), None) if s.due else None,
        reopen=_reopen(b, src, sid, s),
        facts=tuple(calls),
        values=tuple(values),
        choices=_choices(b, src, sid, s, extra),
        change=_change(b, src, sid, s, extra),
        undo=s.undo,
        passing=s.passing,
        final=s.final,
        headline=s.headline,
        ahead=tuple((a.what, a.when) for a in s.ahead),
    )


def _asks(b: Checker, src: Source, w: f.WorkflowFile) -> dict[str, Doing]:
    """Return what choices and decisions ask first, by their names."""
    named = {n for s in w.stages.values() for n in (*s.choices, *s.decisions)}
    asks = {}
    for name, entry in w.asks.items():
        where = src.where("asks", name)
        if name not in named and not b.unread.is_lost(name):
            b.wrong(where, "asks", f"no stage has the choice or decision `{name}`")
        if name in w.bulk:
            words = f"`{name}` is decided for many at once, so it asks nothing"
            b.wrong(where, "asks_many", words)
        able = {n for n, kind in steps.offered().items() if kind.asks}
        if len(entry) != 1 or not set(entry) <= able:
            words = f"one step that can be asked by: {', '.join(sorted(able))}"
            b.wrong(where, "asks_by", words)
            continue
        ((step, options),) = entry.items()
        kind = steps.kind(step)
        rules = {
            n: b.rule(str(options.get(n, "")), src.where("asks", name, step, n), wants)
            for n, wants in kind.asks.items()
        }
        for extra in sorted(set(map(str, options)) - set(kind.asks)):
            words = f"asked by, `{step}` has no option `{extra}`"
            b.wrong(src.where("asks", name, step, extra), "option", words)
        asks[name] = Doing(step, {n: rule for n, rule in rules.items() if rule}, {})
    return asks


# What leads to a stage: the path of the place that says so, and the stage.
Target = tuple[tuple[object, ...], str]


def _targets(w: f.WorkflowFile) -> Iterator[Target]:
    """Go through all that leads to a stage."""
    if isinstance(w.start, str):
        yield ("start",), w.start
    else:
        yield from ((("start", i, "stage"), s.stage) for i, s in enumerate(w.start))
    yield from ((("on", name), stage) for name, stage in w.on.items())
    for sid, s in w.stages.items():
        at = ("stages", sid)
        yield from (((*at, "on", name), stage) for name, stage in s.on.items())
        yield from (((*at, "decisions", name), stage) for name, stage in s.decisions.items())
        yield from (((*at, "choices", name, "stage"), c.stage) for name, c in s.choices.items())
        if s.reopen:
            yield (*at, "reopen", "stage"), s.reopen.stage
        if s.change:
            yield (*at, "change", "stage"), s.change.stage


def _check_targets(b: Checker, src: Source, w: f.WorkflowFile, disputes: Mapping[str, str]) -> None:
    """Check that everything that leads to a stage leads to one that is there."""
    targets = [(src.where(*path), stage) for path, stage in _targets(w)]
    form, _ = b.file("form.yaml", f.FormFile)
    targets += [
        (form.where("stops", code, "dispute", "stage"), stage) for code, stage in disputes.items()
    ]
    for where, target in targets:
        if target not in w.stages and not b.unread.is_lost(target):
            parts = [part for part in where.path if part not in ("stages", "stops", "stage")]
            what = " ".join(f"line {p + 1}" if isinstance(p, int) else str(p) for p in parts)
            words = f"{what} leads to `{target}`, which is no stage{suggest(target, w.stages)}"
            b.wrong(where, "no_such_stage", words)
            b.unread.lost |= {target, nearest(target, w.stages)} - {""}
    decided = {d for s in w.stages.values() for d in s.decisions}
    for key, decisions in (("replies", w.replies), ("bulk", w.bulk), ("goes_on", w.goes_on)):
        for n, decision in enumerate(decisions):
            if decision not in decided and not b.unread.is_lost(decision):
                words = f"no stage allows the decision `{decision}`{suggest(decision, decided)}"
                b.wrong(src.where(key, n), "no_such_decision", words)


def said_by_steps(b: Checker) -> dict[str, Type]:
    """Return what sentences may name because a step of this workflow finds it out."""
    _, w = b.file("workflow.yaml", f.WorkflowFile)
    used = {name for s in w.stages.values() for d in s.do for name in d}
    offered = steps.offered()
    return {k: v for name in used if name in offered for k, v in offered[name].says.items()}


def read_workflow(b: Checker, extra: Mapping[str, Type], disputes: Mapping[str, str]) -> Workflow:
    """Return the workflow of workflow.yaml; its mistakes are kept with the builder's."""
    src, w = b.file("workflow.yaml", f.WorkflowFile)
    calls = read_facts(b, src, w.facts)
    reserve = [d for i, e in enumerate(w.reserve) for d in _doing(b, src, e, "reserve", i)]
    for kind in steps.offered().values():
        b.names |= {name: of for name, (of, _) in kind.gives.items()}
    _changed(b, src, w)
    start, escalate = _start(b, src, w), _escalate(b, src, w)
    # Of the case itself: a service that was published before may call something of its own so.
    b.names = {**OF_THE_CASE, **b.names}
    due = b.rule(w.due, src.where("due"), None) if w.due else None
    stages = {sid: _stage(b, src, sid, s, extra) for sid, s in w.stages.items()}
    _check_targets(b, src, w, disputes)
    return Workflow(
        start=start,
        due=due,
        stages=stages,
        on=w.on,
        decisions=w.decisions,
        corrected=w.corrected,
        facts=tuple(calls),
        escalate=escalate,
        reserve=tuple(reserve),
        replies=frozenset(w.replies),
        bulk=frozenset(w.bulk),
        goes_on=frozenset(w.goes_on),
        asks=_asks(b, src, w),
    )


def _reopen(b: Checker, src: Source, sid: str, s: f.StageFile) -> Reopen | None:
    if s.reopen is None:
        return None
    where = src.where("stages", sid, "reopen")
    if not s.closes and not b.unread.is_mended("workflow.yaml", "stages", sid, "closes"):
        words = "only a stage that closes the case can be reopened from"
        b.wrong(where, "reopen", words)
    days = b.rule(s.reopen.days, src.where("stages", sid, "reopen", "days"), INT)
    return Reopen(s.reopen.stage, days, s.reopen.offer) if days else None
