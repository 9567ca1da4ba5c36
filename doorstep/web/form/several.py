"""A page that is asked several times over: an entry at a time, an overview of them, and whether there is another.

Entries wait where what is typed waits; the page is answered once somebody says that there are no more.
"""

import hashlib
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect

from doorstep.cases import drafts, mistakes
from doorstep.catalogue.words import say
from doorstep.forms import journey
from doorstep.forms.form import Page, Question
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.forms.questions.kinds import SEVERAL
from doorstep.intake.filling import Filling
from doorstep.web.form import counting
from doorstep.web.form.receive import LEAVES, answer_page, is_too_much, leave
from doorstep.web.form.render import filled, render_page
from doorstep.web.form.session import FormSession

# The field by which a page says which entry it was drawn for.
WAS = "was"


@dataclass(frozen=True)
class Entry:
    """One entry in the overview: its number, its words, and whether something of it is wrong or missing."""

    number: int
    words: str
    is_whole: bool


class Several:
    """The page of one form on which something is asked several times over."""

    def __init__(
        self, request: HttpRequest, session: FormSession, filling: Filling, here: Page
    ) -> None:
        self.request, self.session, self.filling, self.here = request, session, filling, here
        question = here.several
        assert question is not None
        self.question: Question = question
        self.most = SEVERAL.most(question)
        self.address = f"{session.address(filling.draft)}/{here.id}"
        self.fields = self._own(filled(here, filling.draft))
        self.count = len(SEVERAL.numbers_of(question, self.fields))

    def show(self) -> HttpResponse:
        """Draw the entry that is asked for, whether one goes, or the overview; the first entry where there is none."""
        if number := self._number("remove", self.count):
            return self._draw_removal(number)
        if number := self._number("entry", self._last):
            wrong = self._wrong_in(number, self.fields) if "again" in self.request.GET else {}
            return self._draw_entry(number, wrong, self.fields)
        if not self.count and not self.question.optional:
            return self._draw_entry(1, {}, self.fields)
        return self._draw_all({})

    def take(self) -> HttpResponse:
        """Take an entry, take one away, or go on."""
        if "entry" in self.request.GET or "remove" in self.request.GET or not self.count:
            with drafts.one_at_a_time(self.filling.draft):
                self.fields = self._own(filled(self.here, self.filling.draft))
                self.count = len(SEVERAL.numbers_of(self.question, self.fields))
                return self._take()
        return self._take()

    def _take(self) -> HttpResponse:
        posted = self.request.POST
        number = self._number("entry", self._last)
        if number is None and not self.count and not self.question.optional:
            number = 1
        if number is not None:
            return self._take_entry(number, posted.copy())
        if removed := self._number("remove", self.count):
            # Pressed twice, or in another tab: who stands there now is not who was asked for.
            removed = self._where_it_is(posted.get(WAS, ""))
            return self._keep(self._renumbered(self.fields, without=removed))
        if asked := next((name for name in LEAVES if name in posted), ""):
            return leave(self.request, self.session, self.filling, self.here, asked)
        if posted.get("more") == "yes" and self.count < self.most:
            return redirect(f"{self.address}?entry={self.count + 1}")
        if posted.get("more") == "no" or self.count >= self.most:
            return self._go_on()
        return self._draw_all({self.question.id: Invalid("several_more")})

    @property
    def _last(self) -> int:
        """Return the number of the last entry that may be asked for: one more than there are."""
        return min(self.count + 1, self.most)

    def _number(self, name: str, last: int) -> int | None:
        """Return the number in the page's address, where there is such an entry."""
        text = self.request.GET.get(name, "")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
        return number if 1 <= number <= last else None

    def _own(self, fields: Typed | QueryDict) -> Typed:
        start = f"{self.question.id}-"
        own = {name: list(fields.getlist(name)) for name in fields if name.startswith(start)}
        return self._renumbered(Typed(own))

    def _renumbered(self, fields: Typed, *, without: int = 0) -> Typed:
        """Return the fields of the entries, counted from 1 without a gap, and without one that goes."""
        start, renumbered = f"{self.question.id}-", Typed()
        left = [n for n in SEVERAL.numbers_of(self.question, fields) if n != without]
        for new, old in enumerate(left, 1):
            for name in (name for name in fields if name.startswith(f"{start}{old}-")):
                renumbered[f"{start}{new}-{name.removeprefix(f'{start}{old}-')}"] = fields[name]
        return renumbered

    def _mark(self, number: int) -> str:
        """Return a mark of what an entry is, by which a page knows later that it is still the same; "" of a new one."""
        own = self._of(number, self.fields)
        return hashlib.sha256(repr(sorted(own.items())).encode()).hexdigest()[:16] if own else ""

    def _of(self, number: int, fields: Typed | QueryDict) -> dict[str, list[str]]:
        start = f"{self.question.id}-{number}-"
        own = {n.removeprefix(start): fields.getlist(n) for n in fields if n.startswith(start)}
        return {name: texts for name, texts in own.items() if any(text.strip() for text in texts)}

    def _where_it_is(self, mark: str) -> int:
        """Return the number of the entry with a mark; 0 where it is there no more."""
        return next((n for n in range(1, self.count + 1) if mark and self._mark(n) == mark), 0)

    def _take_entry(self, number: int, posted: QueryDict) -> HttpResponse:
        if posted.get(WAS, "") != self._mark(number):
            number, posted = self._moved(number, posted)
        start = f"{self.question.id}-{number}-"
        typed = {name: posted.getlist(name) for name in posted if name.startswith(start)}
        others = {name: v for name, v in self.fields.items() if not name.startswith(start)}
        fields = Typed({**others, **typed})
        if asked := next((name for name in LEAVES if name in posted), ""):
            return leave(self.request, self.session, self.filling, self.here, asked, fields)
        wrong = self._wrong_in(number, posted)
        if "find" in posted:
            return self._draw_entry(number, {}, posted)
        if wrong:
            counting.wrong(
                self.filling.draft,
                self.here.id,
                [(self.question.id, Invalid("several", entry=number, wrong=wrong))],
                self.session.now,
            )
            return self._draw_entry(number, wrong, posted)
        return self._keep(self._renumbered(fields))

    def _moved(self, number: int, posted: QueryDict) -> tuple[int, QueryDict]:
        """Return where an entry belongs that was typed while others came or went, such as in another tab: nobody's is overwritten."""
        same = [
            n
            for n in range(1, self.count + 1)
            if self._of(n, self.fields) == self._of(number, posted)
        ]
        there = self._where_it_is(posted.get(WAS, "")) or next(iter(same), self._last)
        start, moved = f"{self.question.id}-{number}-", posted.copy()
        for name in [name for name in posted if name.startswith(start)]:
            moved.setlist(
                f"{self.question.id}-{there}-{name.removeprefix(start)}", posted.getlist(name)
            )
        return there, moved

    def _keep(self, fields: Typed) -> HttpResponse:
        if is_too_much(fields):
            return self._draw_all({self.question.id: Invalid("several_most", most=self.count)})
        draft, now = self.filling.draft, self.session.now
        drafts.keep_typed(draft=draft, page=self.here.id, fields=dict(fields), now=now)
        return HttpResponseRedirect(self.address)

    def _go_on(self) -> HttpResponse:
        entries = self.filling.read(self.here, lambda _question: self.fields)
        if entries.wrong:
            return self._draw_all(entries.wrong)
        return answer_page(
            self.request, self.session, self.filling, self.here, entries, self._draw_all
        )

    def _wrong_in(self, number: int, fields: Typed | QueryDict) -> dict[str, Invalid]:
        """Return what is wrong with one entry, by the ids of its parts."""
        question, filling = self.question, self.filling
        entry, wrong = SEVERAL.read_entry(question, number, fields)
        wrong |= SEVERAL.unfit(question, entry, filling.clock.today)
        if wrong:
            return wrong
        found = journey.mistakes_of_entry(question, entry, filling.values, filling.clock)
        return mistakes.said(found, filling.values)

    def _draw_entry(
        self, number: int, wrong: dict[str, Invalid], fields: Typed | QueryDict
    ) -> HttpResponse:
        """Draw the questions of one entry, as a page of their own."""
        question = self.question
        parts = tuple(question.in_entry(number, part) for part in question.parts)
        page = replace(self.here, questions=parts, facts=(), check=(), values=(), so_far="")
        by_field = {f"{question.id}-{number}-{name}": invalid for name, invalid in wrong.items()}
        more: dict[str, object] = {
            "caption": f"{question.each} {number}",
            "hidden": {WAS: self._mark(number)},
        }
        if self.count:
            more["back"] = self.address
        return render_page(
            self.request, self.session, self.filling, page, by_field, fields, more=more
        )

    def _draw_all(self, wrong: dict[str, Invalid]) -> HttpResponse:
        return self._draw("form/several.html", wrong, {"entries": self._entries()})

    def _draw_removal(self, number: int) -> HttpResponse:
        entry = self._entries()[number - 1]
        return self._draw(
            "form/several_remove.html",
            {},
            {"entry": entry, "back": self.address, "was": {WAS: self._mark(number)}},
        )

    def _draw(
        self, template: str, wrong: dict[str, Invalid], more: dict[str, object]
    ) -> HttpResponse:
        about = {"question": self.question, "most": self.most, "address": self.address}
        return render_page(
            self.request,
            self.session,
            self.filling,
            self.here,
            wrong,
            self.fields,
            template=template,
            more={**about, **more},
        )

    def _entries(self) -> list[Entry]:
        entries = []
        for number in range(1, self.count + 1):
            entry, _wrong = SEVERAL.read_entry(self.question, number, self.fields)
            words = map(say, SEVERAL.show_entry(self.question, entry))
            is_whole = not self._wrong_in(number, self.fields)
            entries.append(Entry(number, ", ".join(filter(None, words)), is_whole))
        return entries
