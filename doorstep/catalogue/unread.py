"""What of a definition could not be read, so that what only follows from that is not said as a mistake of its own."""

import re
from dataclasses import dataclass, field
from typing import Any

from doorstep.catalogue.problem import Problem
from doorstep.catalogue.shape import Shaped
from doorstep.forms.rules.errors import RuleError

# Without the first no settings are known, without the second no answers and facts, without the third nothing that steps say.
_ALL_OF = ("service.yaml", "form.yaml", "workflow.yaml")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")


@dataclass
class Unread:
    """Names that stand in what was left out, and places where something stands in for what was written."""

    lost: set[str] = field(default_factory=set)
    mended: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    # Files that could not be read at all.
    files: set[str] = field(default_factory=set)
    # Names in rules that could not be read: what those would have proved is not known.
    unproved: set[str] = field(default_factory=set)

    def take(self, name: str, shaped: Shaped[Any]) -> None:
        """Take in what of a file could not be read."""
        self.lost |= shaped.lost
        self.mended += [(name, path) for path in shaped.mended]
        if () in shaped.mended and name in _ALL_OF:
            self.files.add(name)
        if name == "service.yaml":
            settings = (path[1] for path in shaped.mended if path[:1] == ("settings",) and path[1:])
            self.lost |= {f"settings.{setting}" for setting in settings}

    def doubt(self, rule: str, exc: RuleError) -> None:
        """Remember what a rule that could not be read is about; one that itself lacks a proof takes none away."""
        if "may be nothing" not in exc.message:
            self.unproved |= set(_NAME.findall(rule))

    def is_lost(self, path: str) -> bool:
        """Say whether a name, or what it is part of, stands in what could not be read."""
        if path.split(".")[0] == "settings":
            return "service.yaml" in self.files or self._is_named(path)
        return bool(self.files - {"service.yaml"}) or self._is_named(path)

    def _is_named(self, path: str) -> bool:
        parts = path.split(".")
        return any(".".join(parts[: n + 1]) in self.lost for n in range(len(parts)))

    def follows(self, rule: str, exc: RuleError) -> bool:
        """Say whether a rule's mistake is only that it rests on what could not be read."""
        if exc.unknown:
            return self.is_lost(exc.unknown)
        names = set(_NAME.findall(rule))
        if "may be nothing" in exc.message and names & self.unproved:
            return True
        return any(
            self.is_lost(name) if name.startswith("settings.") else self._is_named(name)
            for name in names
        )

    def is_mended(self, file: str, *path: object) -> bool:
        """Say whether something stands in at a path, or within; nothing in the path stands for any part of it."""
        return any(
            name == file
            and len(at) >= len(path)
            and all(part in (None, there) for part, there in zip(path, at, strict=False))
            for name, at in self.mended
        )

    def explains(self, problem: Problem) -> bool:
        """Say whether a mistake stands where something only stands in for what was written."""
        return any(
            file == problem.file and problem.path[: len(path)] == path for file, path in self.mended
        )
