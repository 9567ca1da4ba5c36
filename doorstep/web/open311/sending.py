"""Takes a request in: fields to answers, answers to a case, by the same submit as the form."""

from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import get_template
from django.utils import timezone

from doorstep.cases import actions as cases
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.forms.questions.kinds import KINDS
from doorstep.outside import photos
from doorstep.outside.errors import BadFile
from doorstep.staff.actor import Actor
from doorstep.web.kit import impersonal, limits, ordering
from doorstep.web.kit.once import Kept, once
from doorstep.web.models import KeptAnswer, SentIn
from doorstep.web.open311 import keys, spots
from doorstep.web.open311.asked import Asked, find
from doorstep.web.open311.door import actor, sender
from doorstep.web.open311.problems import Problem, Stopped, wrong
from doorstep.web.open311.reading import moment
from doorstep.web.open311.writing import drawn

LONGEST = 4000
YES_NO = {"true": "yes", "1": "yes", "false": "no", "0": "no"}


def send(request: HttpRequest, format: str) -> HttpResponse:
    """Take a request in, and answer its service_request_id at once."""
    token, now = sender(request), timezone.now()
    of = find(request.POST.get("service_code") or "")
    if len(request.POST.get("description") or "") > LONGEST:
        raise wrong(f"description: at most {LONGEST} characters.")
    answers = _answers(of, request.POST)
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    order = ordering.Order(of.service, "online", answers, otherwise=of.otherwise)
    _count_home(request, order.home)
    body = keys.body(request.POST, files)

    def do(kept: KeptAnswer) -> dict[str, Any]:
        try:
            return _make(order, of, request.POST, files, kept, actor(token), now)
        except Stopped as exc:
            if not own:  # what stopped it may have passed when the same comes again
                raise
            raise Kept(400, {"says": exc.says}) from exc

    own = keys.own(request)
    key = own or keys.made(token, body, now)
    try:
        kept = once(token=token, key=key, body=body, now=now, do=do)
    except Refused as exc:
        raise Problem(400, exc.code) from exc
    said = kept.answer or {}
    if kept.status != 201:
        raise wrong(*said["says"])
    made = {
        "service_request_id": said["reference"],
        "service_notice": said["notice"],
        "account_id": None,
    }
    return drawn(format, "service_requests", [made], 201)


def _count_home(request: HttpRequest, uprn: object) -> None:
    """Limit look-ups per property, as the form does; raises Problem."""
    if isinstance(uprn, str) and limits.over([f"home:{uprn}"], 60, 3600):
        request.wait = 3600  # type: ignore[attr-defined]
        raise Problem(429, "too_many")


def _make(
    order: ordering.Order,
    of: Asked,
    posted: QueryDict,
    files: list[Any],
    kept: KeptAnswer,
    by: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Make the case with its photos and notes; raises Problem. One that a key made long ago is found again."""
    before = SentIn.objects.filter(token=kept.token, key=kept.key).select_related("case").first()
    if before is not None:
        return _said(before.case, [])
    answers = {**order.answers, **_photos(of, files, now)}
    case = _placed(replace(order, answers=answers), of, kept, by, now)
    SentIn.objects.create(case=case, token=kept.token, key=kept.key)
    links = [link.strip() for link in posted.getlist("media_url")[:5] if link.strip()]
    if links:  # for staff to look at or not; never fetched
        text = f"A picture is said to be at: {' '.join(links)[:2000]}"
        cases.note(case_id=case.pk, text=text, by=by, now=now)
    case.refresh_from_db()
    left = len(files) - sum(map(of.most, of.photos))
    return _said(case, [f"Photos that were not kept: {left}."] if left > 0 else [])


def _said(case: Case, more: list[str]) -> dict[str, Any]:
    return {"reference": case.reference, "notice": " ".join([impersonal.sentence(case), *more])}


def _placed(order: ordering.Order, of: Asked, kept: KeptAnswer, by: Actor, now: datetime) -> Case:
    try:
        return ordering.place(order, visitor=f"open311:{kept.pk}", by=by, now=now)
    except ordering.AnswersWrong as exc:
        says = [f"{of.field(w.question)}: {w.says}" for w in exc.wrong]
        raise (wrong(*says) if says else Problem(400, "answers_wrong")) from exc
    except ordering.AlreadyOpen as exc:
        raise Problem(400, "already_open") from exc
    except ordering.Halted as exc:
        if exc.is_unavailable:
            raise Problem(503, "unavailable") from exc
        raise Stopped(400, says=[_stops(exc)]) from exc


def _stops(of: ordering.Halted) -> str:
    """Return where a rule stops in one sentence or two: why, who is asked instead, how to reach a person."""
    other, human = of.instead, of.human
    instead = ", ".join(filter(None, other.values())) + "." if other else ""
    reach = f"{human['say']} {human['telephone']}, {human['email']}"
    return " ".join(filter(None, (of.says or of.heading, instead, reach)))


def _photos(of: Asked, files: list[Any], now: datetime) -> dict[str, Typed]:
    """Keep as many photos as the service asks for, the others counted out; raises Problem."""
    found: dict[str, Typed] = {}
    for question in of.photos:
        mine, files = files[: of.most(question)], files[of.most(question) :]
        try:
            names = [photos.take(file, now=now) for file in mine]
        except BadFile as exc:
            invalid = Invalid(exc.code, **exc.values)
            raise wrong(f"media: {_sentence(question, invalid)}") from exc
        if names:
            found[question.id] = Typed({question.id: names})
    return found


def _sentence(question: Question, invalid: Invalid) -> str:
    template: Any = get_template("kit/sentences.html")
    return unescape(str(template.template.module.sentence(question, invalid))).strip()


def _answers(of: Asked, posted: QueryDict) -> dict[str, object]:
    """Return what was answered, by question; raises Problem with every fault seen so far."""
    answers: dict[str, object] = {}
    faults: list[str] = []
    known = {q.id: q for _, q in of.attributes}
    for name, values in _attributes(posted).items():
        if name not in known:
            faults.append(f"attribute[{name}]: this service has no such attribute.")
            continue
        try:
            answers[name] = _typed(known[name], values)
        except Problem as exc:
            faults += exc.says
    if of.description and (text := posted.get("description")):
        answers[of.description.id] = Typed({of.description.id: [text]})
    for part, said in _contact(posted).items():
        if part in of.contact:  # what a service does not ask for is not kept
            answers[of.contact[part].id] = said
    if of.place:
        try:
            answers[of.place.id] = spots.answer(of.place, posted)
        except Problem as exc:
            faults += exc.says
    if faults:
        raise wrong(*faults)
    return answers


def _attributes(posted: QueryDict) -> dict[str, list[str]]:
    """Return what came as attribute[code] or attribute[code][], empty values left out."""
    found: dict[str, list[str]] = {}
    for name in posted:
        if name.startswith("attribute[") and "]" in name:
            code = name[len("attribute[") :].partition("]")[0]
            values = [value for value in posted.getlist(name) if value.strip()]
            if values:
                found[code] = [*found.get(code, []), *values]
    return found


def _typed(question: Question, values: list[str]) -> Typed:
    """Return the fields that a browser would send; raises Problem."""
    if question.kind != "choices" and len(values) > 1:
        raise wrong(f"attribute[{question.id}]: takes one value.")
    if question.kind == "yes_no":
        value = values[0].strip().lower()
        return Typed({question.id: [YES_NO.get(value, value)]})
    if question.kind == "date":
        text = values[0].strip()
        day = QueryDict(mutable=True)
        day[f"attribute[{question.id}]"] = text
        moment(day, f"attribute[{question.id}]")
        return KINDS["date"].read(question, text[:10])
    return Typed({question.id: values})


def _contact(posted: QueryDict) -> dict[str, str]:
    """Return name, email and phone, where they were sent."""
    names = [(posted.get(part) or "").strip() for part in ("first_name", "last_name")]
    found = {
        "name": " ".join(filter(None, names)),
        "email": (posted.get("email") or "").strip(),
        "phone": (posted.get("phone") or "").strip(),
    }
    return {part: text for part, text in found.items() if text}
