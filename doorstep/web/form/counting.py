"""Counts what happens on the pages of a form, into sums of many; nothing of a person is kept by it, and nothing is asked of the database.

A form that was begun where somebody does not want to be counted has no device, and is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from doorstep.cases.drafts import CountedBy
from doorstep.cases.models import Case, Draft
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.forms import journey
from doorstep.forms.form import Page
from doorstep.forms.journey import Decision
from doorstep.forms.questions.kind import Invalid
from doorstep.insight import actions as insight
from doorstep.insight.cells import CHECK, START, VERSION, Cell, of_draft, time_under


def _count(draft: Draft, now: datetime, page: str, what: str, detail: str = "") -> None:
    if draft.device:
        insight.count(of_draft(draft, now.astimezone(ZONE).date(), page, what, detail))


def start_shown(service: Service, counted_by: CountedBy, now: datetime) -> None:
    """Count that somebody looks at the page where a form begins."""
    if counted_by.device:
        day, version = now.astimezone(ZONE).date(), service.digest[:VERSION]
        as_seen = counted_by.device, "online", council.language()
        insight.count(Cell(day, service.slug, version, START, "shown", "", *as_seen))


def shown(draft: Draft, page: str, now: datetime) -> None:
    """Count that a page is shown that was not answered yet."""
    _count(draft, now, page, "shown")


def wrong(draft: Draft, page: str, faults: Iterable[tuple[str, Invalid]], now: datetime) -> None:
    """Count what was wrong with a page, by question and code."""
    for question, invalid in faults:
        _count(draft, now, page, "error", f"{question} {invalid.code}")


def started(draft: Draft, page: str, now: datetime, touched_at: datetime) -> None:
    """Count a form as started with the first page that somebody saves, where it was touched last as it was begun."""
    if touched_at == draft.created_at:
        _count(draft, now, page, "started")


@dataclass(frozen=True)
class Before:
    """How a page stood before it was answered: whether it was, what its check said, and when the form was last touched."""

    was_answered: bool
    code: str
    since: datetime


def before(draft: Draft, page: Page) -> Before:
    """Return how a page stands, to be counted with what comes of it."""
    code = str(draft.decisions.get(page.id, {}).get("code", ""))
    return Before(journey.answered(page, draft.answers), code, draft.updated_at)


def answered(draft: Draft, stood: Before, decision: Decision, now: datetime) -> None:
    """Count a page that was answered for the first time, how long it took, and where its check stopped.

    The time is the one since the form was touched last.
    """
    if getattr(
        draft, "was_overtaken", False
    ):  # a second press of the same button: counted by the first
        return
    page = decision.page
    started(draft, page, now, stood.since)
    if not stood.was_answered:
        _count(draft, now, page, "answered")
        _count(draft, now, page, "time", time_under((now - stood.since).total_seconds()))
    if decision.stops and not (stood.was_answered and stood.code == decision.code):
        stopped(draft, decision, now)


def stopped(draft: Draft, decision: Decision, now: datetime) -> None:
    """Count that a check stopped a form."""
    _count(draft, now, decision.page, "stop", decision.code)


def sent(draft: Draft, case: Case, now: datetime) -> None:
    """Count a form that was sent, once: what is sent again finds its case, which was opened before."""
    if case.opened_at == now:
        started(draft, CHECK, now, draft.updated_at)
        _count(draft, now, CHECK, "sent")


def not_found(text: str, counted_by: CountedBy, now: datetime) -> None:
    """Count what somebody wrote and nothing was proposed for, by its telling words."""
    if counted_by.device:
        day = now.astimezone(ZONE).date()
        insight.count_words(text, language=council.language(), day=day)
