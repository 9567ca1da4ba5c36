"""What people and programs do: a missed bin by the form and by the API, the two-page form, the desk."""

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from bench.load import Visitor
from bench.reports import SLUG

Bin = tuple[int, int]
CONTACT = {"name": "", "email": "ann@resident.example", "phone": ""}


def bins_to_report() -> Iterator[Bin]:
    """Yield homes and their bins that can be reported now: due, the round finished, nothing recorded, none reported before.

    A bin of an earlier run was dealt with, and is not asked about again for some days.
    """
    from django.db.models import Q
    from django.utils import timezone

    from doorstep.cases.models import Case
    from doorstep.council.queries import ZONE
    from doorstep.fieldwork.models import Outcome
    from doorstep.waste import queries
    from doorstep.waste.models import Container, RoundDay

    today = timezone.now().astimezone(ZONE).date()
    lately = timezone.now() - timedelta(days=14)
    reported = Case.objects.filter(Q(closed_at=None) | Q(opened_at__gte=lately), slug="missed-bin")
    known_keys = set(reported.values_list("unique_key", flat=True))
    days = RoundDay.objects.filter(finished_at__isnull=False, delayed_until=None, day__lt=today)
    for row in days.order_by("-day"):
        boxes = list(Container.objects.filter(round_id=row.round_id, kind="black-bin"))
        if not boxes or _due(queries, boxes[0].pk, today) != row.day:
            continue
        since = Outcome.objects.filter(day__gte=row.day, crew_list=row.round_id)
        seen = set(since.values_list("about_key", flat=True))
        for b in boxes:
            if f"missed-bin:{b.pk}" not in known_keys and str(b.pk) not in seen:
                yield b.place_id, b.pk


def _due(queries: Any, box: int, today: date) -> date | None:
    found = queries.container(str(box), today)
    last = queries.last_due(found, today) if found else None
    return last.day if last else None


def report(port: int, uprn: int, box: int) -> Visitor | None:
    """Report a missed bin as a resident does: every page asked for, every form sent, to the confirmation."""
    pages = [
        ("address", {"property": str(uprn)}),
        ("bin", {"container": str(box)}),
        ("contact", CONTACT),
    ]
    return walk(port, "missed-bin", pages)


def two_page(port: int, n: int) -> Visitor | None:
    """Send the form of two pages and six fields."""
    street = {"about": f"Mill Lane {n}", "what": "lamp", "more": "By the bridge, for a week."}
    you = {"name": "Ann Able", "email": "ann@resident.example", "phone": "01632 960 001"}
    return walk(port, "two-page", [("street", street), ("you", you)])


def walk(port: int, slug: str, pages: list[tuple[str, dict[str, str]]]) -> Visitor | None:
    """Go through a form from its start page to the confirmation; nothing where it does not get there."""
    visitor, base = Visitor(port), f"/services/{slug}"
    if not visitor.open(base, "start"):
        return None
    for path, fields in [("begin", {}), *pages, ("check", {})]:
        there = visitor.send(f"{base}/{path}", **fields)
        if not there or not visitor.open(there):
            return None
        if path == "begin":
            base = there.rpartition("/")[0]
    return visitor if there.endswith("/sent") else None


def by_api(port: int, secret: str, uprn: int, box: int) -> bool:
    """Send a missed bin by the API."""
    body = {"channel": "telephone", "answers": {"property": str(uprn), "container": str(box)}}
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = f"bench-{time.time_ns()}-{box}"
    path = "/api/v1/services/missed-bin/cases"
    return Visitor(port).ask("POST", path, json.dumps(body), **headers)[0] == 201


def tokens(count: int) -> list[str]:
    """Return secrets of new API tokens: several, because each may call only so often."""
    from django.utils import timezone

    from doorstep.staff import actions as staff
    from doorstep.staff.models import StaffUser

    now, by = timezone.now(), StaffUser.objects.get(username="administrator")
    names = [f"bench {now:%Y%m%d%H%M%S} {n}" for n in range(count)]
    scopes = ["cases:create"]
    return [staff.make_token(name=n, scopes=scopes, days=30, by=by, now=now)[1] for n in names]


def officer() -> dict[str, str]:
    """Return the cookie of an officer who is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from doorstep.staff.models import StaffUser
    from doorstep.web.kit.session import SessionStore

    user, session = StaffUser.objects.get(username="officer"), SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"sessionid": str(session.session_key)}


def close_own(since: int) -> None:
    """Close what the bench itself reported in this run, so that the same bins can be reported again."""
    from django.utils import timezone

    from doorstep.cases import deciding
    from doorstep.cases.models import Case
    from doorstep.staff.actor import Actor

    by, now = Actor("staff", "officer"), timezone.now()
    own = Case.objects.filter(id__gt=since, slug__in=("missed-bin", SLUG), closed_at=None)
    for case_id in own.values_list("id", flat=True):
        deciding.decide(case_id=case_id, decision="close", reason="bench", by=by, now=now)
