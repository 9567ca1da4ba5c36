"""What large items cost to take away, by the ways that councils really charge; pure sums over a tariff.

The ways (`model`): `single`, one price; `band`, one price up to so many items, another above; `item`, each item
its own price with a least sum, for homes or for trade; `points`, each item has points, and the highest level not
above their sum says the price. Upholstered seats may hold persistent organic pollutants (POPs), which are burnt
apart and may cost more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
# The price of a level that is too much for one collection.
REFUSED = -1


@dataclass(frozen=True)
class Load:
    """What is to be taken: rows of the list with how many of each; and what the price may depend on."""

    chosen: Sequence[tuple[Row, int]]
    saturday: bool = False
    pension: bool = False
    trade: bool = False

    @property
    def count(self) -> int:
        """Return how many things there are."""
        return sum(n for _, n in self.chosen)

    @property
    def points(self) -> int:
        """Return their points."""
        return sum(row["points"] * n for row, n in self.chosen)

    @property
    def pops(self) -> bool:
        """Say whether any may hold persistent organic pollutants."""
        return any(row["pops"] for row, _ in self.chosen)


def _single(load: Load, tariff: Row, levels: Sequence[Row]) -> int:
    return int(tariff["base_pops"] if load.pops else tariff["base"])


def _band(load: Load, tariff: Row, levels: Sequence[Row]) -> int:
    if load.count > tariff["band_most"]:
        return _single(load, tariff, levels)
    return int(tariff["band_pops"] if load.pops else tariff["band"])


def _item(load: Load, tariff: Row, levels: Sequence[Row]) -> int:
    pence, least = ("trade_pence", "trade_least") if load.trade else ("pence", "least")
    return max(int(tariff[least]), sum(int(row[pence]) * n for row, n in load.chosen))


def _points(load: Load, tariff: Row, levels: Sequence[Row]) -> int:
    column = {
        (False, False): "pence",
        (True, False): "saturday",
        (False, True): "pension",
        (True, True): "saturday_pension",
    }[(load.saturday, load.pension)]
    reached = [level for level in levels if level["from_points"] <= load.points]
    return int(max(reached, key=lambda level: level["from_points"])[column]) if reached else 0


MODELS: dict[str, Callable[[Load, Row, Sequence[Row]], int]] = {
    "single": _single,
    "band": _band,
    "item": _item,
    "points": _points,
}


def price(load: Load, tariff: Row, levels: Sequence[Row]) -> int:
    """Return the price in pence, REFUSED where it is too much for one collection; nothing taken costs nothing."""
    if not load.chosen:
        return 0
    pence = MODELS[str(tariff["model"])](load, tariff, levels)
    if pence == REFUSED or tariff["model"] == "points":  # whose Saturdays have prices of their own
        return pence
    return pence + (int(tariff["saturday"]) if load.saturday else 0)


def chosen(asked: Sequence[Row], listed: Sequence[Row]) -> list[tuple[Row, int]]:
    """Return the list's rows that were asked for, with how many; what left the list meanwhile is left out."""
    rows = {str(row["id"]): row for row in listed}
    return [(rows[str(a["id"])], int(a["count"])) for a in asked if str(a["id"]) in rows]
