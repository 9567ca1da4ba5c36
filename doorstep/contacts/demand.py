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
    "pay_link",  # sent to them, to pay: no offer to do it online
    "begun",  # a form, for whoever is there
]
# Stops that say: they need not have come. By code, as the library's services name them; any other is a rule of ours that did its work.
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


# As the service is: one that mends what went wrong of ours says so.
_AS_SERVICE = "as the service"
# What says most of why somebody came stands first: (what, own reason, demand: a kind of failure, value, or ""); no reason: the service's.
_RULES = (
    ("sent", "", _AS_SERVICE),
    # That a rule says no is nothing that went wrong, unless `STOPS` says otherwise.
    ("stopped", "", VALUE),
    ("paid", "", _AS_SERVICE),
    ("pay_link", "", _AS_SERVICE),
    ("decided", "progress", _AS_SERVICE),
    ("link", "", _AS_SERVICE),
    ("signposted", "elsewhere", "signposting"),
    # A person said so, by a button; a look says itself.
    ("answered", "information", _AS_SERVICE),
    ("told", "progress", "chasing"),
    ("looked", "progress", "chasing"),
    ("noted", "progress", "chasing"),
    # What it is about, nobody has said yet.
    ("call_back", "information", ""),
    ("begun", "", _AS_SERVICE),
)


def propose(acts: Sequence[Done], is_failure: Callable[[str], bool]) -> Proposal:
    """Return why somebody came, and whether they need have come; `is_failure` says of a service that it mends what went wrong."""
    for what, reason, demand in _RULES:
        act = next((one for one in reversed(acts) if one.what == what), None)
        if act is not None:
            demand = STOPS.get(act.code, demand) if what == "stopped" else demand
            demand = _of_service(act.service, is_failure) if demand == _AS_SERVICE else demand
            return _as(reason or act.service, demand)
    return Proposal()


def _of_service(service: str, is_failure: Callable[[str], bool]) -> str:
    return "went_wrong" if service and is_failure(service) else VALUE


def _as(reason: str, demand: str) -> Proposal:
    if demand in ("", VALUE):
        return Proposal(reason, demand)
    return Proposal(reason, FAILURE, demand)
