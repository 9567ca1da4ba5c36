"""Who asks, as far as it matters for what they may see and do: frozen, and read once a request."""

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.staff.permissions import ROLES, Scope


@dataclass(frozen=True)
class Held:
    """A grant as it is held now: a role, and of which team, ward, crew list or partner it is.

    `team` is a team's name and `key` a crew list's or a partner's code; empty is every one. `ward` is its ONS code.
    """

    role: str
    team: str = ""
    ward: str = ""
    key: str = ""


@dataclass(frozen=True)
class Staff:
    """Somebody who works here or for a partner, with their grants."""

    id: int
    grants: tuple[Held, ...] = ()

    def scopes(self, permission: str) -> list[tuple[Scope, Held]]:
        """Return in which scopes, each by which grant, a permission is held."""
        held = ((ROLES.get(grant.role, {}).get(permission), grant) for grant in self.grants)
        return [(scope, grant) for scope, grant in held if scope]

    def has_list(self, code: str) -> bool:
        """Say whether a crew's list, such as a round, is among those that this person works on."""
        held = self.scopes("crew.work")
        return any(scope != "round" or grant.key in ("", code) for scope, grant in held)

    def may(self, permission: str) -> bool:
        """Say whether a permission is held at all; for which cases, `cases.access` says."""
        return bool(self.scopes(permission))


@dataclass(frozen=True)
class Browser:
    """A resident's browser that was let into these cases by a link, a code, or by sending them."""

    references: frozenset[str]


@dataclass(frozen=True)
class Program:
    """Another system by its token: what it may do, and for which services (none named: for each)."""

    scopes: frozenset[str]
    services: frozenset[str] = frozenset()


@dataclass(frozen=True)
class System:
    """Doorstep itself."""


Who = Staff | Browser | Program | System


def roles_of(grants: Iterable[Held]) -> list[str]:
    """Return the roles among grants, each once, in the order of the table."""
    roles = {grant.role for grant in grants}
    return [role for role in ROLES if role in roles]
