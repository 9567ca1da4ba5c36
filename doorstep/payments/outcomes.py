"""Carries what came of a charge to its case."""

from datetime import datetime

from doorstep.cases import outcomes
from doorstep.payments.models import Charge
from doorstep.staff.actor import SYSTEM


def report(charge: Charge, name: str, now: datetime) -> bool:
    """Carry an outcome to the case; say whether its workflow knows a way on."""
    return outcomes.carry(
        case_id=charge.case_id,
        name=name,
        by=SYSTEM,
        now=now,
        charge=charge.reference,
        pence=charge.pence,
    )
