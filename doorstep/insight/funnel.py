"""The funnel of a service over some days: who started, how far each page led, where people stopped, left and sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Sum

from doorstep.catalogue import queries as catalogue
from doorstep.council.queries import ZONE
from doorstep.insight.cells import CHECK, START, TIMES
from doorstep.insight.models import StepCell
from doorstep.payments.models import Charge


@dataclass
class Page:
    """What happened on one page; `median` is the time in seconds that half of those who answered it took less than, or nothing."""

    id: str
    counts: Counter[str] = field(default_factory=Counter)
    median: int | None = None


@dataclass
class Funnel:
    """What was counted of a service over some days, all of it "at least"."""

    totals: Counter[str]
    pages: list[Page]
    errors: Counter[tuple[str, str]]
    stops: Counter[tuple[str, str]]
    # Started and sent, by device and by channel.
    devices: dict[str, Counter[str]]
    channels: dict[str, Counter[str]]


def week(name: str) -> date:
    """Return the Monday of a week such as 2026-W47 (ISO 8601); raises ValueError."""
    year, _, number = name.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def last_week(today: date) -> date:
    """Return the Monday of the last week that is over."""
    return today - timedelta(days=today.weekday() + 7)


def of(slug: str, first: date, last: date) -> Funnel:
    """Return the funnel of a service from one day to another, both counted."""
    funnel = Funnel(Counter(), [], Counter(), Counter(), {}, {})
    pages: dict[str, Page] = {}
    times: dict[str, Counter[int]] = {}
    cells = StepCell.objects.filter(service=slug, day__range=(first, last))
    rows = cells.values_list("page", "what", "detail", "device", "channel").annotate(Sum("n"))
    for page, what, detail, device, channel, n in rows.order_by():
        if what == "time":
            times.setdefault(page, Counter())[int(detail)] += n
            continue
        pages.setdefault(page, Page(page)).counts[what] += n
        funnel.totals["start page" if page == START else what] += n
        if what == "error":
            funnel.errors[page, detail] += n
        if what == "stop":
            funnel.stops[page, detail] += n
        if what in ("started", "sent"):
            funnel.devices.setdefault(device, Counter())[what] += n
            funnel.channels.setdefault(channel, Counter())[what] += n
    funnel.totals += _paid(slug, first, last)
    for id_, page in pages.items():
        page.median = _median(times.get(id_, Counter()))
    funnel.pages = [pages[id_] for id_ in _in_order(slug, pages.keys() - {START})]
    return funnel


def _paid(slug: str, first: date, last: date) -> Counter[str]:
    """Return how many of the forms that were sent were to be paid for, and how many of these are paid."""
    began = datetime.combine(first, time(), ZONE)
    ended = datetime.combine(last + timedelta(days=1), time(), ZONE)
    charges = Charge.objects.filter(
        case__slug=slug, case__opened_at__gte=began, case__opened_at__lt=ended
    )
    of_counted = charges.exclude(case__device="")
    paid = of_counted.filter(state="paid").values("case").distinct().count()
    return Counter({"to pay": of_counted.values("case").distinct().count(), "paid": paid})


def _median(times: Counter[int]) -> int | None:
    """Return the first bound that at least half lie under; nothing where nothing was timed."""
    half, seen = times.total() / 2, 0
    for bound in TIMES:
        seen += times[bound]
        if seen and seen >= half:
            return bound
    return None


def _in_order(slug: str, ids: Iterable[str]) -> list[str]:
    """Return pages as the form has them now; those of earlier versions follow, the answers come last."""
    service = catalogue.current(slug)
    at = {page.id: n for n, page in enumerate(service.form.pages)} if service else {}
    return sorted(ids, key=lambda id_: (id_ == CHECK, at.get(id_, len(at)), id_))
