"""A mistake in a definition, as a value: where it stands, which kind it is, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake: its file, its path and line there, the code of its kind, and words for who writes services.

    A warning does not stop a service from being published.
    """

    file: str
    path: tuple[object, ...]
    line: int
    code: str
    words: str
    is_warning: bool = False

    def __str__(self) -> str:
        """Return it as one line, such as "form.yaml:12: nothing is called `{bin}` here"."""
        return f"{self.file}:{self.line}: {'warning: ' if self.is_warning else ''}{self.words}"


def each_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return mistakes without those that read alike: what is marked `&name` stands in several places."""
    return list({(p.code, str(p)): p for p in reversed(list(problems))}.values())[::-1]


@dataclass(frozen=True)
class Place:
    """A place in a file of a definition: its path from the top, and its line."""

    file: str
    path: tuple[object, ...] = ()
    line: int = 1

    def __str__(self) -> str:
        """Return it as "file:line"."""
        return f"{self.file}:{self.line}"

    def wrong(self, code: str, words: str) -> Problem:
        """Return the mistake of this kind that stands here."""
        return Problem(self.file, self.path, self.line, code, words)

    def doubtful(self, code: str, words: str) -> Problem:
        """Return the warning of this kind that stands here."""
        return Problem(self.file, self.path, self.line, code, words, is_warning=True)
