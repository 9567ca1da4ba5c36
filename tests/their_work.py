"""What tests of a council with a waste system of its own do again and again."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.waste import mirror, sheets
from doorstep.waste.models import Container, Sheet
from standins.whitespace.app import StandIn
from tests import whitespace
from tests.district import FIRST_UPRN

HOME = FIRST_UPRN + 1
MINUTE = timedelta(minutes=1)


def box(home: int = HOME) -> Container:
    """Return a home's one container."""
    return Container.objects.select_related("round").get(place_id=home)


def reported(there: StandIn, district: Any) -> Case:
    """Report the first home's bin as missed, which the crew was through with."""
    whitespace.done_in_cab(there, district, HOME)
    mirror.bring(HOME, district.now)
    district.boxes = [box()]
    case: Case = district.case(0)
    return case


def looked(at: datetime) -> None:
    """Do what the look of a minute asks for."""
    sheets.look(at)
    for row in Sheet.objects.filter(next_at__lte=at, job__isnull=False).order_by("pk"):
        sheets.go_on(sheet_id=row.pk, now=at)


def sent(at: datetime | None = None) -> Sheet:
    """Do what the look of a minute asks for, and return the one sheet that is ours."""
    looked(at or timezone.now())
    return Sheet.objects.get(job__isnull=False)
