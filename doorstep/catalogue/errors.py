"""What can be wrong with a definition."""

from collections.abc import Iterable

from doorstep.catalogue.problem import Problem


class DefinitionError(Exception):
    """A definition has mistakes; each is a Problem, and as text a line with file, line and what to do."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return each mistake on a line of its own."""
        return "\n".join(map(str, self.problems))
