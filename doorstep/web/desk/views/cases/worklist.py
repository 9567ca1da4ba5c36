"""The worklist: cases, and among them what a person must do about none."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.cases import deciding, locking, needs_person, permits
from doorstep.cases import queries as cases
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import named, spoken
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.catalogue.service import Service
from doorstep.council.queries import ZONE
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
    """List cases by stage and deadline, and tasks about no case among them."""
    params, now = request.GET, timezone.now()
    state = "closed" if params.get("state") == "closed" else "open"
    show = {name: params.get(name) == "1" for name in ("overdue", "flagged")}
    today, stage = now.astimezone(ZONE).date(), params.get("stage", "")[:40]
    who = staff_of(request)
    listed = cases.worklist(who, now, state=state, today=today, stage=stage, **show)
    total = listed.order_by()[: MOST + 1].count()
    page = Paginator(range(min(total, MOST)), CASES).get_page(params.get("page"))
    first = (page.number - 1) * CASES
    rows = [(c, catalogue.service(c.version_id)) for c in listed[first : first + CASES]]
    begun = _begun(request)
    others = state == "closed" or stage or show["flagged"] or page.number > 1
    others = others or not who.may("tasks.see")
    late_at = now if show["overdue"] else None
    alone = [] if others else needs_person.about_no_case(late_at=late_at)
    context: dict[str, Any] = {
        "rows": _among(rows, alone[:PAGE], who),
        "more_tasks": len(alone) > PAGE,
        "standing": locking.standing,
        "state": state,
        "stage": stage,
        "stages": _stages(),
        "bulk": _bulk(request, rows),
        **show,
        "today": today,
        "now": now,
        "services": catalogue.running(),
        "channels": ADVISER_CHANNELS,
        "begun": begun,
        "total": total,
        "most": MOST,
        "page": page,
        "asked": urlencode(_asked(state, stage, show)),
        "done": params.get("done", "")[:6],
        "refused": params.get("refused", "")[:6],
    }
    if begun or any(row.tasks for row in context["rows"]):  # both name people
        looked(request, "worklist", "tasks and forms begun")
    return render(request, "desk/worklist.html", context)


def _asked(state: str, stage: str, show: dict[str, bool]) -> dict[str, str]:
    """Return by what the list is narrowed, as its address says it."""
    asked = {"state": state} if state == "closed" else {}
    asked |= {"stage": stage} if stage else {}
    return asked | {name: "1" for name, is_on in show.items() if is_on}


@dataclass(frozen=True)
class Row:
    """A line of the worklist: a case with what is still to be done about it, or a task about no case."""

    due: date
    case: Case | None
    service: Service | None
    tasks: list[Task]


def _among(rows: list[tuple[Case, Service]], alone: list[Task], who: Staff) -> list[Row]:
    """Return cases and tasks in one list; tasks stand where their day has its place."""
    to_do = needs_person.of_cases([c for c, _ in rows]) if who.may("tasks.see") else {}
    lines = [Row(c.due_on or date.max, c, s, to_do.get(c.pk, [])) for c, s in rows]
    lines += [Row(t.due_at.astimezone(ZONE).date(), None, None, [t]) for t in alone]
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
    services = [(d, catalogue.service(d.version_id)) for d in begun]
    return [(d, s, _about(d, s)) for d, s in services]


def _about(draft: Draft, service: Service) -> str:
    """Return what a form is about, and for whom, in words."""
    words = spoken(draft.words)
    who = [words.get(q.id, "") for q in service.form.questions.values() if q.contact]
    return ", ".join(filter(None, [named(words, service.about.names), *who]))


def _stages() -> dict[str, str]:
    """Return every stage of the services that run now, by its label."""
    stages = [s for service in catalogue.running() for s in service.workflow.stages.values()]
    return {s.id: s.label for s in stages}


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
    return HttpResponseRedirect(reverse("desk") + f"?done={done}&refused={refused}")
