"""One case: what it says, what may be decided, notes, corrections, photos."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.bookings import queries as bookings
from doorstep.cases import actions as case_actions
from doorstep.cases import (
    asking,
    changing,
    choosing,
    deciding,
    history,
    locking,
    needs_person,
    restricting,
    timeline,
)
from doorstep.cases import queries as case_queries
from doorstep.cases.models import Case, Event
from doorstep.cases.parts import Part
from doorstep.cases.values import files_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service, Stage
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.customers import queries as people
from doorstep.customers.models import Person
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork import queries as work
from doorstep.files import papers, photos
from doorstep.files.errors import BadFile
from doorstep.messages import another_way
from doorstep.messages import queries as messages
from doorstep.payments import queries as payments
from doorstep.staff import queries as looks
from doorstep.waste import keyed, sheets
from doorstep.waste import queries as rounds_of
from doorstep.web.desk import (
    case_place,
    case_reroute,
    case_staff,
    case_told,
    case_why,
    in_contact,
    story,
)
from doorstep.web.desk.case_state import locked_state, state_of
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.desk.views.cases import caller
from doorstep.web.form import session as forms
from doorstep.web.kit import seen, uploads
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import as_seen, looked, may, open_case, seen_case


def draw(request: HttpRequest, found: Case, refused: Refused | None = None) -> HttpResponse:
    """Draw a case whole, with why something was refused; whoever draws it has looked, and that is written down."""
    looked(request, "case", found.reference)
    now, service = timezone.now(), catalogue.service(found.version_id)
    may_send, may_decide = may(request, "desk.send", found), may(request, "desk.decide", found)
    stage = service.workflow.stages[found.stage]
    jobs, charges = work.of_case(found), payments.of_case(found)
    about_place = case_place.about(found, service, now)
    cautions = about_place.get("cautions", [])
    events, told = timeline.of(found), messages.told(found)
    kinds = {event.kind for event in events}
    names = story.names_in(events, case_staff.beside(jobs, charges, cautions))
    context: dict[str, Any] = {
        "seen": seen.mark(state_of(found, about_place["report"], jobs, charges, cautions)),
        "changed": refused.values.get("parts", ()) if refused else (),
        "case": found,
        "service": service,
        "stage": stage,
        "refused": refused.code if refused else "",
        "about_refused": refused.values if refused else {},
        "flow": service.workflow,
        "flags": [e.label for e in service.workflow.escalate if e.flag in found.flags],
        "decisions": _decisions(found, service),
        "tells": case_told.by_decisions(found),
        "can_be_told": messages.can_be_told(found),
        "asked": _asked(request, found, stage),
        "choices": choosing.offered(found, now) if may_send else [],
        "change": changing.offered(found, now) if may_send else None,
        "late": choosing.late(found, now) if may_send else "",
        "story": story.of(found, service, events, told, names),
        "names": names,
        "others": _named(request, events),
        "asked_for": needs_person.words_of(found) if "seen to" in kinds else {},
        "may_decide": may_decide,
        "checks": case_why.of(found, service),
        "jobs": jobs,
        "sheets": keyed.of_jobs(jobs),
        "booking": bookings.of_case(found),
        "charges": charges,
        "tasks": needs_person.of_case(found),
        "now": now,
        "today": now.astimezone(ZONE).date(),
        "whose": whose(request, found),
        "told": told,
        "failed": [t for t in told if t.state == "failed" and not t.was_repeated],
        "ways": another_way.ways(found) if may_send else [],
        "may_refund": may(request, "payments.refund", found),
        "may_waive": may(request, "payments.waive", found),
        "may_restrict": may(request, "case.restricted", found),
        "looks": looks.of("case", found.reference),
        "assisted": bool(found.place_id and rounds_of.is_assisted(found.place_id)),
        **_files(found, service),
        "typed": request.POST,
        **about_place,
        **_related(request, about_place),
        **(case_reroute.about(found) if may_decide else {}),
    }
    if context.get("moved", {}).get("became"):
        context["moved"]["became"] = as_seen(request, context["moved"]["became"])
    return render(request, "desk/case.html", context)


def _files(found: Case, service: Service) -> dict[str, Any]:
    """Return the files of a case by their names, and which of them have a small picture."""
    rows = papers.of(files_of(service, found.answers))
    return {"papers": rows, "drawn_small": papers.drawn_small(rows.values())}


def _named(request: HttpRequest, events: list[Event]) -> dict[str, Case]:
    """Return the other cases that a story names, as this person may see them."""
    cases = case_queries.by_references(story.references_in(events))
    return {reference: as_seen(request, one) for reference, one in cases.items()}


def whose(request: HttpRequest, found: Case) -> Person | None:
    """Return the person whose case it is, to who may see people."""
    user: Any = request.user
    if not user.may("customer.see"):
        return None
    return people.behind(found.customer, restricted=user.may("customer.restricted"))


def _related(request: HttpRequest, about_place: dict[str, Any]) -> dict[str, Any]:
    """Return the cases that were joined to one, or it to them, as this person may see them."""
    other = about_place["joined_to"]
    return {
        "joined_to": as_seen(request, other) if other else None,
        "joined_by": [as_seen(request, one) for one in about_place["joined_by"]],
    }


def _decisions(found: Case, service: Service) -> dict[str, str]:
    """Return what may be decided now, in words; nothing of an erased case."""
    stage, flow = service.workflow.stages[found.stage], service.workflow
    return {k: flow.decisions.get(k, k) for k in stage.decisions if not found.erased_at}


def _asked(request: HttpRequest, found: Case, stage: Stage) -> dict[str, list[tuple[str, str]]]:
    """Return what may be chosen for the decisions that ask something first, such as which day."""
    asked = (
        [k for k in stage.decisions if asking.asks(found, k)]
        if may(request, "desk.decide", found) and not found.erased_at
        else []
    )
    return {k: asking.options(found, k, timezone.now()) for k in asked}


def again(request: HttpRequest, refused: Refused, reference: str, **_named: object) -> HttpResponse:
    """Draw a case as it stands now, with why something was refused."""
    return draw(request, open_case(request, reference), refused)


def back_to(case: Case, part: str = "") -> HttpResponse:
    """Lead to a case once something was done, to a part of its page."""
    return HttpResponseRedirect(reverse("desk_case", kwargs={"reference": case.reference}) + part)


@needs("desk.see")
@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a case: whole, or what of it this person may see."""
    found = seen_case(request, reference)
    if isinstance(found, Part):
        return render(request, "desk/case_part.html", {"slim": found})
    in_contact.did(request, "looked", case=found)
    return draw(request, found)


@needs("desk.decide")
@require_POST
@says_why_not(again)
@as_it_was_seen(locked_state, "stage", always=True)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a decision that the stage allows."""
    case = open_case(request, reference)
    deciding.decide(
        case_id=case.pk,
        decision=request.POST.get("decision", ""),
        reason=request.POST.get("reason", ""),
        reply=request.POST.get("reply", ""),
        chosen=request.POST.get(f"{asking.FIELD}-{request.POST.get('decision', '')}", ""),
        by=actor(request),
        now=timezone.now(),
    )
    return back_to(case)


def _ask(
    request: HttpRequest, case: Case, choice: str, now: datetime, refused: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "case": case,
        "choice": choosing.one(case, choice, now),
        "question": asking.question(case, choice),
        "options": asking.options(case, choice, now),
        "at": locking.standing(case),
        "refused": refused,
    }
    return render(request, "desk/choose.html", context)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
@says_why_not(again)
def choose(request: HttpRequest, reference: str, choice: str) -> HttpResponse:
    """Choose for a resident who rings what they could choose themselves; asked once more first."""
    case, now = open_case(request, reference), timezone.now()
    if request.method == "GET":
        return _ask(request, case, choice, now)
    about = {"chosen": request.POST.get(asking.FIELD, ""), "made_at": request.POST.get("at", "-")}
    try:
        choosing.choose(case_id=case.pk, name=choice, by=actor(request), now=now, **about)
    except Refused as exc:
        case = open_case(request, reference)
        if not choosing.is_asked_again(case, choice, exc, now):
            raise
        return _ask(request, case, choice, now, exc.code)
    in_contact.did(request, "decided", case=case)
    return back_to(case)


@needs("desk.send")
@require_POST
@says_why_not(again)
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin a change of a case for a resident who rings: its form, with all that was answered."""
    case = open_case(request, reference)
    contact = in_contact.begun(request, "telephone")
    session = caller.session_of(request, case.slug, contact.channel)
    draft = changing.begin(
        case_id=case.pk,
        owner=session.owner,
        channel=session.channel,
        by=session.by,
        now=session.now,
    )
    return forms.go_on(session, session.filling(draft))


@needs("case.note")
@require_POST
@says_why_not(again)
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a note, with photos."""
    case, now = open_case(request, reference), timezone.now()
    text, files = request.POST.get("text", ""), request.FILES.getlist("photos")
    if len(files) > case_actions.MOST_PHOTOS:
        raise Refused("too_many_photos")
    whose = {"of": f"note:{case.reference}", "whose": f"photo-of:{actor(request).key}"}
    try:
        names = [uploads.take(request, file, now=now, **whose) for file in files]
    except BadFile as exc:
        raise Refused(exc.code, **exc.values) from exc
    case_actions.note(case_id=case.pk, text=text, photos=names, by=actor(request), now=now)
    in_contact.did(request, "noted", case=case)
    return back_to(case)


@needs("desk.decide")
@require_POST
@says_why_not(again)
@as_it_was_seen(locked_state, "work")
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a wrong outcome of a job right, or say what came of one that no crew of ours reports; the resident is told."""
    case = open_case(request, reference)
    if case.erased_at:
        raise Refused("erased")
    try:
        job = case.jobs.filter(pk=int(request.POST.get("job", "")[:12])).first()
        event_id = UUID(request.POST.get("event", ""))
    except ValueError as exc:
        raise Http404 from exc
    if job is None or job.state == "withdrawn":
        raise Http404
    act: Any = fieldwork.correct_job
    about = {"event_id": event_id, "job_id": job.pk, "code": request.POST.get("code", "")}
    if job.state == "open":
        done = [str(task["id"]) for task in job.tasks]
        act, about = fieldwork.finish_job, {**about, "photo": "", "done": done}
    act(**about, note="", by=actor(request), now=timezone.now())
    sheets.said(case=case, by=actor(request), now=timezone.now())
    return back_to(case)


@needs("desk.decide")
@require_POST
def send_sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a case's work to the waste system again, which waits or was refused."""
    case = open_case(request, reference)
    number = request.POST.get("sheet", "")[:12]
    if not number.isdecimal() or not keyed.is_of(int(number), case):
        raise Http404
    sheets.send_again(sheet_id=int(number), now=timezone.now())
    return back_to(case)


@needs("case.restricted")
@require_POST
@says_why_not(again)
def restrict(request: HttpRequest, reference: str) -> HttpResponse:
    """Restrict a case, or open it again to those who see others."""
    case, why = open_case(request, reference), request.POST.get("why", "")
    on = request.POST.get("restricted") == "1"
    by, now = actor(request), timezone.now()
    restricting.restrict(case_id=case.pk, on=on, reason=why, by=by, now=now)
    return back_to(case, "#restricted")


@needs("desk.see")
@require_GET
def photo(request: HttpRequest, reference: str, name: str) -> HttpResponseBase:
    """Show a photo of a case to staff; the look is written down."""
    found = seen_case(request, reference)
    names = found.photos if isinstance(found, Part) else _photos(found)
    path = photos.path_of(name, small="small" in request.GET)
    if path is None or name not in names:
        raise Http404
    looked(request, "photo", name)
    return uploads.give(path)


def _photos(found: Case) -> set[str]:
    """Return the names of all photos of a case: what its person sent, what crews took, and those of notes."""
    return {*history.photos(found), *work.photos_of(found), *history.photos_of_notes(found)}
