"""Who does something."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Actor:
    """Who acts: a resident, a member of staff (key is their username) or Doorstep itself."""

    kind: Literal["resident", "staff", "system"]
    key: str = ""
    role: str = ""

    @property
    def is_staff(self) -> bool:
        """Say whether a member of staff acts."""
        return self.kind == "staff"


RESIDENT = Actor("resident")
SYSTEM = Actor("system")
