"""What a concession takes from a price: which items it covers, and a price with another sum. How much is a service's rule."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from doorstep.forms.facts import Fact, Observed, offer
from doorstep.forms.questions.items import ITEM
from doorstep.forms.rules.types import INT, ListOf
from doorstep.waste.load_facts import LIST, PRICE

Rows = Sequence[Mapping[str, Any]]


def beyond(asked: Rows, listed: Rows, covered: int, now: datetime) -> Observed:
    """Observe which of some items are left when so many are covered: the dearest are covered first."""
    pence = {str(row["id"]): int(row["pence"]) for row in listed}
    free = max(0, covered)
    left = {}
    for item in sorted(asked, key=lambda item: -pence.get(str(item["id"]), 0)):
        taken = min(free, int(item["count"]))
        free -= taken
        left[str(item["id"])] = int(item["count"]) - taken
    rows = [{"id": item["id"], "count": left[str(item["id"])]} for item in asked]
    return Observed([row for row in rows if row["count"] > 0], now)


def at_price(price: Mapping[str, Any], pence: int, now: datetime) -> Observed:
    """Observe a price with another sum, which is never below nothing: what it is for stays as it was."""
    return Observed({**price, "pence": max(0, pence)}, now)


def register() -> None:
    """Offer the facts."""
    covers = (("items", ListOf(ITEM)), ("list", LIST), ("covered", INT))
    offer(Fact("waste.beyond", covers, ListOf(ITEM), "local", beyond))
    offer(Fact("waste.at_price", (("price", PRICE), ("pence", INT)), PRICE, "local", at_price))
