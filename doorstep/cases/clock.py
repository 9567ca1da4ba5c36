"""The clock that rules are given: a moment, the council's zone and its working days."""

from datetime import datetime

from doorstep.council import queries as council
from doorstep.forms.rules.functions import Clock


def clock_at(now: datetime) -> Clock:
    """Return the clock for a moment."""
    return Clock(now, council.ZONE, council.working_day_test(council.current()))
