"""Which role may do what: one table."""

from collections.abc import Iterable

# `desk.open` is the door to the desk itself; what is behind it has permissions of its own.
ROLES = {
    "adviser": {"desk.open", "desk.see", "desk.send", "bookings.see", "payments.take"},
    "officer": {
        "desk.open",
        "desk.see",
        "bookings.see",
        "bookings.change",
        "desk.send",
        "desk.decide",
        "rounds.delay",
        "rounds.plan",
        "services.see",
        "words.teach",
        "payments.take",
        "payments.waive",
        "payments.see",
        "payments.refund",
    },
    "supervisor": {
        "desk.open",
        "desk.see",
        "bookings.see",
        "bookings.change",
        "desk.send",
        "desk.decide",
        "rounds.delay",
        "rounds.plan",
        "crew.work",
        "services.see",
        "words.teach",
        "status.see",
        "status.mend",
        "payments.take",
        "payments.waive",
        "payments.see",
        "payments.refund",
        "payments.export",
    },
    "crew": {"crew.work"},
    "designer": {"desk.open", "services.see", "services.publish", "words.teach"},
    "manager": {
        "desk.open",
        "desk.see",
        "bookings.see",
        "services.see",
        "status.see",
        "payments.see",
        "payments.export",
    },
    "councillor": set(),
    "administrator": {
        "desk.open",
        "desk.see",
        "bookings.see",
        "services.see",
        "services.publish",
        "tokens.manage",
        "status.see",
        "status.mend",
    },
}
# What a token of the API may do: the one list, with what each means where a person ticks it.
SCOPES = ("cases:create", "cases:read")


def granted(roles: Iterable[str]) -> set[str]:
    """Return the permissions that these roles give together."""
    return set().union(*(ROLES.get(role, set()) for role in roles))
