"""Which role may do what: one table."""

from collections.abc import Iterable

ROLES = {
    "adviser": {"desk.see", "desk.send"},
    "officer": {"desk.see", "desk.send", "desk.decide", "rounds.delay"},
    "supervisor": {"desk.see", "desk.send", "desk.decide", "rounds.delay", "crew.work"},
    "crew": {"crew.work"},
    "designer": set(),
    "manager": {"desk.see"},
    "councillor": set(),
    "administrator": {"desk.see"},
}


def granted(roles: Iterable[str]) -> set[str]:
    """Return the permissions that these roles give together."""
    return set().union(*(ROLES.get(role, set()) for role in roles))
