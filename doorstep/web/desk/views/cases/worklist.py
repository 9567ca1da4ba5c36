"""The worklist: cases, and among them what a person must do about none."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.cases import deciding, locking, needs_person, permits
from doorstep.cases import queries as cases
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import named, spoken, thing_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.catalogue.service import Service
from doorstep.council.queries import ZONE
from doorstep.customers import queries as people
from doorstep.staff.who import Staff
from doorstep.tasks import queries as tasks
from doorstep.tasks.models import Task
from doorstep.web.desk.views.cases import caller
from doorstep.web.kit.access import actor, needs, owner
from doorstep.web.kit.opening import looked, may, staff_of

# Counted no further: of half a million closed cases nobody needs the number.
MOST = 10_000
# Tasks on a page of their list, and the most of them among the cases.
PAGE = 100
# Cases on a page of the worklist.
CASES = 50


@needs("desk.see")
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """List cases by service, stage and deadline, and tasks about no case among them."""
    services = catalogue.running()
    asked, now, who = _asked(request, services), timezone.now(), staff_of(request)
    today = now.astimezone(ZONE).date()
    listed = cases.worklist(who, now, today=today, **asked)
    total = listed.order_by()[: MOST + 1].count()
    page = Paginator(range(min(total, MOST)), CASES).get_page(request.GET.get("page"))
    first = (page.number - 1) * CASES
    found = permits.with_shared(listed)[first : first + CASES]
    rows = [(c, catalogue.service(c.version_id)) for c in found]
    lines = [_line(c, s, who, now) for c, s in rows]
    alone = _alone(asked, who, now) if page.number == 1 else []
    context: dict[str, Any] = {
        **asked,
        "rows": _among(lines, alone[:PAGE], who),
        "more_tasks": len(alone) > PAGE,
        "standing": locking.standing,
        "stages": _stages(services, asked["slug"]),
        "bulk": _bulk(request, rows),
        "today": today,
        "now": now,
        "services": services,
        "channels": ADVISER_CHANNELS,
        "begun": _begun(request),
        "total": total,
        "most": MOST,
        "page": page,
        "asked": _address(**asked),
        "address": lambda **others: _address(**asked | others),
        "done": _number(request, "done"),
        "refused": _number(request, "refused"),
    }
    names = any(row.person or row.tasks for row in context["rows"])
    if names or context["begun"]:
        looked(request, "worklist", "cases, tasks and forms begun")
    return render(request, "desk/worklist.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a count that stands in the address; nothing where none does."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else None


def _asked(request: HttpRequest, services: list[Service]) -> dict[str, Any]:
    """Return by what the list is to be narrowed; a stage that the service has not narrows nothing."""
    params, slug = request.GET, request.GET.get("service", "")[:50]
    stage = params.get("stage", "")[:200]
    return {
        "state": "closed" if params.get("state") == "closed" else "open",
        "overdue": params.get("overdue") == "1",
        "flagged": params.get("flagged") == "1",
        "slug": slug,
        "stage": stage if stage in _stages(services, slug) else "",
    }


def _address(*, state: str, overdue: bool, flagged: bool, slug: str, stage: str) -> str:
    """Return the same as the list's address says it."""
    asked = {"state": state if state == "closed" else "", "service": slug, "stage": stage}
    asked |= {"overdue": "1" if overdue else "", "flagged": "1" if flagged else ""}
    return urlencode({name: value for name, value in asked.items() if value})


def _alone(asked: dict[str, Any], who: Staff, now: datetime) -> list[Task]:
    """Return the tasks about no case that stand among what is asked for."""
    narrowed = asked["state"] == "closed" or asked["stage"] or asked["slug"] or asked["flagged"]
    if narrowed or not who.may("tasks.see"):
        return []
    return needs_person.about_no_case(late_at=now if asked["overdue"] else None)


@dataclass(frozen=True)
class Row:
    """A line of the worklist: a case with what is still to be done about it, or a task about no case.

    What it is about and whose it is stand empty for who may not see that.
    """

    due: date
    case: Case | None = None
    service: Service | None = None
    what: str = ""
    person: str = ""
    tasks: list[Task] = field(default_factory=list)


def _line(case: Case, service: Service, who: Staff, now: datetime) -> Row:
    permit = permits.may_open(who, case, now)
    how = permit.how if permit else "status"
    what = thing_of(service, case.words) if how != "status" else ""
    person = case.customer.name if how == "whole" and case.customer else ""
    return Row(case.due_on or date.max, case, service, what, person)


def _among(lines: list[Row], alone: list[Task], who: Staff) -> list[Row]:
    """Return cases and tasks in one list; tasks stand where their day has its place."""
    of_list = [row.case for row in lines if row.case]
    to_do = needs_person.of_cases(of_list) if who.may("tasks.see") else {}
    lines = [replace(row, tasks=to_do.get(row.case.pk, [])) for row in lines if row.case]
    lines += [Row(t.due_at.astimezone(ZONE).date(), tasks=[t]) for t in alone]
    return sorted(lines, key=lambda row: row.due) if alone else lines


@needs("tasks.see")
@require_GET
def to_do(request: HttpRequest) -> HttpResponse:
    """List what people must do by a time, a page at a time: everybody's, a team's, or one's own."""
    user: Any = request.user
    mine, team = request.GET.get("mine") == "1", request.GET.get("team", "")[:80]
    listed = tasks.open_tasks(owner=user.pk if mine else None, team=team)
    listed = needs_person.open_to(listed, user.who, timezone.now())
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    context = {
        "tasks": page.object_list,
        "about": needs_person.cases_of(page.object_list),
        "mine": mine,
        "team": team,
        "teams": tasks.teams(),
        "page": page,
        "asked": urlencode({"mine": "1"} if mine else {"team": team} if team else {}),
        "now": timezone.now(),
    }
    looked(request, "tasks", f"page {page.number}")
    return render(request, "desk/to_do.html", context)


def _begun(request: HttpRequest) -> list[tuple[Draft, Service, str]]:
    """Return the forms for callers that this person began and did not send, with what they are about."""
    user: Any = request.user
    if not user.may("desk.send"):
        return []
    begun = cases.begun_at_the_desk(owner(request), timezone.now())
    begun = [draft for draft in begun if caller.may_go_on(request, draft)]
    theirs = [draft.begun_for for draft in begun if draft.begun_for]
    names = people.names_of(theirs) if theirs and user.may("customer.see") else {}
    services = [(d, catalogue.service(d.version_id)) for d in begun]
    return [(d, s, _about(d, s, names.get(d.begun_for or 0, ""))) for d, s in services]


def _about(draft: Draft, service: Service, name: str) -> str:
    """Return what a form is about, and for whom, in words: who they said they are, or the name of whom it was begun for."""
    words = spoken(draft.words)
    who = [words.get(q.id, "") for q in service.form.questions.values() if q.contact]
    said = ", ".join(filter(None, [named(words, service.about.names), *who]))
    return said if name in said else ", ".join(filter(None, [said, name]))


def _stages(services: list[Service], slug: str) -> dict[str, str]:
    """Return every stage of these services, or of one of them, by its label: those that are called alike together."""
    ids: dict[str, list[str]] = {}
    for service in services:
        for stage in service.workflow.stages.values() if slug in ("", service.slug) else ():
            ids.setdefault(stage.label, []).append(stage.id)
    return {",".join(dict.fromkeys(these)): label for label, these in ids.items()}


def _bulk(request: HttpRequest, rows: list[tuple[Case, Service]]) -> dict[str, str]:
    """Return the decisions that can be taken for many of these cases at once, by their labels."""
    user: Any = request.user
    if not user.may("desk.decide"):
        return {}
    flows = [(c, s.workflow) for c, s in rows if may(request, "desk.decide", c)]
    open_to = {d: f for c, f in flows for d in f.stages[c.stage].decisions if d in f.bulk}
    return {d: flow.decisions.get(d, d) for d, flow in open_to.items()}


def _ticked(request: HttpRequest) -> dict[int, str]:
    """Return the cases that were ticked, each with where it stood on the page."""
    pairs = [value.partition("@") for value in request.POST.getlist("case")[:500]]
    return {int(number): at for number, _, at in pairs if number.isdecimal() and at}


@needs("desk.decide")
@require_POST
def decide_many(request: HttpRequest) -> HttpResponse:
    """Take one decision for all the cases ticked, such as releasing them to the crew."""
    ticked = _ticked(request)
    theirs = permits.visible_to(staff_of(request), timezone.now(), "desk.decide")
    theirs_now = set(theirs.filter(pk__in=ticked).values_list("pk", flat=True))
    done, refused = deciding.decide_many(
        made_at={pk: at for pk, at in ticked.items() if pk in theirs_now},
        decision=request.POST.get("decision", ""),
        by=actor(request),
        now=timezone.now(),
    )
    refused += len(ticked) - len(theirs_now)
    came = QueryDict(request.POST.get("asked", "")[:400], mutable=True)
    came["done"], came["refused"] = str(done), str(refused)
    return HttpResponseRedirect(f"{reverse('desk')}?{came.urlencode()}")
