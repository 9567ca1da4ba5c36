"""The stand-in for GOV.UK Pay in tests: the same application as in the demo, over HTTP on loopback."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Sum

from doorstep.cases import submitting
from doorstep.cases.models import Case
from doorstep.catalogue.service import Service
from doorstep.outside import breaker
from doorstep.payments.models import Attempt, Charge, Movement, Refund
from doorstep.staff.actor import RESIDENT
from standins.govuk_pay.app import StandIn
from tests.filling import fill
from tests.publishing import publish_folder
from tests.serving import serving

KEY, SECRET = "api_test_standin", "whsec-of-the-stand-in"


class Pay:
    """The running stand-in, what it knows, and its control."""

    def __init__(self, app: StandIn, url: str) -> None:
        self.app, self.url = app, url

    def control(self, **said: object) -> dict[str, Any]:
        """Tell the stand-in what to do from now on; whoever left it alone asks it again."""
        breaker.forget()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(f"{self.url}/_control", json.dumps(said).encode())
        with opener.open(request, timeout=10) as answer:
            return dict(json.loads(answer.read()))

    @property
    def payments(self) -> list[dict[str, Any]]:
        """Return every payment it knows, the first made first."""
        return list(self.app.till.payments.values())

    @property
    def taken(self) -> int:
        """Return the pence it holds for us: paid and not given back."""
        return sum(self.app.till.left(p) for p in self.payments)


@contextmanager
def running(path: str = ":memory:", port: int = 0) -> Iterator[Pay]:
    """Run the stand-in until the block ends."""
    app = StandIn(key=KEY, secret=SECRET, hook="", path=path)
    with serving(app, port) as url:
        yield Pay(app, url)


def pay_standin(settings: Any) -> Iterator[Pay]:
    """Run the stand-in and point the connector at it."""
    with running() as pay:
        settings.GOVUK_PAY_URL = settings.GOVUK_PAY_PAGES = pay.url
        settings.GOVUK_PAY_KEY = KEY
        settings.GOVUK_PAY_SIGNING_SECRET = SECRET
        yield pay


FEE = Path(__file__).parent / "payments" / "services" / "small-fee"


def fee_service(now: datetime) -> Service:
    """Publish the tests' own service: one question and a fee."""
    return publish_folder(FEE, now)


def fee_case(service: Service, now: datetime, email: str = "ann@resident.example") -> Case:
    """Send the tests' own service: a case that waits for its fee."""
    draft = fill(service, {"sure": True, "email": email or None}, now=now)
    made, _ = submitting.submit(draft_id=draft.id, by=RESIDENT, now=now)
    assert made is not None
    return made


def agree(pay: Pay) -> None:
    """Hold that ledger, attempts, case and provider all say the same."""
    held = Movement.objects.aggregate(s=Sum("pence"))["s"] or 0
    on_the_way = Refund.objects.filter(state="submitted").aggregate(s=Sum("pence"))["s"] or 0
    assert held - on_the_way == pay.taken
    for attempt in Attempt.objects.exclude(provider_id=None):
        (theirs,) = [p for p in pay.payments if p["id"] == attempt.provider_id]
        assert (theirs["status"] == "success") == (attempt.state == "paid")
    for charge in Charge.objects.all():
        paid = charge.movements.filter(pence__gt=0).exists()
        assert paid == (charge.state == "paid")
        assert (charge.case.stage in ("paying", "lapsed", "closed")) == (not paid), (
            charge.case.stage
        )
