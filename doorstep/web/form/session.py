"""Who fills in a form, over which channel, and under which address its pages lie."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from doorstep.cases import drafts, leaving
from doorstep.cases import queries as cases
from doorstep.cases.drafts import NOT_COUNTED, CountedBy
from doorstep.cases.models import Case, Draft
from doorstep.cases.owners import Owner
from doorstep.cases.prefill import Said
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.forms.questions import kinds
from doorstep.intake import prefill
from doorstep.intake.filling import Filling
from doorstep.staff.actor import Actor
from doorstep.web.form import counting


@dataclass
class FormSession:
    """Who fills in what: whose the drafts are, the channel, who acts, and the address the forms lie under."""

    slug: str
    owner: Owner
    channel: str
    by: Actor
    base: str
    now: datetime
    done: Callable[[Case], HttpResponse]
    # Where a person comes from who goes back from the first page.
    start: str
    # Lets the person into the case that came of a form, and gives the answer back.
    let_in: Callable[[HttpResponse, Case], HttpResponse] = lambda response, _case: response
    # Returns the page of a case, for who changes one.
    case_page: Callable[[str], str] = str
    # By what is counted that happens here; no device where the person does not want it.
    counted_by: CountedBy = NOT_COUNTED
    # Says of a draft that changes a case, or goes on from one, whether that case is still open to who fills it in.
    may_go_on: Callable[[Draft], bool] = lambda _draft: True
    # Is told at which stop a form stands now; "": at none any more.
    met_stop: Callable[[Draft, str], None] = lambda _draft, _code: None
    # Is told that a form is begun, and of which other one it came, if it did.
    begins: Callable[[Draft, Draft | None], None] = lambda _draft, _of: None
    # The template that its pages stand in.
    frame: str = "kit/base.html"
    # Whether all its pages stand on one (`at_once`), for who asks somebody on the telephone.
    at_once: bool = False

    def at(self, slug: str) -> "FormSession":
        """Return the session of the same person at another service."""
        base = f"{self.base.removesuffix(self.slug)}{slug}"
        start = base if self.start == self.base else self.start
        return replace(self, slug=slug, base=base, start=start)

    def may_ask(self, service: Service | None) -> bool:
        """Say whether a service is offered to who fills in: residents by themselves only what is online."""
        return service is None or service.is_online or self.channel != "online"

    def address(self, draft: Draft) -> str:
        """Return the address under which the pages of a draft lie; its id is in it, and lets in nobody else."""
        return f"{self.base}/{draft.pk}"

    def homes(self, draft: Draft, page: str, postcode: str) -> str:
        """Return the address under which a page lists the homes at a postcode, so that back and refresh work."""
        return f"{self.address(draft)}/{page}?{urlencode({'postcode': postcode})}"

    def filling(self, draft: Draft) -> Filling:
        """Return a draft as it is filled in here and now."""
        return Filling(draft, by=self.by, now=self.now)


def find(session: FormSession, draft_id: UUID) -> Filling | None:
    """Return what is being filled in; nothing where it was sent, is over, or is somebody else's, or is offered online no more."""
    draft = cases.draft(draft_id, session.owner, session.now)
    if draft is None or draft.sent_at or draft.slug != session.slug:
        return None
    if not session.may_go_on(draft):
        return None
    if not session.counted_by.device and draft.device:
        draft.device = draft.campaign = ""
        leaving.do_not_count(drafts=Draft.objects.filter(pk=draft.pk))
    filling = session.filling(draft)
    version: str | None = draft.runs  # type: ignore[attr-defined]  # found with the draft
    # The version it began with is put together already.
    is_own = version == draft.version_id
    running = filling.service if is_own else catalogue.service(version) if version else None
    return filling if session.may_ask(running) else None


def begin_filling(session: FormSession, of: Draft | None = None) -> Filling:
    """Begin a draft, another each time, or `of` another one; a page that is not there where no such service runs."""
    service = catalogue.current(session.slug)
    if service is None:
        raise Http404
    draft = drafts.begin(
        service=service,
        owner=session.owner,
        channel=session.channel,
        by=session.by,
        now=session.now,
        counted_by=session.counted_by,
    )
    session.begins(draft, of)
    return session.filling(draft)


def begin(session: FormSession, *, brings: bool = False, postcode: str = "") -> HttpResponse:
    """Begin a form and go to its first page; where somebody `brings` what it asks first, with that.

    A postcode that was found to be one is in the page's address; anything else is sent to the page, which says what is wrong.
    """
    filling = begin_filling(session)
    response = go_on(session, filling)
    if not brings:
        return response
    first = filling.first_open()
    if first:
        counting.shown(filling.draft, first.id, session.now)
    if postcode and first and first.questions and kinds.of(first.questions[0]).has_own_page:
        return HttpResponseRedirect(session.homes(filling.draft, first.id, postcode))
    response.status_code = 307
    return response


def asks_address(service: Service) -> bool:
    """Say whether a service's form begins with an address, so that it can be brought along."""
    first = service.form.pages[0].questions
    return bool(first) and kinds.of(first[0]).nature == "home"


def begin_at(session: FormSession, uprn: int) -> HttpResponse:
    """Begin a form for a home that is known already, and go to the first page that still asks something."""
    return begin_with(session, Said(answers={("address", ""): str(uprn)}))


def begin_with(
    session: FormSession, said: Said, *, begun_for: int | None = None, language: str = ""
) -> HttpResponse:
    """Begin a form with what is known already, and go to the first page that still asks something.

    `begun_for` is the person (`customers.Person`) for whom staff fill it in, `language` the one they like to be told in.
    """
    filling = begin_filling(session)
    if begun_for is not None:
        drafts.begun_for(draft=filling.draft, person_id=begun_for, language=language)
    prefill.carry_over(filling, said)
    return go_on(session, filling)


def go_on(session: FormSession, filling: Filling) -> HttpResponse:
    """Go to the first page not answered or where a check stopped, else to the answers."""
    there = session.address(filling.draft)
    if session.at_once and filling.draft.changes_id is None:
        return HttpResponseRedirect(f"{there}/all")
    first = filling.first_open()
    return HttpResponseRedirect(f"{there}/{first.id if first else 'check'}")


def lead_on(request: HttpRequest, session: FormSession) -> HttpResponse:
    """Lead from an address without a draft's id to the one form that is open, with what was sent; else to the start."""
    unfinished = list(cases.unfinished(session.owner, session.now, slug=session.slug)[:2])
    rest = request.path.removeprefix(session.base)
    if len(unfinished) != 1 or rest == request.path:
        return HttpResponseRedirect(session.start)
    there = session.address(unfinished[0]) + rest.removesuffix("/continue")
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{there}?{query}" if query else there, preserve_request=True)
