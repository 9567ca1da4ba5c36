"""What is known while a service's files are read in order, and how rules, facts and sentences are checked."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from doorstep.catalogue import files as f
from doorstep.catalogue import shape
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Place, Problem
from doorstep.catalogue.reading import Source
from doorstep.catalogue.unread import Unread
from doorstep.catalogue.words import UNITS, places, stray_braces
from doorstep.forms import facts
from doorstep.forms.rules.check import check_call
from doorstep.forms.rules.errors import RuleError, suggest
from doorstep.forms.rules.parse import FactCall, parse_call, path_of
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import (
    BOOL,
    INT,
    MONEY,
    TEXT,
    TIME,
    ListOf,
    Maybe,
    Record,
    Type,
    describe,
)

M = TypeVar("M", bound=BaseModel)
SETTING_TYPES: dict[str, Type] = {
    "number": INT,
    "yes_no": BOOL,
    "text": TEXT,
    "time": TIME,
    "money": MONEY,
    "texts": ListOf(TEXT),
}


def setting_type(setting: f.SettingFile) -> Type:
    """Return the type that rules see; of a table, a list of rows."""
    if setting.type != "table":
        return SETTING_TYPES[setting.type]
    cells = {k: SETTING_TYPES.get(kind, TEXT) for k, kind in setting.columns.items()}
    return ListOf(Record("row", cells))


class Checker:
    """Holds what is known while the files are read in order; problems are gathered, not thrown.

    What cannot be read is left out or has a stand-in, and the rest is read on: what only follows from that is not said.
    """

    def __init__(self, contents: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self.misshapen: list[Problem] = []
        # What is refused of a folder that is used anew, and not of a version that was published before.
        self.doubts: list[Problem] = []
        self.contents = contents
        self.unread = Unread()
        self._shaped: dict[str, tuple[Source, Any]] = {}
        _, self.about = self.file("service.yaml", f.ServiceFile)
        settings = {k: setting_type(s) for k, s in self.about.settings.items()}
        self.names: dict[str, Type] = {
            "settings": Record("settings", settings),
            "service": TEXT,
            "channel": TEXT,
            "by_staff": BOOL,
            "draft": TEXT,
        }
        self.ours = frozenset(self.names)
        self.known: frozenset[str] = frozenset()
        self.implied: dict[str, frozenset[str]] = {}
        # Pages that rules ask, each with the place of the first that does.
        self.ask: dict[str, Place] = {}
        # Questions that a later page asks, by their ids, each with its line.
        self.later: dict[str, Place] = {}
        # What no sentence may name: facts for rules alone, and what is worked out of them.
        self.private: set[str] = set()
        # Answers that no case keeps: no sentence, check or value may name them, and after the form nothing may.
        self.forgotten: set[str] = set()
        # Questions how to reach somebody: what they say is kept apart from the case.
        self.contacts: set[str] = set()
        # Stops that later rules rest on: passing them would leave those rules without their values.
        self.rested_on = {"unavailable"}

    def file(self, name: str, model: type[M]) -> tuple[Source, M]:
        """Return a file and what it says, read once; of one that is not there or no YAML, what stands in for it."""
        if name not in self._shaped:
            try:
                source = Source(name, self._text(name))
                shaped = shape.read_on(source, model)
            except DefinitionError as exc:
                source, shaped = Source(name, ""), shape.nothing(model)
                shaped.problems = exc.problems
            self.misshapen += shaped.problems
            self.unread.take(name, shaped)
            self._shaped[name] = source, shaped.model
        source, read = self._shaped[name]
        return source, read

    def sources(self) -> dict[str, Source]:
        """Return the files that were read, by name."""
        return {name: source for name, (source, _) in self._shaped.items()}

    def _text(self, name: str) -> str:
        if name in self.contents:
            return self.contents[name]
        raise DefinitionError([Place(name).wrong("no_file", f"there is no {name} in the folder")])

    def mistakes(self) -> list[Problem]:
        """Return every mistake once, those of shape first; not what only follows from another."""
        found = [*self.misshapen, *(p for p in self.problems if not self.unread.explains(p))]
        return list(dict.fromkeys(found))

    def wrong(self, where: Place, code: str, words: str) -> None:
        """Keep a mistake: where it stands, the code of its kind, and what to write instead."""
        self.problems.append(where.wrong(code, words))

    def rule(
        self, text: str, where: Place, wants: Type | None = BOOL, *, may_be_nothing: bool = False
    ) -> Rule | None:
        """Read a rule with all that is known so far; keep the problem when it has one, and its doubts."""
        more: dict[str, Any] = {"known": self.known, "wants": wants}
        try:
            rule = Rule.read(text, self.names, may_be_nothing=may_be_nothing, **more)
        except RuleError as exc:
            if not self.unread.follows(text, exc):
                self.problems.append(self._of_rule(where, exc))
            self.unread.doubt(text, exc)
            return None
        self.doubts += [self._of_rule(where, doubt) for doubt in rule.doubts]
        return rule

    def _of_rule(self, where: Place, exc: RuleError) -> Problem:
        """Return a rule's mistake; what rests on an answer that is not there yet says where it is asked."""
        if exc.unknown in self.forgotten:
            words = f"`{exc.unknown}` is forgotten (`forget: true`); only a fact of the form may take it"
            return where.wrong("forgotten", words)
        there = self.later.get(exc.unknown)
        if there is None:
            return where.wrong("rule", str(exc))
        return where.wrong(
            "asked_later",
            f"`{exc.unknown}` is asked later, at {there}: this would be judged before it is "
            "answered; put that page first, or this on a page after it",
        )

    def learn_name(self, name: str, shape: Type) -> None:
        """Take in a name; those that are ours mean the same in every service."""
        if name not in self.ours:
            self.names[name] = shape

    def learn(self, proved: frozenset[str]) -> None:
        """Take in what an earlier rule proved, and the facts that are something because of it."""
        self.known |= proved
        for name, needs in self.implied.items():
            if needs <= self.known:
                self.known |= {name}

    def call(self, text: str, where: Place) -> tuple[FactCall, facts.Fact] | None:
        """Read a call of a fact, its name and its arguments' types checked."""
        try:
            call = parse_call(text)
            fact = facts.offered().get(facts.current_name(call.name))
            if fact is None:
                names = sorted(facts.offered())
                hint = suggest(call.name, names)
                words = (
                    f"no room offers the fact `{call.name}`{hint}; there are: {', '.join(names)}"
                )
                self.wrong(where, "no_such_fact", words)
            else:
                doubts = list[RuleError]()
                check_call(call, fact.params, self.names, doubts=doubts)
                self.doubts += [self._of_rule(where, doubt) for doubt in doubts]
                return call, fact
        except RuleError as exc:
            if not self.unread.follows(text, exc):
                self.problems.append(self._of_rule(where, exc))
        return None


def read_facts(
    b: Checker,
    src: Source,
    calls: Mapping[str, str],
    *at: object,
    may_ask_outside: bool = False,
) -> list[tuple[str, FactCall]]:
    """Read named calls of facts in order; each may use those above it. Only a page may ask outside."""
    named_calls: list[tuple[str, FactCall]] = []
    for name, text in calls.items():
        where = src.where(*at, "facts", name)
        pair = b.call(text, where)
        if pair is None:
            b.unread.lost.add(name)
            continue
        if pair[1].where == "outside" and not may_ask_outside:
            words = f"`{pair[1].name}` is asked of an outside system; only a page may wait for it"
            b.wrong(where, "fact_outside", words)
        named_calls.append((name, pair[0]))
        if pair[1].private or _heads(map(_path, pair[0].args)) & b.private:
            b.private.add(name)
        needs = frozenset(a for a in map(_path, pair[0].args) if a and _may_be_nothing(b, a))
        needs -= b.known
        b.learn_name(name, Maybe(pair[1].result) if needs else pair[1].result)
        if needs:
            b.implied[name] = needs
    return named_calls


def read_values(
    b: Checker, src: Source, rules: Mapping[str, str], *at: object
) -> list[tuple[str, Rule]]:
    """Read named rules in order; each may use those above it."""
    values: list[tuple[str, Rule]] = []
    for name, text in rules.items():
        rule = b.rule(text, src.where(*at, "values", name), None, may_be_nothing=True)
        if rule is None:
            b.unread.lost.add(name)
        else:
            b.learn_name(name, rule.type)
            values.append((name, rule))
            refuse_forgotten(b, rule.uses, src.where(*at, "values", name))
            if _heads(rule.uses) & b.private:
                b.private.add(name)
    return values


def refuse_forgotten(b: Checker, paths: Iterable[str], where: Place) -> None:
    """Keep the problem where something that is kept would hold an answer that is to be forgotten."""
    for name in sorted(_heads(paths) & b.forgotten):
        words = f"`{name}` is forgotten (`forget: true`); only a fact may take it"
        b.wrong(where, "forgotten", words)


def _heads(paths: Iterable[str]) -> set[str]:
    return {path.split(".")[0] for path in paths}


def _path(expr: object) -> str:
    return path_of(expr) or ""


def _may_be_nothing(b: Checker, path: str) -> bool:
    shape: Type = Record("all", b.names)
    for part in path.split("."):
        if isinstance(shape, Maybe):
            return True
        shape = shape.fields[part] if isinstance(shape, Record) and part in shape.fields else TEXT
    return isinstance(shape, Maybe)


def check_sentence(b: Checker, text: str, where: Place, extra: Mapping[str, Type]) -> None:
    """Check that every placeholder of a sentence names something; keep the problem when it does not."""
    for stray in stray_braces(text):
        words = (
            f"`{stray}` is no name in braces: small letters, digits and _, such as {{last.date}}"
        )
        b.doubts.append(where.wrong("stray_brace", words))
    for path, unit in places(text):
        if unit and unit not in UNITS:
            b.wrong(where, "no_such_unit", f"no unit `{unit}`; there are: {', '.join(UNITS)}")
        if _heads([path]) & b.private:
            words = f"`{{{path}}}` is for rules alone; no sentence may name it"
            b.wrong(where, "private", words)
        refuse_forgotten(b, [path.removesuffix("_words")], where)
        shape: Type = Record("all", {**b.names, **extra})
        for part in path.split("."):
            shape = shape.inner if isinstance(shape, Maybe) else shape
            if isinstance(shape, ListOf) and part == "first":
                shape = shape.item
            elif isinstance(shape, Record) and part in shape.fields:
                shape = shape.fields[part]
            else:
                if not b.unread.is_lost(path.removesuffix("_words")):
                    near = suggest(part, shape.fields) if isinstance(shape, Record) else ""
                    b.wrong(where, "placeholder", f"nothing is called `{{{path}}}` here{near}")
                break
        else:
            _doubt_said(
                b, where, path, unit, shape, bool(extra) and path.split(".")[0] not in extra
            )


def _doubt_said(
    b: Checker, where: Place, path: str, unit: str, shape: Type, is_of_case: bool
) -> None:
    """Doubt what cannot be said as it is: a list, a part with fields, and how to reach somebody, which no case has."""
    inner = shape.inner if isinstance(shape, Maybe) else shape
    root = path.split(".")[0]
    if isinstance(inner, ListOf | Record) and not unit:
        words = f"`{{{path}}}` is a {describe(inner)}; `{{{root}_words}}` says an answer in words, `{{{path}.…}}` a part of it"
        b.doubts.append(where.wrong("placeholder", words))
    if is_of_case and root.removesuffix("_words") in b.contacts:
        words = f"`{{{path}}}` is kept apart from the case, so that it would stand empty here"
        b.doubts.append(where.wrong("placeholder", words))


def doubt_sentence(b: Checker, text: str, where: Place) -> None:
    """Check the places of a text that stood as it was written before it could have any: one published before runs with them."""
    kept, b.problems = b.problems, []
    check_sentence(b, text, where, {})
    b.doubts += b.problems
    b.problems = kept
