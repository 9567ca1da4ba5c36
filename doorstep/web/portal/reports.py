"""Reports that anyone may see: list, map, feeds, one report, its photos. Nothing in them is anyone's."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.files import photos
from doorstep.places import spots
from doorstep.places.models import Street, Ward
from doorstep.reports import queries, still_there
from doorstep.reports.models import Report
from doorstep.reports.queries import Shown
from doorstep.text.safe import for_json, for_xml
from doorstep.web.kit import limits, lists
from doorstep.web.kit.access import public
from doorstep.web.kit.alike import alike
from doorstep.web.kit.visitor import may_open

A_PAGE, PINS, FEED, TABLE = 25, 300, 50, 5000
COLUMNS = (
    "reference",
    "service",
    "what",
    "text",
    "where",
    "ward",
    "latitude",
    "longitude",
    "easting",
    "northing",
    "state",
    "status",
    "opened",
    "updated",
    "closed",
    "also_reported_by",
    "address",
    "still_there",
)


@dataclass(frozen=True)
class Wanted:
    """What of the reports is asked for: service, ward, street, state; each "" for all."""

    service: str = ""
    ward: str = ""
    street: str = ""
    state: str = "open"

    @property
    def query(self) -> str:
        """Return it as it stands in an address."""
        return urlencode({k: v for k, v in vars(self).items() if v or k == "state"})

    def of(self, found: QuerySet[Report]) -> QuerySet[Report]:
        """Return those reports of some that are asked for."""
        return queries.narrowed(
            found, slug=self.service, ward=self.ward, usrn=self.street, state=self.state
        )


def _wanted(request: HttpRequest) -> Wanted:
    """Read what is asked for; of what there is none, nothing is said to be wanted."""
    params = {k: request.GET.get(k, "")[:40] for k in ("service", "ward", "street")}
    state = request.GET.get("state", "open")
    return Wanted(**params, state=state if state in (*queries.STATES, "") else "open")


def _place(filters: Wanted) -> tuple[str, str, str]:
    """Return what can be followed of what is asked for: street or ward, its key, its name."""
    if filters.street.isdecimal() and len(filters.street) < 12:
        street = Street.objects.filter(usrn=int(filters.street)).first()
        if street:
            return "street", filters.street, f"{street.name}, {street.locality}"
    ward = Ward.objects.filter(code=filters.ward).first() if filters.ward else None
    return ("ward", ward.code, ward.name) if ward else ("", "", "")


@public
@require_GET
@alike(by=("service", "ward", "street", "state", "page"))
def reports(request: HttpRequest) -> HttpResponse:
    """List reports and show them on a map, a page at a time."""
    filters = _wanted(request)
    page = request.GET.get("page", "1")
    number = min(int(page), 400) if page.isdecimal() and len(page) < 5 and int(page) else 1
    listed = filters.of(queries.public())
    text = request.GET.get("find", "")[:500].strip()
    rows = queries.some(listed, (number - 1) * A_PAGE, A_PAGE + 1)
    context = {
        "rows": rows[:A_PAGE],
        "more": len(rows) > A_PAGE,
        "number": number,
        "wanted": filters,
        "services": queries.services(),
        "wards": Ward.objects.order_by("name"),
        "place": _place(filters),
        "pins": [_pin(row) for row in rows[:A_PAGE]],
        "find": text,
        "streets": [s for s in spots.search(text) if s.street] if text else [],
    }
    return render(request, "portal/reports/list.html", context)


def _pin(row: Shown) -> dict[str, object]:
    words = f"{row.title}, {row.where}"
    there = reverse("report", kwargs={"reference": row.reference})
    return {
        "lat": row.latitude,
        "lon": row.longitude,
        "words": words,
        "state": row.state,
        "href": there,
    }


@public
@require_GET
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one report."""
    one = queries.one(reference)
    if one is None:
        return _none(request, reference)
    row, end = queries.shown(one), queries.stands_for(one.case)
    context: dict[str, object] = {"row": row, "is_own": may_open(request, row.reference)}
    if end is not None:
        there = queries.one(end.reference)
        context["other"] = queries.shown(there) if there else None
        return render(request, "portal/reports/joined.html", context)
    context |= {"pins": [_pin(row)], "case": one.case}
    context |= {"lines": queries.history(one), "along": queries.photos_along(one)}
    too_late = still_there.is_too_late(one.case, timezone.now())
    context |= {"until": still_there.until(one.case), "too_late": too_late}
    return render(request, "portal/reports/one.html", context)


def _none(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead to their own page who sent what is shown to nobody else; anyone else meets "not found"."""
    if not may_open(request, reference):
        raise Http404
    return redirect("case", reference=reference)


@public
@require_safe
def photo(request: HttpRequest, reference: str, name: str) -> HttpResponseBase:
    """Give a photo that an officer, or the service's rule, let through; no other."""
    report = queries.one(reference)
    path = photos.path_of(name, small="small" in request.GET)
    if report is None or path is None or name not in queries.shown(report).photos:
        raise Http404
    # An officer may hide it again.
    answer = FileResponse(path.open("rb"), content_type="image/jpeg")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def _too_often(request: HttpRequest) -> bool:
    return limits.over([limits.person(request, "reports")], 120, 600)


def _refused() -> HttpResponse:
    return HttpResponse("Too many requests. Try again in ten minutes.", status=429)


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Give the latest reports as RSS."""
    if _too_often(request):
        return _refused()
    filters = _wanted(request)
    name = _place(filters)[2]
    rss = Rss201rev2Feed(
        title=f"{_('Reports')}{': ' + name if name else ''} - {council.current().name}",
        link=f"{addresses.link('reports')}?{filters.query}",
        description=_("What people have reported, and what was done."),
        language=council.language(),
    )
    for row in queries.some(filters.of(queries.public()), 0, FEED):
        rss.add_item(
            title=for_xml(f"{row.title}, {row.where}"),
            link=addresses.link("report", reference=row.reference),
            description=for_xml("\n\n".join(filter(None, (row.says, row.text)))),
            pubdate=row.opened_at,
            updateddate=row.stage_since,
            unique_id=row.reference,
            unique_id_is_permalink=False,
            categories=[row.name],
        )
    return HttpResponse(rss.writeString("utf-8"), content_type=rss.content_type)


def _fields(row: Shown) -> list[object]:
    closed = row.closed_at.isoformat() if row.closed_at else ""
    dates = [row.opened_at.isoformat(), row.stage_since.isoformat(), closed]
    where = [row.where, row.ward, row.latitude, row.longitude, row.easting, row.northing]
    there = addresses.link("report", reference=row.reference)
    head = [row.reference, row.slug, row.what or row.name, row.text]
    return [*head, *where, row.state, row.says, *dates, row.joined, there, row.still]


@public
@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """Give the latest reports as JSON."""
    if _too_often(request):
        return _refused()
    rows = queries.some(_wanted(request).of(queries.public()), 0, PINS)
    records = [dict(zip(COLUMNS, _fields(row), strict=True)) for row in rows]
    return JsonResponse({"reports": for_json(records)})


@public
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """Give reports as a table."""
    if _too_often(request):
        return _refused()
    rows = queries.some(_wanted(request).of(queries.public()), 0, TABLE)
    return lists.as_csv("reports.csv", COLUMNS, map(_fields, rows))
