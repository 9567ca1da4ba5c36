"""All pages of a form on one, for an adviser with a caller on the line: what will happen stands in words before anything is sent.

The questions, facts and rules are the same as on the pages. With each change the form is judged as it stands, on a
draft that is not kept (`Filling.trial`); what was typed is kept, so that another case can be looked at meanwhile.
Without scripts a button does that. What is sent is answered page by page, as it would be on the pages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from doorstep.cases import drafts, foreseeing
from doorstep.cases.foreseeing import Foreseen
from doorstep.cases.values import home_of, of_nature
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.facts import together
from doorstep.intake import prefill
from doorstep.intake.filling import Filling
from doorstep.places import queries as places
from doorstep.places.models import Property
from doorstep.web.form import counting, passing_on, stops
from doorstep.web.form.over import or_where_it_went, over
from doorstep.web.form.receive import (
    LEAVES,
    asked_from,
    forget_old_choice,
    is_too_much,
)
from doorstep.web.form.render import filled, found_places
from doorstep.web.form.session import FormSession, find, go_on
from doorstep.web.form.walking import Walk, Walker, by_page, found_homes
from doorstep.web.kit import seen


@dataclass(frozen=True)
class Look:
    """How it is drawn: the page, the part of it that a script swaps, and what is told beside it of a home."""

    page: str
    live: str
    beside: Callable[[Property], Mapping[str, Any]]


@or_where_it_went
def page(request: HttpRequest, session: FormSession, draft_id: UUID, look: Look) -> HttpResponse:
    """Draw all pages of a form as they stand, or take them."""
    filling = find(session, draft_id)
    if filling is None:
        return over(request, session, draft_id)
    if filling.draft.changes_id is not None:
        return go_on(session, filling)
    screen = _Screen(request, session, filling, look)
    with together(), asked_from(request, session):
        return screen.take() if request.method == "POST" else screen.show()


class _Screen:
    """One draft, drawn or sent by one request."""

    def __init__(
        self, request: HttpRequest, session: FormSession, filling: Filling, look: Look
    ) -> None:
        self.request, self.session, self.filling, self.look = request, session, filling, look
        self.posted = request.POST.copy()
        self.walker = Walker(request, session, self.posted)

    def show(self) -> HttpResponse:
        """Draw the form as it was left."""
        draft = self.filling.draft
        pages = self.filling.service.form.pages
        if not draft.answers and not draft.typed:
            counting.shown(draft, pages[0].id, self.session.now)
        for here in pages:
            for name, values in filled(here, draft).items():
                self.posted.setlist(name, values)
        walk = self.walker.walk(self.filling.trial())
        return self._draw(walk)

    def take(self) -> HttpResponse:
        """Judge the form as it stands, or send it."""
        self._take_what_waits()
        self._look_up_homes()
        for here in self.filling.service.form.pages:
            forget_old_choice(here, self.posted)
        self._choose_only_spot()
        if "pass_on" in self.posted:
            return self._pass_on()
        if "link" in self.posted:
            self._keep(self.walker.walk(self.filling, leaves=True))
            return redirect(f"{self.session.address(self.filling.draft)}/{LEAVES['link']}")
        if any(name in self.posted for name in ("update", "find", "another")):
            walk = self.walker.walk(self.filling.trial())
            self._keep(walk)
            return self._draw(walk)
        return self._send()

    def _send(self) -> HttpResponse:
        walk = self.walker.walk(self.filling, to_send=True)
        if not walk.is_done:
            for part in walk.parts:
                counting.wrong(
                    self.filling.draft, part.page.id, part.wrong.items(), self.session.now
                )
            self._keep(walk)
            return self._draw(walk, tried=True)
        will = _will(walk)
        if seen.changed(self.posted, will.state) is not None:
            return self._draw(walk, tried=True)
        try:
            case, decision = self.filling.submit()
        except Refused as exc:
            if exc.code == "went_elsewhere":
                raise
            if exc.code == "sum_not_taken":
                context = {"code": exc.code, "service": self.filling.service}
                return render(self.request, "kit/error.html", context, status=409)
            return self._again()  # what was found is other than a moment ago: it is judged anew
        if case is None:
            walk.stop = decision
            return self._draw(walk, tried=True)
        counting.sent(self.filling.draft, case, self.session.now)
        return self.session.done(case)

    def _again(self) -> HttpResponse:
        self.filling.draft.refresh_from_db()
        self.filling = self.session.filling(self.filling.draft)
        walk = self.walker.walk(self.filling.trial())
        return self._draw(walk, tried=True)

    def _pass_on(self) -> HttpResponse:
        walk = self.walker.walk(self.filling, to_send=True)
        to = prefill.leads_to(self.filling, walk.stop) if walk.stop else None
        if to is None:
            return self._draw(walk, tried=True)
        return passing_on.pass_on(self.session, self.filling.draft, to)

    def _take_what_waits(self) -> None:
        """Take what was typed before on pages that the browser did not draw, such as the days while the items are wrong."""
        drawn = self.posted.getlist("drawn")
        for here in self.filling.service.form.pages if drawn else ():
            if here.id not in drawn:
                for name, values in filled(here, self.filling.draft).items():
                    self.posted.setlist(name, values)

    def _choose_only_spot(self) -> None:
        """Choose the only place that was found by its name, as the page says that it is."""
        for question in of_nature(self.filling.service, "spot"):
            text = self.posted.get(f"{question.id}-typed", "").strip()
            if text and not self.posted.get(question.id):
                found = found_places(text)
                self.posted.setlist(question.id, [found[0][0]] if len(found) == 1 else [])
                self.posted.setlist(f"{question.id}-found", [text])

    def _look_up_homes(self) -> None:
        """Find the homes that were typed; the only one is chosen, and one that is to be another is let go."""
        for question in of_nature(self.filling.service, "home"):
            if self.posted.get("another") == question.id:
                self.posted.setlist(question.id, [])
                self.posted.setlist(f"{question.id}-typed", [])
            text = self.posted.get(f"{question.id}-typed", "").strip()
            chosen = self.posted.get(question.id)
            if not text or chosen and self.posted.get("find") != question.id:
                continue
            homes = found_homes(text)
            only = len(homes.rows) == 1 and not homes.let_go
            self.posted.setlist(question.id, [str(homes.rows[0].uprn)] if only else [])

    def _keep(self, walk: Walk) -> None:
        """Keep what was typed on each page, and what was found out meanwhile."""
        typed = dict(by_page(self.filling, self.posted))
        if walk.filling is self.filling:  # what was answered in earnest is no more to be looked at
            typed = {page: fields for page, fields in typed.items() if page not in walk.answered}
        if is_too_much({name: v for fields in typed.values() for name, v in fields.items()}):
            return
        draft = self.filling.draft
        draft.observed = walk.filling.draft.observed
        drafts.keep_all_typed(draft=draft, typed=typed, now=self.session.now)

    def _draw(self, walk: Walk, *, tried: bool = False) -> HttpResponse:
        """Draw the form; `tried` says that it was sent, so that it is said why nothing was."""
        filling = walk.filling
        code = walk.stop.code if walk.stop else ""
        if code != self.posted.get("rule", ""):
            self.session.met_stop(filling.draft, code)
        will = _will(walk) if walk.is_done else None
        context: dict[str, Any] = {
            "service": filling.service,
            "session": self.session,
            "draft": self.filling.draft,
            "base": self.session.address(self.filling.draft),
            "parts": walk.parts,
            "typed": self.posted,
            "open": walk.open,
            "will": will,
            "seen": seen.mark(will.state) if will else "",
            "stopped": stops.told(filling, walk.stop) if walk.stop else None,
            "decision": walk.stop,
            "refused": walk.refused,
            "tried": tried,
            "wrong": {k: v for part in walk.parts for k, v in part.wrong.items()},
            "known": _knowledge(filling),
            "so_far": _so_far(walk),
        }
        is_live = self.posted.get("update") == "live"
        context |= self._at_home(filling, is_live)
        return render(self.request, self.look.live if is_live else self.look.page, context)

    def _at_home(self, filling: Filling, is_live: bool) -> dict[str, Any]:
        """Return what is told of the home; a script that shows it already is not told again."""
        uprn = str(home_of(filling.service, filling.draft.answers) or "")
        if is_live and self.posted.get("beside") == uprn:
            return {"beside": uprn, "has_beside": False}
        home = places.find(uprn) if uprn else None
        told = self.look.beside(home) if home else {}
        return {"home": home, "beside": uprn, "has_beside": True, **told}


@dataclass(frozen=True)
class Will:
    """What will happen when it is sent: what is said before, what comes of it, and the words on the button."""

    sending: str
    send: str
    foreseen: Foreseen

    @property
    def state(self) -> dict[str, object]:
        """Return what has to be as it was shown, for it to be sent."""
        return {":sending": self.sending, ":will": (self.foreseen.headline, self.foreseen.says)}


def _will(walk: Walk) -> Will:
    filling = walk.filling
    return Will(*filling.last_words(), foreseeing.foreseen(draft=filling.draft, now=filling.now))


def _so_far(walk: Walk) -> list[str]:
    """Return what is said while the form is filled in, such as the price of what was chosen, of each page that is answered."""
    given = walk.filling.draft.answers
    done = [p.page for p in walk.parts if p.page.so_far and journey.answered(p.page, given)]
    return stops.known([page.so_far for page in done], walk.filling.values)


def _knowledge(filling: Filling) -> Mapping[str, Any]:
    """Return what the service's owner wrote for advisers, as far as what it names is known."""
    known, values = filling.service.about.knowledge, filling.values
    if known is None:
        return {}
    asked = [
        (one.ask, answer[0]) for one in known.asked if (answer := stops.known([one.answer], values))
    ]
    return {"script": stops.known(known.script, values), "asked": asked}
