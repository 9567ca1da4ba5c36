"""Bulky waste: days looked for, days held, and whole bookings with their payment, all for the same days."""

import itertools
import json
import re
import urllib.request
from collections.abc import Iterator
from functools import partial

from bench import statements
from bench.load import Act, Figure, Measure, Visitor, gets
from bench.servers import Site, paying, running

BASE = "/services/bulky-waste"
SLOT = re.compile(r'name="slot"\s+type="radio"\s+value="([^"]+)"')
REFERENCE = re.compile(r"BW-\w{4}-\w{4}")
DAYS, HOLD = "bulky waste: page of days with room", "bulky waste: a day held, all for one day"
PAID = "bulky waste: booked and paid, 22 requests, all for one day"
# Where a day that is held leads: the demo's council asks whether there is a benefit.
AFTER_DAY = "/benefits"
HERE = {"where": "On the drive"}
YOU = {"name": "Ann Able", "email": "ann@resident.example", "phone": ""}


def homes() -> Iterator[int]:
    """Return homes of one area that have no collection booked; a day of theirs has room for all."""
    from doorstep.bookings.models import Booking, Calendar
    from doorstep.places.models import Property

    Calendar.objects.update(capacity=10_000)
    wards = Calendar.objects.order_by("code")[0].wards
    live = Booking.objects.exclude(state="released").exclude(case=None)
    taken = live.values("case__place")
    found = Property.objects.filter(ward__in=wards, blpu_class="RD").exclude(uprn__in=taken)
    # A list: several clients take from it at once.
    return iter(list(found.order_by("uprn").values_list("uprn", flat=True)[:4000]))


def to_days(port: int, uprn: int) -> Visitor:
    """Answer home and things; the visitor then has the page of days before them."""
    visitor = Visitor(port)
    visitor.open(BASE, "start")
    for path, fields in (
        ("begin", {}),
        ("address", {"property": str(uprn)}),
        ("items", {"things-mattress": "1"}),
    ):
        there = visitor.send(f"{visitor.form or BASE}/{path}", **fields)
        visitor.open(there)
        visitor.form = there.rpartition("/")[0]
    visitor.connection.close()  # it may be long until they go on; then they connect anew
    return visitor


def hold(visitor: Visitor) -> bool:
    """Choose the first day; say whether it is held."""
    page, found = visitor.page, SLOT.search(visitor.page)
    held = bool(found and visitor.send(f"{visitor.form}/day", slot=found[1]).endswith(AFTER_DAY))
    visitor.page = page  # to choose it once more
    return held


def book(port: int, pay: str, uprn: int) -> Visitor | None:
    """Book and pay as a resident does; nothing where it does not end in a receipt."""
    from doorstep.payments.actions import token_of
    from doorstep.payments.models import Attempt

    visitor = to_days(port, uprn)
    if not hold(visitor):
        return None
    visitor.open(f"{visitor.form}/benefits")
    visitor.open(visitor.send(f"{visitor.form}/benefits", benefits="no"))
    visitor.open(visitor.send(f"{visitor.form}/where", **HERE))
    visitor.open(visitor.send(f"{visitor.form}/contact", **YOU))
    sent = visitor.send(f"{visitor.form}/check")
    visitor.ask("GET", sent)
    reference = REFERENCE.search(sent)
    if not reference or not visitor.open(f"/case/{reference[0]}/pay"):
        return None
    visitor.send(f"/case/{reference[0]}/pay")
    attempt = Attempt.objects.get(charge__case__reference=reference[0])
    said = json.dumps({"pay": attempt.provider_id}).encode()
    urllib.request.urlopen(f"{pay}/_control", said, timeout=10).close()
    path = f"/pay/return/{token_of(attempt)}"
    for _ in range(3):
        status, _, headers = visitor.ask("GET", path)
        if status != 302:
            break
        path = headers["Location"]
    return visitor if path.endswith("/receipt") and status == 200 else None


def figures(sites: list[Site], seconds: float) -> list[Figure]:
    """Measure them; the holds are of drafts made beforehand, so that only the hold is timed."""
    measure, here, free = Measure(sites, seconds), sites[0].port, homes()
    waiting = to_days(here, next(free))
    ready = iter([to_days(here, next(free)) for _ in range(150 * len(sites))])

    def holds(port: int) -> Iterator[Act]:
        for visitor in ready:
            visitor.connection = Visitor(port).connection
            yield partial(hold, visitor)

    with paying() as pay:

        def books(port: int) -> Iterator[Act]:
            return itertools.repeat(lambda: bool(book(port, pay, next(free))))

        days = itertools.repeat(f"{waiting.form}/day")
        return [
            measure(DAYS, lambda port: gets(port, days, cookies=waiting.cookies)),
            measure(HOLD, holds),
            measure(PAID, books),
        ]


def count() -> dict[str, float]:
    """Return the statements of each, without the worker's."""
    free = homes()
    with running(worker=False, env=statements.LOGGED) as site, paying() as pay:
        waiting = to_days(site.port, next(free))
        found = statements.of_requests(site, {DAYS: (f"{waiting.form}/day", waiting.cookies)})
        found[HOLD] = statements.of_act(lambda: hold(waiting))
        found[PAID] = statements.of_act(lambda: bool(book(site.port, pay, next(free))))
        return found
