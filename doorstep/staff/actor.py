"""Who does something."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Actor:
    """Who acts: a resident, a member of staff (key is their username), another system by its token
    (key is the token's name) or Doorstep itself."""

    kind: Literal["resident", "staff", "token", "system"]
    key: str = ""
    role: str = ""

    @property
    def is_staff(self) -> bool:
        """Say whether a member of staff acts."""
        return self.kind == "staff"


RESIDENT = Actor("resident")
SYSTEM = Actor("system")
