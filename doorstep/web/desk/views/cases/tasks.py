"""What a person must do by a time: a task's page, taking, giving, putting off, ending; a new one."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases import adding, needs_person, permits
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.staff.models import StaffUser
from doorstep.tasks import actions, queries
from doorstep.tasks.kinds import KINDS
from doorstep.tasks.models import Task
from doorstep.web.desk import in_contact
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.kit import seen
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import SEE, looked, may, open_case

# What somebody at the desk can ask for; the others come of themselves.
OFFERED = ("ring", "write", "other")


def _found(request: HttpRequest, number: int) -> Task:
    """Return a task that this person may see: about no case, or about one that is open to them."""
    task = queries.task(number)
    about = needs_person.cases_of([task]).get(task.pk) if task else None
    if task is None or (about and not may(request, SEE, about)):
        raise Http404
    return task


def _draw(request: HttpRequest, refused: Refused | None = None, *, number: int) -> HttpResponse:
    task, now = _found(request, number), timezone.now()
    looked(request, "task", str(task.pk))  # whom it is about is personal
    context = {
        "task": task,
        "case": needs_person.cases_of([task]).get(task.pk),
        "lines": task.lines.all(),
        "late": task.is_late(now),
        "seen": seen.mark(_state(task)),
        "teams": queries.teams(),
        "people": _people(task),
        "typed": request.POST,
        "refused": refused.code if refused else "",
    }
    return render(request, "desk/task.html", context)


def _people(task: Task) -> list[StaffUser]:
    """Return who can see to a task: of one about a restricted case, only who may see that."""
    about, people = needs_person.cases_of([task]).get(task.pk), queries.people()
    if about is None or not about.restricted:
        return people
    now = timezone.now()
    return [who for who in people if permits.may_open(who.who, about, now)]


def _state(task: Task) -> dict[str, object]:
    """Return what the page of a task shows of it, for its forms to carry along; with what the resident added to its case."""
    about = needs_person.cases_of([task]).get(task.pk)
    added = adding.last_of(about) if about else 0
    return {"task": (task.team, task.owner_id, task.due_at, task.ended_at, added)}


def _locked(request: HttpRequest, number: int) -> dict[str, object]:
    """Return the same of a task that stays as it is until the transaction ends."""
    return _state(needs_person.locked_task(_found(request, number).pk))


def _done(number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk_task", kwargs={"number": number}))


@needs("tasks.see")
@require_GET
def task(request: HttpRequest, number: int) -> HttpResponse:
    """Show a task whole."""
    return _draw(request, number=number)


@needs("desk.send")
@require_POST
@says_why_not(_draw)
@as_it_was_seen(_locked, "task")
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Make a task one's own, from nobody or from whom the page showed."""
    user: Any = request.user
    actions.take(task_id=_found(request, number).pk, by=user, now=timezone.now())
    return _done(number)


@needs("desk.send")
@require_POST
@says_why_not(_draw)
@as_it_was_seen(_locked, "task")
def put_back(request: HttpRequest, number: int) -> HttpResponse:
    """Leave a task to the team again."""
    task = _found(request, number)
    actions.put_back(task_id=task.pk, by=actor(request), now=timezone.now())
    return _done(number)


@needs("desk.send")
@require_POST
@says_why_not(_draw)
@as_it_was_seen(_locked, "task")
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Give a task to a person or a team."""
    task, to = _found(request, number), request.POST.get("to", "")
    if to and to not in {who.username for who in _people(task)} | set(queries.teams()):
        raise Refused("nobody_such")
    actions.give(task_id=task.pk, to=to, by=actor(request), now=timezone.now())
    return _done(number)


@needs("desk.send")
@require_POST
@says_why_not(_draw)
@as_it_was_seen(_locked, "task")
def put_off(request: HttpRequest, number: int) -> HttpResponse:
    """Say that a task is done by another time."""
    actions.put_off(
        task_id=_found(request, number).pk,
        due_at=moment(request.POST.get("due", "")),
        said=request.POST.get("why", ""),
        by=actor(request),
        now=timezone.now(),
    )
    return _done(number)


def moment(text: str) -> datetime:
    """Return a moment as a field of the desk gives it (Europe/London); raises Refused("due_missing")."""
    try:
        return datetime.strptime(text[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=ZONE)
    except ValueError as exc:
        raise Refused("due_missing") from exc


@needs("desk.send")
@require_POST
@says_why_not(_draw)
@as_it_was_seen(_locked, "task")
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End a task, with a word on how."""
    task, typed = _found(request, number), request.POST
    how, said = typed.get("how", ""), typed.get("said", "")
    needs_person.end(task_id=task.pk, how=how, said=said, by=actor(request), now=timezone.now())
    return _done(number)


@needs("desk.send")
@require_POST
@says_why_not(_draw)
def open_again(request: HttpRequest, number: int) -> HttpResponse:
    """Take an end back that was a slip."""
    task = _found(request, number)
    needs_person.open_again(task_id=task.pk, by=actor(request), now=timezone.now())
    return _done(number)


def _asked(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    context = {
        "case": _case(request),
        "kinds": {k: KINDS[k].name for k in OFFERED},
        "typed": typed,
        "refused": refused.code if refused else "",
    }
    return render(request, "desk/task_new.html", context)


def _case(request: HttpRequest) -> Case | None:
    """Return the case that a new task is about; nothing where none is named."""
    named = request.POST if request.method == "POST" else request.GET
    reference = named.get("case", "")
    return open_case(request, reference) if reference else None


@needs("desk.send")
@require_http_methods(["GET", "POST"])
@says_why_not(_asked)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for something to be done, such as a call that was promised; about a case, or about none."""
    if request.method == "GET":
        return _asked(request)
    typed, case = request.POST, _case(request)
    made = needs_person.promise(
        case_id=case.pk if case else None,
        kind=_kind(typed.get("kind", "")),
        text=typed.get("text", ""),
        due_at=moment(typed["due"]) if typed.get("due") else None,
        who=typed.get("who", ""),
        telephone=typed.get("telephone", ""),
        once=f"form-{typed['once'][:40]}" if typed.get("once") else None,
        by=actor(request),
        now=timezone.now(),
    )
    if made.kind == "ring":
        in_contact.did(request, "call_back", case=case, task_id=made.pk)
    return _done(made.pk)


def _kind(code: str) -> str:
    if code not in OFFERED:
        raise Refused("kind_missing")
    return code
