"""Cases of a loose sign, which is another authority's."""

from typing import Any

from django.utils import timezone

from doorstep.authorities.models import Passed
from doorstep.cases.models import Case
from doorstep.catalogue.service import Service
from doorstep.intake import orders
from doorstep.staff.actor import RESIDENT
from tests.filling import made
from tests.open311.conftest import HERE


def signed(service: Service, **more: Any) -> Case:
    """Return a case of a loose sign."""
    spot = {"lat": float(HERE["lat"]), "lon": float(HERE["long"])}
    answers = {"spot": spot, "damage": ["leg"], "danger": True, "detail": "It swings <&>.", **more}
    answers |= {"name": "Ann Lee", "email": "ann@resident.example"}
    order = orders.Order(service, "online", answers)
    return orders.place(order, owner=made(), by=RESIDENT, now=timezone.now())


def tidy() -> None:
    """Forget claims and failures, as if minutes had passed."""
    Passed.objects.update(tried_at=None)
