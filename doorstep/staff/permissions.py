"""Which role may do what, and to which cases: one table, data only (docs/permissions.md is printed from it).

A permission is a word of a room and a verb; a view names the one that it needs. Beside it stands its scope: which cases
it is for, and of permissions that are about no case, "any". A grant (`staff.who.Held`) gives a role to somebody and says
which team, ward, crew list or partner that role is of.
"""

from typing import Literal

# Which cases:
Scope = Literal[
    "any",  # every case
    "team",  # those of the grant's team; of a grant without one, those of every team
    "ward",  # those at a location in the grant's ward
    "round",  # those with work on the grant's list; of a grant without one, on any list
    "sent",  # those that were sent to the grant's partner
]
# `desk.open` is the door to the desk itself; what is behind it has permissions of its own.
_DESK: dict[str, Scope] = {"desk.open": "any"}
_ADVISER: dict[str, Scope] = {
    **_DESK,
    "desk.see": "any",
    "case.contact": "any",
    "case.note": "any",
    "desk.send": "any",
    "tasks.see": "any",
    "homes.see": "any",
    "customer.see": "any",
    "customer.change": "any",
    "bookings.see": "any",
    "payments.take": "any",
}
# Sees every case that is not restricted, and changes nothing but by a note.
_READER: dict[str, Scope] = {
    **_DESK,
    "desk.see": "any",
    "case.contact": "any",
    "case.note": "any",
    "tasks.see": "any",
    "homes.see": "any",
    "customer.see": "any",
    "bookings.see": "any",
}
_OFFICER: dict[str, Scope] = {
    **_ADVISER,
    "bookings.change": "any",
    "desk.decide": "team",
    "rounds.delay": "any",
    "rounds.plan": "any",
    "services.see": "any",
    "words.teach": "any",
    "payments.waive": "team",
    "payments.see": "any",
    "payments.refund": "team",
}
ROLES: dict[str, dict[str, Scope]] = {
    "reader": _READER,
    "adviser": _ADVISER,
    "officer": _OFFICER,
    "supervisor": {
        **_OFFICER,
        # A restricted case is open only to who has this for it, beside what else is needed.
        "case.restricted": "team",
        # A restricted person's record, with a reason; and who opened a person's record.
        "customer.restricted": "any",
        "customer.trace": "any",
        # The contacts of a day and what they cost; and what somebody else's contact was about.
        "contacts.see": "any",
        "contacts.correct": "any",
        "crew.work": "team",
        "status.see": "any",
        "status.mend": "any",
        "payments.export": "any",
    },
    # What a crew sees of a case is its work; whom it is for is told where the work needs it, in the job's own words.
    "crew": {"crew.work": "round"},
    # A parish, the police, a contractor: what was sent to them, without the contact.
    "partner": {**_DESK, "desk.see": "sent"},
    # Reports of their own ward, without the contact.
    "councillor": {**_DESK, "desk.see": "ward"},
    "designer": {
        **_DESK,
        "services.see": "any",
        "services.publish": "any",
        "words.teach": "any",
    },
    # Figures, and cases without names.
    "manager": {
        **_DESK,
        "desk.see": "any",
        "contacts.see": "any",
        "bookings.see": "any",
        "services.see": "any",
        "status.see": "any",
        "payments.see": "any",
        "payments.export": "any",
    },
    # Who runs it sees no case's content.
    "administrator": {
        **_DESK,
        "services.see": "any",
        "services.publish": "any",
        "tokens.manage": "any",
        "people.manage": "any",
        "status.see": "any",
        "status.mend": "any",
    },
}
# Permissions that are about cases: who has one has it for some, and each case is asked about (cases.permits).
OF_CASES = frozenset(
    {
        "desk.see", "desk.send", "desk.decide", "case.contact", "case.note", "case.restricted",
        "payments.take", "payments.waive", "payments.refund", "crew.work",
    }
)  # fmt: skip
# What says of which cases a grant is, by the role that must have it; of the others it may stand empty.
OF_TEAM = ("officer", "supervisor")
OF_WARD = ("councillor",)
OF_KEY = ("crew", "partner")
MUST = {"councillor": "ward", "partner": "key"}
# What a token of the API may do: the one list, with what each means where a person ticks it.
SCOPES = ("cases:create", "cases:read")
