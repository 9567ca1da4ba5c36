"""What a home has had of something that is limited for each home and period, such as a concession on its bookings."""

from datetime import datetime
from typing import Any

from doorstep.bookings.facts import named
from doorstep.cases.models import Case
from doorstep.cases.values import from_json
from doorstep.catalogue import queries as catalogue
from doorstep.council.queries import ZONE
from doorstep.forms.facts import Fact, Observed, offer
from doorstep.forms.rules.parse import Literal
from doorstep.forms.rules.types import DAY, INT, PROPERTY, TEXT, ListOf, Record

# A booking that had some of it: how much, for which day, how its case ended ("" while it is open) and when (today, while
# it is).
USE = Record("use", {"count": INT, "day": DAY, "outcome": TEXT, "closed": DAY})
NAME = "bookings.uses"
# No home has more in the years that cases are kept; nobody's page waits for a longer list.
MOST = 500


def uses(slug: str, uprn: str, what: str, draft: str, now: datetime) -> Observed:
    """Observe what the bookings of a service have had of something at a home, the newest first; not the case of this draft, or the one it changes.

    `what` is the name of a value that a case keeps: how much of it that case had. No service named: nothing is looked up.
    """
    if not slug or not uprn.isdecimal() or len(uprn) > 12:
        return Observed([], now)
    cases = Case.objects.filter(slug=slug, place_id=int(uprn), **{f"facts__{what}__gt": 0})
    own, changed = named(draft)
    if own:
        cases = cases.exclude(draft_id=own)
    if changed:
        cases = cases.exclude(id=changed)
    rows = cases.order_by("-opened_at").only("facts", "outcome", "closed_at", "opened_at")[:MOST]
    return Observed([_use(case, what, now) for case in rows], now)


def _use(case: Case, what: str, now: datetime) -> dict[str, object]:
    booked: dict[str, Any] = from_json(case.facts.get("booked") or {})
    return {
        "count": int(case.facts[what]),
        "day": booked.get("day") or case.opened_at.astimezone(ZONE).date(),
        "outcome": case.outcome,
        "closed": (case.closed_at or now).astimezone(ZONE).date(),
    }


def had(case: Case) -> int:
    """Return how much a case had of what its service counts for each home; 0 where it counts nothing."""
    pages = catalogue.service(case.version_id).form.pages
    calls = (call for page in pages for _, call in page.facts if call.name == NAME)
    what = next((arg.value for call in calls if isinstance(arg := call.args[2], Literal)), "")
    return int(case.facts.get(str(what)) or 0)


def register() -> None:
    """Offer the fact; two at once for one home count one after the other."""
    params = (("service", TEXT), ("property", PROPERTY), ("what", TEXT), ("draft", TEXT))
    offer(Fact(NAME, params, ListOf(USE), "local", uses, turn_args=2))
