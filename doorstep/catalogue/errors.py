"""What can be wrong with a definition."""


class DefinitionError(Exception):
    """A definition has mistakes; each is one line with file, line and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
