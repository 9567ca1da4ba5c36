"""What contacts cost: by channel, at the price of their day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Price:
    """What one contact by a channel costs from a day on, in pence, and who found that out."""

    pence: int
    since: date = date.min
    source: str = ""


@dataclass(frozen=True)
class Cost:
    """What the contacts of a channel cost: how many have a price, and how many have none."""

    pence: int = 0
    priced: int = 0
    unpriced: int = 0


def price_on(day: date, prices: Sequence[Price]) -> Price | None:
    """Return the price of a day: the last one that had begun; nothing where none had."""
    begun = [price for price in prices if price.since <= day]
    return max(begun, key=lambda price: price.since, default=None)


def of(
    counts: Iterable[tuple[date, str, int]], prices: Mapping[str, Sequence[Price]]
) -> dict[str, Cost]:
    """Return what so many contacts of each day and channel cost, by channel; what has no price is counted apart."""
    costs: dict[str, Cost] = {}
    for day, channel, count in counts:
        price, before = price_on(day, prices.get(channel, ())), costs.get(channel, Cost())
        if price is None:
            costs[channel] = Cost(before.pence, before.priced, before.unpriced + count)
        else:
            pence = before.pence + price.pence * count
            costs[channel] = Cost(pence, before.priced + count, before.unpriced)
    return costs
