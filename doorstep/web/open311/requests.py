"""Where requests stand: those shown in public, as `/reports` shows them, and to a sender those its key sent."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from doorstep.cases import permits
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.reports import queries as reports
from doorstep.staff.models import Token
from doorstep.text import copied
from doorstep.web.kit import impersonal
from doorstep.web.models import SentIn
from doorstep.web.open311 import statuses
from doorstep.web.open311.access import key_of, sender
from doorstep.web.open311.formats import drawn
from doorstep.web.open311.formats import moment as written
from doorstep.web.open311.params import moment, number, words
from doorstep.web.open311.problems import Problem, wrong
from doorstep.web.open311.questions import find

MOST, LONGEST = 1000, timedelta(days=90)
# No description is longer.
LONG = 4000
STATUSES = {"open": True, "closed": False}


def seen_by(token: Token | None, *, listed: bool = True) -> QuerySet[Case]:
    """Return the cases that may be shown, the newest first: to a sender its own beside the public ones.

    Those that stand behind another are not `listed`; who asks for one by its id finds it.
    """
    shown = reports.public() if listed else reports.existing()
    may = Q(pk__in=shown.order_by().values("case_id"))
    if token:
        own = Q(pk__in=SentIn.objects.filter(token=token).values("case_id"))
        may |= own & permits.visible(token.who, timezone.now())
    # A sentence reads all of these.
    cases = Case.objects.select_related("draft", "place__street")
    return cases.filter(may).order_by("-opened_at", "-pk")


def requests(request: HttpRequest, format: str) -> HttpResponse:
    """List requests by their ids, or by service, time and status."""
    params = request.GET
    ids = words(params, "service_request_id")
    cases = seen_by(key_of(request), listed=not ids)
    if ids:
        cases = cases.filter(reference__in=[copied.reference(i) for i in ids])
    else:
        cases = _between(_of_kind(cases, params), params, timezone.now())
    size = number(params, "page_size", MOST, MOST)
    first = (number(params, "page", 1, 100_000) - 1) * size
    return drawn(format, "service_requests", _rows(cases[first : first + size]))


def _of_kind(cases: QuerySet[Case], params: QueryDict) -> QuerySet[Case]:
    codes = [find(code).service.slug for code in words(params, "service_code")]
    if codes:
        cases = cases.filter(slug__in=codes)
    states = {status.lower() for status in words(params, "status")}
    if states - set(STATUSES):
        raise wrong("status: open, closed, or both parted by a comma.")
    if len(states) == 1:
        cases = cases.filter(closed_at__isnull=STATUSES[states.pop()])
    return cases


def _between(cases: QuerySet[Case], params: QueryDict, now: datetime) -> QuerySet[Case]:
    """Keep what was asked between two moments, the last 90 days where none is given, or changed between two."""
    after, before = moment(params, "updated_after"), moment(params, "updated_before")
    if after:
        cases = cases.filter(stage_since__gte=after)
    if before:
        cases = cases.filter(stage_since__lte=before)
    if (after or before) and not (params.get("start_date") or params.get("end_date")):
        return cases
    start, end = span(params, now)
    return cases.filter(opened_at__gte=start, opened_at__lte=end)


def span(asked: QueryDict, now: datetime) -> tuple[datetime, datetime]:
    """Return start_date and end_date, at most 90 days apart; raises Problem 400."""
    start, end = moment(asked, "start_date"), moment(asked, "end_date")
    try:
        if start is None:
            start = (end or now) - LONGEST
        if end is None:
            end = start + LONGEST
    except OverflowError as exc:
        raise wrong("start_date, end_date: nothing lies so far away.") from exc
    if end < start:
        raise wrong("end_date: it lies before start_date.")
    if end - start > LONGEST:
        raise wrong("start_date, end_date: at most 90 days apart; ask for several stretches.")
    return start, end


def one(request: HttpRequest, format: str, reference: str) -> HttpResponse:
    """Say where one request stands."""
    return drawn(format, "service_requests", _rows([seen(request, reference)]))


def seen(request: HttpRequest, reference: str) -> Case:
    """Return a case that may be shown to who asks; raises Problem 404."""
    meant = copied.reference(reference)
    case = seen_by(key_of(request)).filter(reference=meant).first()
    if case is None:
        raise Problem(404, "no_such_request")
    return case


def token(request: HttpRequest, format: str, token: str) -> HttpResponse:
    """Say which request a token became.

    We answer the id at once and so hand out no token. What a caller has instead is its own
    Idempotency-Key, when the answer was lost on the way; and an id is a token of itself.
    """
    if not (token.isascii() and token.isprintable() and len(token) <= 200):
        raise Problem(404, "no_such_token")
    by = sender(request)
    sent_in = SentIn.objects.filter(token=by, key=token).values("case_id")
    case = seen_by(by).filter(Q(reference=token.upper()) | Q(pk__in=sent_in)).first()
    if case is None:
        raise Problem(404, "no_such_token")
    rows = [{"service_request_id": case.reference, "token": token}]
    return drawn(format, "service_requests", rows)


def _rows(rows: Iterable[Case]) -> list[dict[str, object]]:
    """Return requests; which of them are public, and how, is read in one statement."""
    cases = list(rows)
    public = reports.existing().filter(pk__in=[case.pk for case in cases])
    public = public.select_related("case__draft", "case__ward", "case__place__street")
    shown_of = {report.case_id: reports.shown(report) for report in public}
    return [{**_row(case), **_more(shown_of.get(case.pk))} for case in cases]


def _row(case: Case) -> dict[str, object]:
    """Return a request as its sender may see it: where it stands, and nothing that someone typed."""
    service = catalogue.service(case.version_id)
    due = datetime.combine(case.due_on, time(23, 59, 59), ZONE) if case.due_on else None
    return {
        "service_request_id": case.reference,
        "status": statuses.base(case.is_closed),
        "status_notes": impersonal.sentence(case),
        "service_name": service.public.name if service.public else service.about.title,
        "service_code": case.slug,
        "description": None,
        "agency_responsible": council.current().name,
        "service_notice": None,
        "requested_datetime": written(case.opened_at),
        "updated_datetime": written(case.stage_since or case.opened_at),
        "expected_datetime": written(due) if due else None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _more(public: reports.Shown | None) -> dict[str, object]:
    """Return what anyone may see of a public one besides, as the page of reports shows it."""
    if public is None:
        return {}
    photo = addresses.link("report_photo", reference=public.reference, name="")
    return {
        "description": "\n\n".join(filter(None, (public.what or public.name, public.text)))[:LONG],
        "address": public.where or None,
        "lat": public.latitude,
        "long": public.longitude,
        "media_url": f"{photo}{public.photos[0]}" if public.photos else None,
    }
