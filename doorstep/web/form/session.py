"""Who fills in a form, over which channel, and under which address its pages lie."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect

from doorstep.cases import drafts
from doorstep.cases import queries as cases
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.intake.filling import Filling
from doorstep.staff.actor import Actor


@dataclass
class FormSession:
    """Who fills in what: the visitor's hash, the channel, who acts, and the address the pages lie under."""

    slug: str
    visitor: str
    channel: str
    by: Actor
    base: str
    now: datetime
    done: Callable[[Case], HttpResponse]

    def at(self, slug: str) -> "FormSession":
        """Return the session of the same person at another service."""
        return replace(self, slug=slug, base=f"{self.base.removesuffix(self.slug)}{slug}")

    def filling(self, draft: Draft) -> Filling:
        """Return a draft as it is filled in here and now."""
        return Filling(draft, by=self.by, now=self.now)


def find(session: FormSession) -> Filling | None:
    """Return what is being filled in, or nothing when nothing was begun."""
    draft = cases.open_draft(session.visitor, session.slug)
    return session.filling(draft) if draft else None


def open_or_begin(session: FormSession) -> Filling:
    """Return what is being filled in, begun when nothing was; a page that is not there where no such service runs."""
    service = catalogue.current(session.slug)
    if service is None:
        raise Http404
    draft = drafts.begin(
        service=service,
        visitor=session.visitor,
        channel=session.channel,
        by=session.by,
        now=session.now,
    )
    return session.filling(draft)


def begin(session: FormSession) -> HttpResponse:
    """Open or find the draft and go to the first page not answered."""
    return go_on(session, open_or_begin(session))


def go_on(session: FormSession, filling: Filling) -> HttpResponse:
    """Go to the first page not answered or where a check stopped, else to the answers."""
    first = filling.first_open()
    return HttpResponseRedirect(f"{session.base}/{first.id if first else 'check'}")
