"""Takes a request in: fields to answers, answers to a case, by the same submit as the form."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from doorstep.cases import actions as cases
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.cases.values import photos_of
from doorstep.council.errors import Refused
from doorstep.files import photos
from doorstep.files.errors import BadFile
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.intake import orders
from doorstep.staff.actor import Actor
from doorstep.staff.models import Token
from doorstep.web.form.sentences import sentence
from doorstep.web.kit import impersonal, limits
from doorstep.web.kit.once import Kept, once
from doorstep.web.models import KeptAnswer, SentIn
from doorstep.web.open311 import fields, keys
from doorstep.web.open311.access import actor, sender
from doorstep.web.open311.formats import drawn
from doorstep.web.open311.problems import Problem, Stopped, wrong
from doorstep.web.open311.questions import Asked, find

# Why a photo is not taken that would be taken later.
NOT_NOW = ("photo_busy", "photo_not_kept")
# Of one program in an hour.
MOST_PHOTOS = 600


@dataclass(frozen=True)
class _Call:
    """A call that makes a request: its service, what is ordered, its fields and files, who makes it and when."""

    of: Asked
    order: orders.Order
    fields: fields.Fields
    posted: QueryDict
    files: list[Any]
    by: Actor
    now: datetime


def send(request: HttpRequest, format: str) -> HttpResponse:
    """Take a request in, and answer its service_request_id at once."""
    token, now = sender(request), timezone.now()
    of = find(request.POST.get("service_code") or "")
    if token.services and of.service.slug not in token.services:
        raise Problem(403, "service_not_its")
    came = fields.read(of, request.POST)
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    spare = fields.otherwise(of, request.POST, came)
    order = orders.Order(of.service, "online", came.answers, otherwise=spare)
    _count_home(request, order.home)
    _count_photos(request, token, len(files))
    call = _Call(of, order, came, request.POST, files, actor(token), now)
    answer = _once(request, token, call)
    row = {
        "service_request_id": answer["reference"],
        "service_notice": answer["notice"],
        "account_id": None,
    }
    return drawn(format, "service_requests", [row], 201)


def _once(request: HttpRequest, token: Token, call: _Call) -> dict[str, Any]:
    """Return what comes of a call, or came of it before; raises Problem."""
    own_key, body = keys.own(request), keys.body(call.posted, call.files)

    def do(kept: KeptAnswer) -> dict[str, Any]:
        try:
            return _make(call, kept)
        except Stopped as exc:
            if not own_key:  # what stopped it may have passed when the same comes again
                raise
            raise Kept(400, {"says": exc.says}) from exc

    key = own_key or keys.made(token, body, call.now)
    try:
        kept_answer = once(token=token, key=key, body=body, now=call.now, do=do)
    except Refused as exc:
        raise Problem(400, exc.code) from exc
    answer = kept_answer.answer or {}
    if kept_answer.status != 201:
        raise wrong(*answer["says"])
    return answer


def _count_home(request: HttpRequest, uprn: object) -> None:
    """Limit a caller's look-ups of one home, as the form does; raises Problem."""
    if isinstance(uprn, str) and limits.over([limits.at_home(request, uprn)], 60, 3600):
        request.wait = 3600  # type: ignore[attr-defined]
        raise Problem(429, "too_many")


def _count_photos(request: HttpRequest, token: Token, number: int) -> None:
    """Limit the photos of a program, which sends those of many people; raises Problem."""
    for _ in range(number):
        standing = limits.count([f"photo:token:{token.pk}"], MOST_PHOTOS, 3600)
        if standing.is_over:
            request.wait = standing.wait  # type: ignore[attr-defined]
            raise Problem(429, "too_many")


def _make(call: _Call, row: KeptAnswer) -> dict[str, Any]:
    """Make the case with its photos and notes; raises Problem. One that a key made long ago is found again."""
    before = SentIn.objects.filter(token=row.token, key=row.key).select_related("case").first()
    if before is not None:
        return _said(before.case, [])
    case = _placed(call, row)
    SentIn.objects.create(case=case, token=row.token, key=row.key)
    if text := _besides(call, case):
        cases.note(case_id=case.pk, text=text, by=call.by, now=call.now)
    case.refresh_from_db()
    left = len(call.files) - len(photos_of(call.of.service, case.answers))
    unkept = [f"Photos that were not kept: {left}."] if left > 0 else []
    return _said(case, [*call.fields.left_out, *unkept])


def _besides(call: _Call, case: Case) -> str:
    """Return what was not asked for and staff may read all the same; no link is ever fetched."""
    links = [link.strip() for link in call.posted.getlist("media_url") if link.strip()]
    description = call.of.description
    has_description = description is not None and case.answers.get(description.id) is not None
    sentences = [] if has_description else [(call.posted.get("description") or "").strip()]
    sentences += [f"A picture is said to be at: {' '.join(links)}"] if links else []
    return "\n".join(filter(None, [*sentences, *call.fields.beside, *call.fields.left_out]))


def _said(case: Case, more: list[str]) -> dict[str, Any]:
    return {"reference": case.reference, "notice": " ".join([impersonal.sentence(case), *more])}


def _placed(call: _Call, row: KeptAnswer) -> Case:
    of, now = call.of, call.now
    spare = {**call.order.otherwise, **_photos(call)}
    order, owner = replace(call.order, otherwise=spare), Owner("partner", str(row.pk))
    try:
        while True:  # each time with less, to the end or to what must be there
            try:
                return orders.place(order, owner=owner, by=call.by, now=now)
            except orders.AnswersWrong as exc:
                order = _without(call, order, exc)
    except orders.AnswersWrong as exc:
        says = [f"{of.field(w.question.id)}: {sentence(w.question, w.invalid)}" for w in exc.wrong]
        if not says:
            raise Problem(400, "answers_wrong") from exc
        raise wrong(*says, *call.fields.left_out) from exc
    except orders.AlreadyOpen as exc:
        raise Problem(400, "already_open") from exc
    except orders.Halted as exc:
        if exc.is_unavailable:
            raise Problem(503, "unavailable") from exc
        raise Stopped(400, says=[_stops(exc)]) from exc


def _without(call: _Call, order: orders.Order, wrong: orders.AnswersWrong) -> orders.Order:
    """Return an order without wrong answers that need not be there, which staff see; raises what is wrong where one must."""
    given = [w for w in wrong.wrong if w.question.id in order.answers and _is_spare(call, w)]
    if not given or len(given) < len(wrong.wrong):
        raise wrong
    names = {w.question.id for w in given}
    for w in given:
        answer = order.answers[w.question.id]
        texts = sum(answer.values(), []) if isinstance(answer, Typed) else [str(answer)]
        why = sentence(w.question, w.invalid)
        fields.leave_out(call.of.field(w.question.id), texts, why, call.fields)
    return replace(order, answers={k: v for k, v in order.answers.items() if k not in names})


def _is_spare(call: _Call, wrong: orders.Wrong) -> bool:
    """Say whether an answer need not be there: it is optional, not asked, or we answer it for programs."""
    is_ours = wrong.question.id in call.of.otherwise
    return wrong.question.optional or wrong.invalid.code == "not_asked" or is_ours


def _stops(of: orders.Halted) -> str:
    """Return where a rule stops in one sentence or two: why, who is asked instead, how to reach a person."""
    other, human = of.instead, of.human
    instead = ", ".join(filter(None, other.values())) + "." if other else ""
    reach = f"{human['say']} {human['telephone']}, {human['email']}"
    return " ".join(filter(None, (of.says or of.heading, instead, reach)))


def _photos(call: _Call) -> dict[str, Typed]:
    """Keep as many photos as the service asks for; those that cannot be used are left out, and said.

    Raises Problem 503 where only we cannot take one just now: the same call comes again.
    """
    typed, files = dict[str, Typed](), list(call.files)
    for question in call.of.photos:
        names: list[str] = []
        while files and len(names) < call.of.most(question):
            try:
                names.append(photos.take(files.pop(0), now=call.now))
            except BadFile as exc:
                if exc.code in NOT_NOW:
                    raise Problem(503, "unavailable") from exc
                why = sentence(question, Invalid(exc.code, **exc.values))
                call.fields.left_out.append(f"media: {why}.")
        if names:
            typed[question.id] = Typed({question.id: names})
    return typed
