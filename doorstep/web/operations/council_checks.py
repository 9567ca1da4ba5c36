"""A council's data is checked before anything is served: by `migrate`, and by `services check`."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning

from doorstep.council import checking
from doorstep.staff import joining
from doorstep.waste import sorting, theirs


def council(**_kwargs: Any) -> list[CheckMessage]:
    """Return an error for each thing that is wrong in the council's folder, a warning for what is not shown."""
    problems = checking.problems() or joining.problems() or sorting.problems() or theirs.problems()
    if problems:
        return [Error(problem, id="doorstep.E002") for problem in problems]
    return [Warning(doubt, id="doorstep.W003") for doubt in checking.doubts()]
