"""Whose a draft is: a pair of a kind and a key, never one text made from what a browser sends."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["browser", "staff", "token", "partner", "made"]
# Each of these owns one draft: what is sent again under its key finds the draft that is there.
ONE_DRAFT_EACH: tuple[Kind, ...] = ("token", "partner", "made")
# A browser whose cookie the version before made, unsigned; nothing new is ever its own.
FORMER = "former"


@dataclass(frozen=True)
class Owner:
    """Whose a draft is.

    The key is, of a browser, the hash of its signed cookie; of staff, the number of their account; of a
    token and of a partner, the number of their kept call; of what is made (a demo's, an example's), a name.
    """

    kind: Kind
    key: str
