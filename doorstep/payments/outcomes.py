"""Carries what came of a charge to its case."""

from datetime import datetime

from django.db import IntegrityError, transaction

from doorstep.cases import actions as cases
from doorstep.council.errors import Refused
from doorstep.payments.models import Charge
from doorstep.staff.actor import SYSTEM


def report(charge: Charge, name: str, now: datetime) -> bool:
    """Carry an outcome to the case; say whether its workflow knows a way on."""
    try:
        with transaction.atomic():
            cases.record_outcome(
                case_id=charge.case_id,
                name=name,
                by=SYSTEM,
                now=now,
                charge=charge.reference,
                pence=charge.pence,
            )
            return True
    except Refused as exc:
        if exc.code != "no_way_on":
            raise
    except IntegrityError as exc:
        # A closed case would open again beside a newer one about the same thing.
        if "one_open_case_of_a_kind" not in str(exc):
            raise
    return False
