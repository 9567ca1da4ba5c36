"""Carries an outcome to a case that may have no way on with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from doorstep.cases import actions, gathered
from doorstep.council.errors import Refused
from doorstep.staff.actor import Actor


def carry(
    *,
    case_id: int,
    name: str,
    by: Actor,
    now: datetime,
    told: Mapping[str, object] | None = None,
    **data: Any,
) -> bool:
    """Record an outcome, and say whether the case's workflow knows a way on; if not, nothing was changed."""
    try:
        with gathered.savepoint():
            actions.record_outcome(case_id=case_id, name=name, by=by, now=now, told=told, **data)
            return True
    except Refused as exc:
        if exc.code != "no_way_on":
            raise
    except IntegrityError as exc:
        # A closed case would open again beside a newer one about the same thing.
        if "one_open_case_of_a_kind" not in str(exc):
            raise
    return False
