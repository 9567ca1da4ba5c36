"""What a rule gives whatever is answered, because it rests on the council's settings alone, or on nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime

from doorstep.council.queries import ZONE
from doorstep.forms.rules.evaluate import compile_
from doorstep.forms.rules.functions import Clock
from doorstep.forms.rules.parse import Expr, paths_of

# No rule that is fixed looks at it.
_CLOCK = Clock(datetime(2026, 1, 1, tzinfo=UTC), ZONE, lambda day: True)


def value(of: Expr, settings: Mapping[str, object]) -> object:
    """Return what an expression gives by settings alone, or nothing where it rests on more."""
    if not {path.split(".")[0] for path in paths_of(of)} <= {"settings"}:
        return None
    try:
        return compile_(of)({"settings": settings}, _CLOCK)
    except (
        LookupError,
        TypeError,
        AttributeError,
    ):  # a setting that is wrong, which is said as such
        return None
