"""Run beside an installation, with its environment: many who want the same few places, each with a draft.

`python -m tests.faults.holders calendar` makes a calendar of ten places a day and prints its slots as JSON;
`python -m tests.faults.holders want PROCESSES NUMBER SLOT` has so many drafts of each process ask for one slot;
`python -m tests.faults.holders move PROCESSES NUMBER SLOT…` has each of so many drafts go from slot to slot;
`python -m tests.faults.holders home PROCESSES NUMBER SLOT…` has so many drafts about one home ask for slots.
All begin once every process is ready, then print what each was told, a line for each process.
"""

import json
import multiprocessing
import os
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from multiprocessing.synchronize import Barrier
from uuid import uuid4

from tests.faults.loaded import load

load()

from django.utils import timezone  # noqa: E402

from doorstep.bookings import actions, queries  # noqa: E402
from doorstep.bookings.models import Calendar  # noqa: E402
from doorstep.cases.models import Draft  # noqa: E402
from doorstep.catalogue.models import Version  # noqa: E402
from doorstep.council.errors import Refused  # noqa: E402
from doorstep.council.queries import ZONE  # noqa: E402

THREADS, PLACES, HOME = 6, 10, 1001


def calendar() -> list[str]:
    """Make the calendar; return the slots of three days next week on which somebody collects."""
    made = Calendar.objects.create(
        code="NORTH", name="North", kind="bulky", wards=["E1"], weekdays=list(range(7)),
        capacity=PLACES, unit="items",
    )  # fmt: skip
    first = timezone.now().astimezone(ZONE).date() + timedelta(days=7)
    days = queries.days_in([made], 1, first, first + timedelta(days=9), timezone.now())
    return [d.slot for d in days if d.open][:3]


def drafts(number: int) -> list[Draft]:
    """Make drafts of people who have come as far as the day."""
    now, version = timezone.now(), Version.objects.get(slug="missed-bin")
    return Draft.objects.bulk_create(
        Draft(owner_kind="made", owner_key=uuid4().hex, version=version, slug="missed-bin", created_at=now, updated_at=now)
        for _ in range(number)
    )  # fmt: skip


def hold(draft: Draft, slot: str, home: int | None = None) -> str:
    """Ask for a slot as the form does; return what the person is told."""
    said = {"kind": "bulky", "slot": slot, "load": 1, "minutes": 20, "home": home}
    try:
        actions.hold(draft=draft, **said, now=timezone.now())
        return "held"
    except Refused as exc:
        return exc.code


def want(draft: Draft, slots: list[str]) -> str:
    """Ask for one slot; whoever loses looks at the other days."""
    told = hold(draft, slots[0])
    if told != "slot_gone":
        return told
    day = date.fromisoformat(slots[0][-10:])
    asked = {"first": day, "last": day + timedelta(days=9), "now": timezone.now()}
    shown = queries.days(kind="bulky", uprn=HOME, load=1, draft_id=draft.pk, **asked)
    gone = next(d for d in shown if d.day == day)
    return "gone, others shown" if gone.why and any(d.open for d in shown) else "gone, none shown"


def move(draft: Draft, slots: list[str]) -> str:
    """Go from day to day; only an error would be told."""
    for slot in random.Random(str(draft.pk)).choices(slots, k=8):
        hold(draft, slot)
    return "moved"


def home(draft: Draft, slots: list[str]) -> str:
    """Ask for one of the slots for the same home as everybody."""
    return hold(draft, random.Random(str(draft.pk)).choice(slots), HOME)


def act(draft: Draft, slots: list[str]) -> str:
    """Do what was asked; any error is told by its name."""
    try:
        return ACTS[sys.argv[1]](draft, slots)
    except Exception as exc:
        return f"{type(exc).__name__}: {exc}"


ACTS = {"want": want, "move": move, "home": home}


def together(number: int, slots: list[str], ready: Barrier) -> None:
    """Have so many drafts act a few at a time, once all processes are ready; print what they were told."""
    made = drafts(number)
    ready.wait(60)
    with ThreadPoolExecutor(THREADS) as pool:
        told = Counter(pool.map(lambda draft: act(draft, slots), made))
    # Line and end in one piece, whatever the environment says of buffers: others print at the same moment.
    os.write(sys.stdout.fileno(), f"{json.dumps(told)}\n".encode())


def at_once(processes: int, number: int, slots: list[str]) -> None:
    """Have several processes act at once: forked before there is a connection, so that only one is loaded."""
    fork = multiprocessing.get_context("fork")
    ready = fork.Barrier(processes)
    children = [fork.Process(target=together, args=(number, slots, ready)) for _ in range(processes)]  # fmt: skip
    for child in children:
        child.start()
    for child in children:
        child.join()


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "calendar":
        print(json.dumps(calendar()))
    else:
        at_once(int(rest[0]), int(rest[1]), rest[2:])
