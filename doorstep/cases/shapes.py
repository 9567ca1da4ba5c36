"""The shapes of what a draft and a case keep as JSON; types only.

A case's `facts` are those its service asks for, by the names the service gives them, and beside them
what the platform itself finds out: `moved` here, and what a step keeps, whose room says its shape
(`booked` in bookings, `charge` and `refund` in payments, `passed` in authorities, `job` in fieldwork).
"""

from typing import Literal, NotRequired, TypedDict

from doorstep.forms.journey import Result


class TriedRule(TypedDict):
    """One rule of a check as it came out, with the values it read."""

    rule: str
    held: bool
    read: dict[str, object]


class KeptDecision(TypedDict):
    """What a page's check decided, and when (ISO 8601); `decisions` has one by each page's id."""

    result: Result
    code: str
    tried: list[TriedRule]
    at: str


class PassedStop(TypedDict):
    """Who went past a stop: a resident who says it is wrong, or staff with a reason; `passed` by its code."""

    kind: Literal["dispute", "override"]
    by: str
    reason: NotRequired[str]


Move = Literal["agreed", "given back", "taken back", "link sent", "link opened"]


class Handed(TypedDict):
    """One move of a form from hand to hand: what it was, by which member of staff ("": its person), and when (ISO 8601)."""

    what: Move
    by: str
    at: str


class Reroute(TypedDict):
    """Where a case was moved to, the stage it stood in, and the correction that was learnt from it."""

    to: str
    was: str
    correction: int


class MovedFact(Reroute):
    """The fact `moved`: a reroute with what is said of it; `reference` is the other case's, once it is there."""

    title: str
    next: str
    reference: str
