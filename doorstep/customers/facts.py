"""What the customers room can observe: whether somebody is entitled, by a system of record."""

from datetime import date, datetime, timedelta

from doorstep.customers import entitlement
from doorstep.forms.facts import Fact, Observed, offer
from doorstep.forms.rules.types import DAY, TEXT

# As long as a form may lie open: what was said is not asked again on the way to sending.
FRESH = timedelta(hours=2)


def entitled(claim: str, surname: str, born: date, purpose: str, now: datetime) -> Observed:
    """Observe whether a claim of benefit runs: "yes", "no" or "unknown", never why."""
    said = entitlement.ask(claim=claim, surname=surname, born=born, purpose=purpose, now=now)
    return Observed(said, now)


def register() -> None:
    """Offer the room's facts: `customers.entitled(claim, surname, born, service)`."""
    params = (("claim", TEXT), ("surname", TEXT), ("born", DAY), ("purpose", TEXT))
    offer(Fact("customers.entitled", params, TEXT, "outside", entitled, fresh_for=FRESH))
