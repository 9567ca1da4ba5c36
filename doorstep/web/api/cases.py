"""Operations on cases: send one, read where they stand."""

from datetime import datetime
from typing import Annotated, Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status
from ninja.params import functions as params

from doorstep.cases import access, permits
from doorstep.cases import queries as known
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.council import addresses
from doorstep.council.errors import Refused
from doorstep.web.api import sending
from doorstep.web.api.access import CREATE, READ, actor, check_service, count_home, token_of
from doorstep.web.api.problems import Problem, Stopped, answers, drawn
from doorstep.web.api.services import current
from doorstep.web.api.shapes import CaseList, CaseShape, Moment, Sending, Sent
from doorstep.web.kit import impersonal
from doorstep.web.kit.once import Kept, once
from doorstep.web.models import KeptAnswer

router = Router(tags=["Cases"])
CURSOR = "doorstep.api.cursor"
KEY = "^[!-~]{1,200}$"


@router.post(
    "/services/{slug:slug}/cases",
    auth=CREATE,
    response={201: Sent},
    operation_id="send",
    openapi_extra=answers(400, 401, 403, 404, 409, 413, 415, 422, 429),
)
def send(
    request: HttpRequest,
    slug: str,
    body: Sending,
    idempotency_key: Annotated[str, params.Header(alias="Idempotency-Key", pattern=KEY)],
) -> Status[dict[str, Any]] | HttpResponse:
    """Send a request for a resident: the same rules as the form, and the same sentences where one stops."""
    check_service(request, slug)
    order, now = sending.order(current(slug), body), timezone.now()
    count_home(request, order.home)

    def do(kept: KeptAnswer) -> dict[str, Any]:
        try:
            case = sending.send(
                order, owner=Owner("token", str(kept.pk)), by=actor(request), now=now
            )
        except Stopped as exc:
            raise Kept(422, exc.json) from exc
        return {"reference": case.reference, "stage": case.stage, "case": case.pk}

    whole = {"service": slug, **body.dict()}
    try:
        row = once(token=token_of(request), key=idempotency_key, body=whole, now=now, do=do)
    except Refused as exc:
        raise Problem(409, exc.code) from exc
    if row.status != 201:
        return drawn(row.answer or {})
    return Status(201, {**(row.answer or {}), "follow": _follow(row, now)})


def _follow(row: KeptAnswer, now: datetime) -> str:
    """Return the link for the resident; its token is made from the key, so a repeat gives the same."""
    case = Case(pk=(row.answer or {})["case"])
    token = access.make_link(case=case, key=f"api:{row.pk}", now=now)
    return addresses.link("open_case", token=token)


@router.get(
    "/cases/{reference}",
    auth=READ,
    response=CaseShape,
    operation_id="case",
    openapi_extra=answers(401, 403, 404, 429),
)
def case(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Return where a case stands."""
    row = known.by_reference(reference)
    if row is None or permits.may_open(token_of(request).who, row, timezone.now()) is None:
        raise Problem(404, "no_such_case")
    return _case(row)


def _case(of: Case) -> dict[str, Any]:
    return {
        "reference": of.reference,
        "service": of.slug,
        "stage": of.stage,
        "sentence": impersonal.sentence(of),
        "opened": of.opened_at,
        "closed": of.closed_at,
        "outcome": of.outcome or None,
        "due": of.due_on,
    }


@router.get(
    "/cases",
    auth=READ,
    response=CaseList,
    operation_id="cases",
    openapi_extra=answers(400, 401, 403, 429),
)
def cases(
    request: HttpRequest,
    service: Annotated[str, params.Query(pattern="^[-a-z0-9]{0,50}$")] = "",
    since: Annotated[Moment | None, params.Query()] = None,
    cursor: Annotated[str, params.Query(max_length=200)] = "",
    limit: Annotated[int, params.Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """List cases by when they were opened, the earliest first: `since` a moment, or after a `cursor`."""
    after = _read_cursor(cursor) if cursor else None
    who, now = token_of(request).who, timezone.now()
    rows = list(known.opened(who, now, slug=service, since=since, after=after)[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    return {
        "cases": [_case(c) for c in rows],
        "next": signing.dumps([rows[-1].opened_at.isoformat(), rows[-1].pk], salt=CURSOR)
        if more
        else None,
    }


def _read_cursor(text: str) -> tuple[datetime, int]:
    try:
        at, number = signing.loads(text, salt=CURSOR)
    except signing.BadSignature as exc:
        raise Problem(400, "bad_cursor") from exc
    return datetime.fromisoformat(at), number
