"""Where requests stand: those shown in public, as `/reports` shows them, and to a sender those its key sent."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.reports import queries as reports
from doorstep.staff.models import Token
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


def seen_by(token: Token | None) -> QuerySet[Case]:
    """Return the cases that may be shown, the newest first: to a sender its own beside the public ones."""
    may = Q(pk__in=reports.public().order_by().values("case_id"))
    if token:
        may |= Q(pk__in=SentIn.objects.filter(token=token).values("case_id"))
    # A sentence reads all of these.
    cases = Case.objects.select_related("draft", "place__street")
    return cases.filter(may).order_by("-opened_at", "-pk")


def requests(request: HttpRequest, format: str) -> HttpResponse:
    """List requests by their ids, or by service, time and status."""
    asked = request.GET
    found = seen_by(key_of(request))
    ids = words(asked, "service_request_id")
    if ids:
        found = found.filter(reference__in=[i.upper() for i in ids])
    else:
        found = _between(_of_kind(found, asked), asked, timezone.now())
    size = number(asked, "page_size", MOST, MOST)
    first = (number(asked, "page", 1, 100_000) - 1) * size
    return drawn(format, "service_requests", _rows(found[first : first + size]))


def _of_kind(found: QuerySet[Case], asked: QueryDict) -> QuerySet[Case]:
    codes = [find(code).service.slug for code in words(asked, "service_code")]
    if codes:
        found = found.filter(slug__in=codes)
    wanted = {status.lower() for status in words(asked, "status")}
    if wanted - set(STATUSES):
        raise wrong("status: open, closed, or both parted by a comma.")
    if len(wanted) == 1:
        found = found.filter(closed_at__isnull=STATUSES[wanted.pop()])
    return found


def _between(found: QuerySet[Case], asked: QueryDict, now: datetime) -> QuerySet[Case]:
    """Keep what was asked between two moments, the last 90 days where none is given, or changed between two."""
    after, before = moment(asked, "updated_after"), moment(asked, "updated_before")
    if after:
        found = found.filter(stage_since__gte=after)
    if before:
        found = found.filter(stage_since__lte=before)
    if (after or before) and not (asked.get("start_date") or asked.get("end_date")):
        return found
    start, end = span(asked, now)
    return found.filter(opened_at__gte=start, opened_at__lte=end)


def span(asked: QueryDict, now: datetime) -> tuple[datetime, datetime]:
    """Return start_date and end_date, at most 90 days apart; raises Problem 400."""
    start, end = moment(asked, "start_date"), moment(asked, "end_date")
    if start is None:
        start = (end or now) - LONGEST
    if end is None:
        end = start + LONGEST
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
    known = reference.isascii() and reference.isprintable()
    found = seen_by(key_of(request)).filter(reference=reference.upper()).first() if known else None
    if found is None:
        raise Problem(404, "no_such_request")
    return found


def token(request: HttpRequest, format: str, token: str) -> HttpResponse:
    """Say which request a token became.

    We answer the id at once and so hand out no token. What a caller has instead is its own
    Idempotency-Key, when the answer was lost on the way; and an id is a token of itself.
    """
    if not (token.isascii() and token.isprintable() and len(token) <= 200):
        raise Problem(404, "no_such_token")
    by = sender(request)
    sent = SentIn.objects.filter(token=by, key=token).values("case_id")
    found = seen_by(by).filter(Q(reference=token.upper()) | Q(pk__in=sent)).first()
    if found is None:
        raise Problem(404, "no_such_token")
    said = [{"service_request_id": found.reference, "token": token}]
    return drawn(format, "service_requests", said)


def _rows(found: Iterable[Case]) -> list[dict[str, object]]:
    """Return requests; which of them are public, and how, is read in one statement."""
    cases = list(found)
    public = reports.public().filter(pk__in=[case.pk for case in cases])
    public = public.select_related("case__draft", "case__ward", "case__place__street")
    shown = {report.case_id: reports.shown(report) for report in public}
    return [{**_row(case), **_more(shown.get(case.pk))} for case in cases]


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


def _more(shown: reports.Shown | None) -> dict[str, object]:
    """Return what anyone may see of a public one besides, as the page of reports shows it."""
    if shown is None:
        return {}
    photo = addresses.link("report_photo", reference=shown.reference, name="")
    return {
        "description": "\n\n".join(filter(None, (shown.what or shown.name, shown.text)))[:LONG],
        "address": shown.where or None,
        "lat": shown.latitude,
        "long": shown.longitude,
        "media_url": f"{photo}{shown.photos[0]}" if shown.photos else None,
    }
