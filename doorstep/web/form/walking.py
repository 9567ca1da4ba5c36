"""Goes through all pages of a form as they stand on one: which are met, what of them is still to ask, where a check stops."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict

from doorstep.cases.values import of_nature
from doorstep.council.errors import Refused
from doorstep.forms.facts import shared
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, NotHad
from doorstep.forms.questions.kinds import SEVERAL
from doorstep.intake.filling import Entries, Filling, Mistaken, asked_on
from doorstep.places import finding
from doorstep.web.form import counting
from doorstep.web.form.over import BUTTONS, LOOKS
from doorstep.web.form.receive import (
    entries_of,
)
from doorstep.web.form.render import choices
from doorstep.web.form.session import FormSession

# What presses a button here, and is no answer.
PRESSED = (*BUTTONS, *LOOKS, "reason")
# Homes in the list beneath what was typed.
MOST_HOMES = 40


@dataclass
class Part:
    """A page as it stands among the others: its questions, what may be chosen, and what is wrong."""

    page: Page
    # Whether what its choices rest on is known.
    is_ready: bool = True
    shown: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Invalid] = field(default_factory=dict)
    # What was chosen or found that is drawn as more than the value of a field, such as a home.
    drawn: tuple[object, ...] = ()

    @property
    def shape(self) -> str:
        """Return a digest of all that is drawn but the values of fields: a script swaps the part where it is another."""
        asked = [(q.id, q.label, q.hint, q.optional) for q in self.page.questions]
        offered = [
            [(*option, getattr(option, "more", None)) for option in options]
            for options in self.shown.get("options", {}).values()
            if not isinstance(options, NotHad)
        ]
        homes = [[h.uprn for h in found.rows] for found in self.shown.get("homes", {}).values()]
        wrong = sorted((name, w.code, _inner(w)) for name, w in self.wrong.items())
        not_had = sorted(self.shown.get("not_had", ()))
        drawn = (self.page.title, self.is_ready, asked, offered, homes, wrong, not_had, self.drawn)
        return hashlib.sha256(repr(drawn).encode()).hexdigest()[:12]


def _inner(wrong: Invalid) -> list[str]:
    """Return which parts of an entry are wrong, and how."""
    inner = wrong.values.get("wrong")
    parts = inner.items() if isinstance(inner, Mapping) else ()
    return [f"{wrong.values.get('entry')} {name} {one.code}" for name, one in parts]


@dataclass
class Walk:
    """How far the answers go: the parts that are met, the questions still open, or where a check stopped."""

    filling: Filling
    parts: list[Part] = field(default_factory=list)
    open: list[Question] = field(default_factory=list)
    stop: Decision | None = None
    refused: str = ""
    # Pages whose answers were taken.
    answered: set[str] = field(default_factory=set)

    @property
    def is_done(self) -> bool:
        """Say whether all is answered and nothing stops it."""
        return not self.open and self.stop is None


class Walker:
    """Goes through the pages with what one request sent."""

    def __init__(self, request: HttpRequest, session: FormSession, posted: QueryDict) -> None:
        self.request, self.session, self.posted = request, session, posted

    def walk(self, filling: Filling, *, to_send: bool = False, leaves: bool = False) -> Walk:
        """Answer the pages in order as far as they are whole; the questions of the others are shown as they stand.

        Who `leaves` it to somebody else leaves them what nothing was said of.
        """
        walk = Walk(filling)
        for here in filling.service.form.pages:
            if not filling.is_shown(here):
                continue
            part = Part(filling.asked(here))
            walk.parts.append(part)
            goes_on = walk.is_done
            if goes_on and leaves and not self._says_something(filling, here):
                walk.open += asked_on(here)
            elif goes_on:
                self._answer(walk, part, here, to_send)
            part.is_ready = _is_ready(here, filling)
            if to_send and not goes_on and part.is_ready:
                part.wrong = entries_of(self.request, filling, here, self.posted).wrong
            if not goes_on and not walk.stop and not to_send:
                asked = self._asked(filling, part.page)
                walk.open += [q for q in asked if self._is_to_ask(q)]
            if part.is_ready:
                looked_for = choices(self.request, filling, here, part.wrong, self.posted)
                part.shown = {**looked_for, "homes": self._homes(here)}
                part.drawn = tuple(self._drawn(here))
        return walk

    def _answer(self, walk: Walk, part: Part, here: Page, to_send: bool) -> None:
        entries = entries_of(self.request, walk.filling, here, self.posted)
        if entries.wrong:
            walk.open += [q for q in asked_on(here) if q.id in entries.wrong]
            part.wrong = entries.wrong if to_send else self._typed_wrong(entries)
            return
        stood = counting.before(walk.filling.draft, here)
        try:
            decision = walk.filling.answer(here, entries)
        except Mistaken as exc:
            part.wrong = exc.wrong
            walk.open += [q for q in asked_on(here) if q.id in exc.wrong]
            return
        except Refused as exc:
            if exc.code != "slot_gone":
                raise
            part.wrong = {
                q.id: Invalid("slot_gone") for q in of_nature(walk.filling.service, "slot")
            }
            walk.open += [q for q in asked_on(here) if q.id in part.wrong]
            return
        if to_send:
            counting.answered(walk.filling.draft, stood, decision, self.session.now)
        if decision.stops and to_send and self.posted.get("override") == decision.code:
            decision = self._override(walk, here, decision)
        if decision.stops:
            walk.stop = decision
        walk.answered.add(here.id)

    def _says_something(self, filling: Filling, here: Page) -> bool:
        typed = dict(by_page(filling, self.posted)).get(here.id, {})
        return any(text.strip() for texts in typed.values() for text in texts)

    def _typed_wrong(self, entries: Entries) -> dict[str, Invalid]:
        """Return what is wrong with what was typed; what is still missing, or half typed, is asked, and no fault yet."""
        half = ("missing", "date_part", "address_part", "address_choose")
        return {q: w for q, w in entries.wrong.items() if w.code not in half and self._is_typed(q)}

    def _asked(self, filling: Filling, here: Page) -> list[Question]:
        """Return a page's questions, but for those that no answer on it asks yet."""
        asked = asked_on(here)
        if not any(q.revealed_by for q in asked):
            return asked
        given = filling.read(here, lambda _question: self.posted).given
        return [q for q in asked if q.is_asked(given)]

    def _is_to_ask(self, question: Question) -> bool:
        return not question.optional and not self._is_typed(question.id)

    def _is_typed(self, question: str) -> bool:
        names = [n for n in self.posted if n == question or n.startswith(f"{question}-")]
        files = self.request.FILES.getlist(f"{question}-file")
        return bool(files) or any(text.strip() for n in names for text in self.posted.getlist(n))

    def _override(self, walk: Walk, here: Page, decision: Decision) -> Decision:
        try:
            return walk.filling.override(here, reason=self.posted.get("reason", "")[:1000])
        except Refused as exc:
            if exc.code == "went_elsewhere":
                raise
            walk.refused = exc.code
            return decision

    def _homes(self, here: Page) -> dict[str, finding.Homes]:
        """Return the homes that were found for a page's question."""
        found = {}
        for question in (q for q in here.questions if kinds.of(q).nature == "home"):
            text = self.posted.get(f"{question.id}-typed", "").strip()
            if text and not self.posted.get(question.id):
                found[question.id] = found_homes(text)
        return found

    def _drawn(self, here: Page) -> Iterator[object]:
        for question in here.questions:
            if question.parts:  # an empty entry comes behind the last that was begun
                yield SEVERAL.to_draw(question, self.posted)
            nature = kinds.of(question).nature
            if nature in ("home", "spot", "photos", "files", "anywhere"):
                chosen = [value for value in self.posted.getlist(question.id) if value]
                # Of a home that is known, what was typed is not drawn any more.
                is_said = nature == "home" and chosen
                yield chosen, "" if is_said else self.posted.get(f"{question.id}-typed")


def found_homes(text: str) -> finding.Homes:
    """Return the homes that a text may mean, looked up once a request."""
    return shared(("homes", text), lambda: finding.find(text, MOST_HOMES))


def _is_ready(here: Page, filling: Filling) -> bool:
    """Say whether what the choices of a page rest on is known, such as the home whose bins it lists."""
    names = filling.values.keys()
    sources = [q.source for q in here.questions if q.source is not None]
    return all({path.split(".")[0] for path in source.uses} <= names for source in sources)


def by_page(filling: Filling, posted: QueryDict) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Go through the pages with the fields that are theirs, as they were typed."""
    names = [name for name in posted if name not in PRESSED]
    for here in filling.service.form.pages:
        ids = [q.id for q in here.questions]
        fields = {
            name: posted.getlist(name)
            for name in names
            if any(name == id_ or name.startswith(f"{id_}-") for id_ in ids)
        }
        if here.id in posted.getlist("drawn"):  # a box that is not ticked any more sends nothing
            fields |= {id_: [] for id_ in ids if id_ not in fields}
        if fields:
            yield here.id, fields
