"""What people are still asked to do, in tests."""

from typing import Any

from doorstep.cases import needs_person


def to_do(case: Any) -> list[str]:
    """Return what is still to be done about a case, in the words of its tasks."""
    return [task.text for task in needs_person.of_cases([case]).get(case.pk, [])]
