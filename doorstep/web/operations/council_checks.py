"""A council's data is checked before anything is served: by `migrate`, and by `services check`."""

from typing import Any

from django.core.checks import CheckMessage, Error

from doorstep.council import checking
from doorstep.waste import sorting


def council(**_kwargs: Any) -> list[CheckMessage]:
    """Return an error for each thing that is wrong in the council's folder."""
    problems = checking.problems() or sorting.problems()
    return [Error(problem, id="doorstep.E002") for problem in problems]
