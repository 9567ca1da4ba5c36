"""Proposes by rule why people came and whether they need have come, from what was done in a contact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from doorstep.contacts.reasons import FAILURE, VALUE

# What can be done in a contact.
What = Literal[
    "sent",  # a form, which became a case
    "stopped",  # a form met a stop: the rules say no, or not now
    "looked",  # at a case's page
    "told",  # where a case stands
    "answered",  # a question, out of what we know
    "noted",  # in a case
    "decided",  # a choice made for them in a case
    "signposted",  # to somebody else
    "call_back",  # promised
    "link",  # sent to them, to go on online
    "paid",
]
# Stops that say: they need not have come. By code, as the library's services name them; any other is what the service is.
STOPS = {
    "reported": "duplicate",
    "keyed_elsewhere": "duplicate",
    "keyed_elsewhere_no_day": "duplicate",
    "has_booking": "duplicate",
    "in_dispute": "chasing",
    "came_back": "chasing",
    "dealt_with": "closed_early",
    "in_progress": "clarification",
    "delayed": "clarification",
    "not_due": "clarification",
    "future": "clarification",
    "to_authority": "signposting",
    "to_service": "signposting",
    "outside": "signposting",
    "road": "signposting",
    "motorway": "signposting",
    "water": "signposting",
    "wires": "signposting",
    "not_here": "signposting",
}


@dataclass(frozen=True)
class Done:
    """One thing that was done: what, at which service, with which stop."""

    what: str
    service: str = ""
    code: str = ""


@dataclass(frozen=True)
class Proposal:
    """Why they came, as the rule has it: reason, demand, and of failure demand its kind; "" where it cannot tell."""

    reason: str = ""
    demand: str = ""
    kind: str = ""


# What says most of why somebody came stands first: (what, own reason, kind of failure); no reason: the service's; no kind: as the
# service is.
_RULES = (
    ("sent", "", ""),
    ("stopped", "", ""),
    ("paid", "", ""),
    ("decided", "progress", ""),
    ("link", "", ""),
    ("signposted", "elsewhere", "signposting"),
    ("told", "progress", "chasing"),
    ("looked", "progress", "chasing"),
    ("noted", "progress", "chasing"),
    ("answered", "information", ""),
    ("call_back", "information", ""),
)


def propose(acts: Sequence[Done], is_failure: Callable[[str], bool]) -> Proposal:
    """Return why somebody came, and whether they need have come; `is_failure` says of a service that it mends what went wrong."""
    for what, reason, kind in _RULES:
        act = next((one for one in reversed(acts) if one.what == what), None)
        if act is not None:
            kind = STOPS.get(act.code, "") if what == "stopped" else kind
            return _as(reason or act.service, kind or _of_service(act.service, is_failure))
    return Proposal()


def _of_service(service: str, is_failure: Callable[[str], bool]) -> str:
    return "went_wrong" if service and is_failure(service) else ""


def _as(reason: str, kind: str) -> Proposal:
    return Proposal(reason, FAILURE if kind else VALUE, kind)
