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


def by_key(key: str) -> Actor:
    """Return who did something by the key that was kept of them: staff by their username, a resident by none ("")."""
    return Actor("staff", key) if key else RESIDENT
