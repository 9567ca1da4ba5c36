"""Builds a Service from its files; every name in every rule is checked before a resident meets it."""

import hashlib
import json
from collections.abc import Mapping

from doorstep.catalogue import files as f
from doorstep.catalogue import steps
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Doing, Escalation, Reopen, Service, Stage, Text, Workflow
from doorstep.catalogue.words import UNITS, places
from doorstep.council import queries as council
from doorstep.forms import facts
from doorstep.forms.form import CheckRule, Dispute, Form, Page, Question, Stop
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.check import check_call
from doorstep.forms.rules.errors import RuleError
from doorstep.forms.rules.parse import FactCall, parse_call
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import BOOL, INT, TEXT, ListOf, Maybe, Record, Type

SETTING_TYPES: dict[str, Type] = {
    "number": INT,
    "yes_no": BOOL,
    "text": TEXT,
    "time": TEXT,
    "texts": ListOf(TEXT),
}


def digest(contents: Mapping[str, str]) -> str:
    """Return the hash that names this content."""
    return hashlib.sha256(json.dumps(dict(contents), sort_keys=True).encode()).hexdigest()


class _Builder:
    """Holds what is known while the files are read in order; problems are gathered, not thrown."""

    def __init__(self, contents: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self.contents = contents
        about = Source("service.yaml", contents.get("service.yaml", ""))
        self.about = about.as_model(f.ServiceFile)
        settings = {k: SETTING_TYPES[s.type] for k, s in self.about.settings.items()}
        self.names: dict[str, Type] = {
            "settings": Record("settings", settings),
            "service": TEXT,
            "channel": TEXT,
            "by_staff": BOOL,
        }
        self.known: frozenset[str] = frozenset()
        self.implied: dict[str, frozenset[str]] = {}
        self.ask: set[str] = set()
        # Stops that later rules rest on: passing them would leave those rules without their values.
        self.rested_on = {"unavailable"}

    def rule(self, text: str, where: str, wants: Type | None = BOOL) -> Rule | None:
        """Read a rule with all that is known so far; keep the problem when it has one."""
        try:
            return Rule.read(text, self.names, known=self.known, where=where, wants=wants)
        except RuleError as exc:
            self.problems.append(str(exc))
            return None

    def learn(self, proved: frozenset[str]) -> None:
        """Take in what an earlier rule proved, and the facts that are something because of it."""
        self.known |= proved
        for name, needs in self.implied.items():
            if needs <= self.known:
                self.known |= {name}

    def call(self, text: str, where: str) -> tuple[FactCall, facts.Fact] | None:
        """Read a call of a fact, its name and its arguments' types checked."""
        try:
            call = parse_call(text, where)
            fact = facts.offered().get(call.name)
            if fact is None:
                known = ", ".join(sorted(facts.offered()))
                raise RuleError(
                    f"no room offers the fact `{call.name}`; there are: {known}", text, 0, where
                )
            check_call(call, fact.params, self.names, where)
            return call, fact
        except RuleError as exc:
            self.problems.append(str(exc))
            return None


def _question(b: _Builder, src: Source, q: f.QuestionFile, *at: object) -> Question | None:
    kind = KINDS.get(q.kind)
    if kind is None:
        b.problems.append(
            f"{src.where(*at, 'kind')}: no question kind `{q.kind}`; there are: {', '.join(KINDS)}"
        )
        return None
    source = None
    if isinstance(q.options, str):
        found = b.call(q.options, src.where(*at, "options"))
        source = found[0] if found else None
    options = tuple(q.options.items()) if isinstance(q.options, dict) else ()
    question = Question(
        q.id,
        q.kind,
        q.label,
        q.hint,
        q.optional,
        options,
        source,
        q.max_length,
        q.body,
        q.errors,
        q.contact,
        q.short or q.label,
    )
    if kind.asks:
        b.names[q.id] = Maybe(kind.type(question)) if q.optional else kind.type(question)
    return question


def _facts(
    b: _Builder, src: Source, calls: Mapping[str, str], *at: object
) -> list[tuple[str, FactCall]]:
    """Read named calls of facts in order; each may use those above it."""
    found: list[tuple[str, FactCall]] = []
    for name, text in calls.items():
        made = b.call(text, src.where(*at, "facts", name))
        if made is None:
            continue
        found.append((name, made[0]))
        needs = frozenset(a for a in map(_path, made[0].args) if a and _may_be_nothing(b, a))
        needs -= b.known
        b.names[name] = Maybe(made[1].result) if needs else made[1].result
        if needs:
            b.implied[name] = needs
    return found


def _page(b: _Builder, src: Source, i: int, p: f.PageFile) -> Page:
    at = ("pages", i)
    when = b.rule(p.when, src.where(*at, "when")) if p.when else None
    questions = [_question(b, src, q, *at, "questions", n) for n, q in enumerate(p.questions)]
    found = _facts(b, src, p.facts, *at)
    checks: list[CheckRule] = []
    for n, c in enumerate(p.check):
        where = src.where(*at, "check", n, "when")
        if bool(c.stop) == bool(c.ask):
            b.problems.append(f"{where}: a rule says either `stop:` or `ask:`")
        rule = b.rule(c.when, where)
        if rule:
            checks.append(CheckRule(rule, c.stop, c.ask))
            b.ask |= {c.ask} - {""}
            if c.stop:
                b.learn(rule.when_false)
                b.rested_on |= {c.stop} if rule.when_false else set()
    page = Page(
        p.page,
        p.title,
        p.hint,
        when,
        p.asked_only,
        tuple(q for q in questions if q),
        tuple(found),
        tuple(checks),
        p.unavailable,
        p.again,
    )
    if not page.is_sure:  # further on, its answers may be nothing
        for q in page.questions:
            known = b.names.get(q.id)
            if known and not isinstance(known, Maybe):
                b.names[q.id] = Maybe(known)
    return page


def _path(expr: object) -> str:
    from doorstep.forms.rules.parse import path_of

    return path_of(expr) or ""


def _may_be_nothing(b: _Builder, path: str) -> bool:
    found: Type = Record("all", b.names)
    for part in path.split("."):
        if isinstance(found, Maybe):
            return True
        found = found.fields[part] if isinstance(found, Record) and part in found.fields else TEXT
    return isinstance(found, Maybe)


def _sentence(b: _Builder, text: str, where: str, extra: Mapping[str, Type]) -> None:
    for path, unit in places(text):
        if unit and unit not in UNITS:
            b.problems.append(f"{where}: no unit `{unit}`; there are: {', '.join(UNITS)}")
        found: Type = Record("all", {**b.names, **extra})
        for part in path.split("."):
            found = found.inner if isinstance(found, Maybe) else found
            if isinstance(found, ListOf) and part == "first":
                found = found.item
            elif isinstance(found, Record) and part in found.fields:
                found = found.fields[part]
            else:
                b.problems.append(f"{where}: nothing is called `{{{path}}}` here")
                break


def _form(b: _Builder) -> Form:
    src = Source("form.yaml", b.contents.get("form.yaml", ""))
    read = src.as_model(f.FormFile)
    pages = tuple(_page(b, src, i, p) for i, p in enumerate(read.pages))
    ids = [p.id for p in pages]
    for missing in sorted(b.ask - set(ids)):
        b.problems.append(
            f"{src.where('pages')}: a rule asks the page `{missing}`, which is not there"
        )
    for taken in sorted({"check", "begin", "continue", "save", "saved", "resume"} & set(ids)):
        b.problems.append(f"{src.where('pages')}: a page cannot be called `{taken}`: it is ours")
    for twice in sorted({x for x in ids if ids.count(x) > 1}):
        b.problems.append(f"{src.where('pages')}: two pages are called `{twice}`")
    used = {c.stop for p in pages for c in p.check if c.stop}
    for code in sorted(used - set(read.stops)):
        b.problems.append(f"{src.where('stops')}: the stop `{code}` has no sentence")
    for code in sorted(set(read.stops) - used - {"unavailable"}):
        b.problems.append(f"{src.where('stops', code)}: no rule stops with `{code}`")
    stops = {}
    for code, s in read.stops.items():
        _sentence(b, s.say, src.where("stops", code, "say"), {})
        stops[code] = _stop(b, src, code, s, {p.id for p in pages if p.asked_only})
    return Form(pages, stops)


def _stop(b: _Builder, src: Source, code: str, s: f.StopFile, asked: set[str]) -> Stop:
    dispute = None
    if s.dispute:
        where = src.where("stops", code, "dispute")
        if s.dispute.page not in asked:
            b.problems.append(f"{where}: `{s.dispute.page}` is no page with `asked_only: true`")
        if code in b.rested_on:
            b.problems.append(f"{where}: later rules rest on `{code}`, so it cannot be disputed")
        dispute = Dispute(s.dispute.page, s.dispute.stage, s.dispute.offer)
    return Stop(
        code, s.say, s.next, s.title, dispute, override=s.override and code not in b.rested_on
    )


def _start(b: _Builder, src: Source, w: f.WorkflowFile) -> tuple[tuple[Rule | None, str], ...]:
    if isinstance(w.start, str):
        return ((None, w.start),)
    if not w.start or w.start[-1].when:
        b.problems.append(f"{src.where('start')}: the last line of `start` says a stage alone")
    return tuple(
        (b.rule(s.when, src.where("start", i, "when")) if s.when else None, s.stage)
        for i, s in enumerate(w.start)
    )


def _escalate(b: _Builder, src: Source, w: f.WorkflowFile) -> tuple[Escalation, ...]:
    made = []
    for flag, e in w.escalate.items():
        rule = b.rule(e.when, src.where("escalate", flag, "when"))
        if rule:
            made.append(Escalation(flag, rule, e.label))
    return tuple(made)


def _doing(
    b: _Builder, src: Source, entry: Mapping[str, dict[str, object]], *at: object
) -> list[Doing]:
    made = []
    for step, options in entry.items():
        kind = steps.offered().get(step)
        if kind is None:
            b.problems.append(
                f"{src.where(*at)}: no step `{step}`; there are: {', '.join(steps.offered())}"
            )
            continue
        rules: dict[str, Rule] = {}
        for name, wants in kind.rules.items():
            rule = b.rule(str(options.get(name, "")), src.where(*at, step, name), wants)
            if rule:
                rules[name] = rule
        extra = set(options) - set(kind.rules) - kind.words
        for name in sorted(extra):
            b.problems.append(f"{src.where(*at, step, name)}: `{step}` has no option `{name}`")
        made.append(Doing(step, rules, {k: v for k, v in options.items() if k in kind.words}))
    return made


def _workflow(b: _Builder, extra: Mapping[str, Type], disputes: Mapping[str, str]) -> Workflow:
    src = Source("workflow.yaml", b.contents.get("workflow.yaml", ""))
    w = src.as_model(f.WorkflowFile)
    found = _facts(b, src, w.facts)
    start, escalate = _start(b, src, w), _escalate(b, src, w)
    due = b.rule(w.due, src.where("due"), None) if w.due else None
    stages = {}
    for sid, s in w.stages.items():
        doing = [d for i, e in enumerate(s.do) for d in _doing(b, src, e, "stages", sid, "do", i)]
        for d in doing:
            if d.step == "tell" and f"messages/{d.words.get('message')}.md" not in b.contents:
                b.problems.append(
                    f"{src.where('stages', sid)}: no messages/{d.words.get('message')}.md"
                )
        _sentence(b, s.resident, src.where("stages", sid, "resident"), extra)
        stages[sid] = Stage(
            sid,
            s.label,
            s.resident,
            tuple(doing),
            s.on,
            s.decisions,
            s.closes,
            s.good,
            b.rule(s.due, src.where("stages", sid, "due"), None) if s.due else None,
            _reopen(b, src, sid, s),
        )
    targets = [("start", stage) for _, stage in start] + [(f"on {k}", v) for k, v in w.on.items()]
    for sid, s in w.stages.items():
        targets += [(f"{sid}: {k}", v) for k, v in {**s.on, **s.decisions}.items()]
        targets += [(f"{sid}: reopen", s.reopen.stage)] if s.reopen else []
    targets += [(f"the dispute of {code}", stage) for code, stage in disputes.items()]
    decided = {d for s in w.stages.values() for d in s.decisions}
    for key, named in (("replies", w.replies), ("bulk", w.bulk)):
        for decision in sorted(set(named) - decided):
            b.problems.append(f"{src.where(key)}: no stage allows the decision `{decision}`")
    for what, target in targets:
        if target not in stages:
            b.problems.append(
                f"{src.where('stages')}: {what} leads to `{target}`, which is no stage"
            )
    return Workflow(
        start,
        due,
        stages,
        w.on,
        w.decisions,
        w.corrected,
        tuple(found),
        escalate,
        frozenset(w.replies),
        frozenset(w.bulk),
    )


def _reopen(b: _Builder, src: Source, sid: str, s: f.StageFile) -> Reopen | None:
    if s.reopen is None:
        return None
    where = src.where("stages", sid, "reopen")
    if not s.closes:
        b.problems.append(f"{where}: only a stage that closes the case can be reopened from")
    days = b.rule(s.reopen.days, src.where("stages", sid, "reopen", "days"), INT)
    return Reopen(s.reopen.stage, days, s.reopen.offer) if days else None


def _messages(b: _Builder, extra: Mapping[str, Type]) -> dict[str, Text]:
    made = {}
    for name, text in _spoken(b.contents).items():
        head, _, body = text.partition("\n\n")
        if not head.startswith("subject: "):
            b.problems.append(f"{name}:1: begins with `subject: …` and an empty line")
        _sentence(b, text, f"{name}:1", extra)
        made[name.removeprefix("messages/").split(".")[0]] = Text(
            council.dress(head[9:].strip()), council.dress(body.strip())
        )
    return made


def _spoken(contents: Mapping[str, str]) -> dict[str, str]:
    """Return each message's file in the language spoken now: `received.cy.md`, else `received.md`."""
    messages = {k: v for k, v in contents.items() if k.startswith("messages/")}
    found = {}
    for name in (n for n in messages if n.count(".") == 1):
        other = f"{name.removesuffix('.md')}.{council.language()}.md"
        there = other if other in messages else name
        found[there] = messages[there]
    return found


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


def build(contents: Mapping[str, str]) -> Service:
    """Return the service these files describe, in the language spoken now.

    Raises DefinitionError with every mistake found.
    """
    b = _Builder(contents)
    form = _form(b)
    answers = {f"{q.id}_words": TEXT for q in form.questions.values()}
    disputes = {s.code: s.dispute.stage for s in form.stops.values() if s.dispute}
    workflow = _workflow(b, {**CASE_WORDS, **answers}, disputes)
    messages = _messages(b, {**CASE_WORDS, **answers})
    examples = Source("examples.yaml", contents.get("examples.yaml", "[]")).data or []
    about = Source("service.yaml", contents["service.yaml"])
    for key, named in (("unique", b.about.unique.get("of", [])), ("names", b.about.names)):
        for question in sorted(set(named) - set(form.questions)):
            b.problems.append(f"{about.where(key)}: {key}: no question `{question}`")
    if b.problems:
        raise DefinitionError(b.problems)
    return Service(digest(contents), b.about, form, workflow, messages, tuple(examples))
