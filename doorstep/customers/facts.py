"""What the customers room can observe by systems of record: whether somebody is entitled, whether a company is registered."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

from doorstep.customers import entitlement
from doorstep.customers.provider import ORGANISATIONS, OrganisationSource, Registered
from doorstep.forms.facts import Fact, Observed, Unavailable, offer
from doorstep.forms.rules.types import BOOL, DAY, TEXT, Record
from doorstep.outside import plug
from doorstep.outside.errors import OutsideError

REGISTERED = Record("registered company", {"found": BOOL, "name": TEXT, "active": BOOL})

# As long as a form may lie open: what was said is not asked again on the way to sending.
FRESH = timedelta(hours=2)


def entitled(claim: str, surname: str, born: date, purpose: str, now: datetime) -> Observed:
    """Observe whether a claim of benefit runs: "yes", "no" or "unknown", never why."""
    said = entitlement.ask(claim=claim, surname=surname, born=born, purpose=purpose, now=now)
    return Observed(said, now)


def registered(company: str, now: datetime) -> Observed | Unavailable:
    """Observe what the register has under a company's number; without a number nobody is asked, and none is found."""
    source: OrganisationSource = plug.get(ORGANISATIONS)
    try:
        said = source.registered(company) if company else Registered(found=False)
    except OutsideError as exc:
        return Unavailable(str(exc))
    return Observed(asdict(said), now)


def register() -> None:
    """Offer the room's facts: `customers.entitled(claim, surname, born, service)`, `customers.registered(firm.company)`."""
    params = (("claim", TEXT), ("surname", TEXT), ("born", DAY), ("purpose", TEXT))
    offer(Fact("customers.entitled", params, TEXT, "outside", entitled, fresh_for=FRESH))
    number = (("company", TEXT),)
    offer(Fact("customers.registered", number, REGISTERED, "outside", registered, fresh_for=FRESH))
