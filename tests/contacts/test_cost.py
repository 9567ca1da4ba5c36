"""What contacts cost: to the penny, each at the price of its day; what has no price is counted apart."""

from datetime import date
from typing import Any

import pytest

from doorstep.catalogue.channels import CHANNELS
from doorstep.contacts import cost, figures
from doorstep.contacts.cost import Price
from doorstep.council import queries as council

DAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("channel", "pence"),
    [("face to face", 862_000), ("telephone", 283_000), ("online", 15_000), ("post", 1_210_000)],
)
def test_a_thousand_contacts_cost_to_the_penny(channel: str, pence: int) -> None:
    costs = cost.of([(DAY, channel, 1000)], figures.prices())
    assert costs[channel].pence == pence and costs[channel].unpriced == 0


def test_a_price_that_changes_in_the_middle_of_a_month_counts_from_its_day() -> None:
    prices = {"telephone": [Price(283, date(2012, 1, 1)), Price(300, date(2026, 11, 16))]}
    counts = [(date(2026, 11, day), "telephone", 10) for day in range(1, 31)]
    assert cost.of(counts, prices)["telephone"].pence == 15 * 10 * 283 + 15 * 10 * 300
    assert cost.price_on(date(2026, 11, 15), prices["telephone"]) == prices["telephone"][0]
    assert cost.price_on(date(2026, 11, 16), prices["telephone"]) == prices["telephone"][1]


def test_what_has_no_price_is_left_out_and_said() -> None:
    costs = cost.of([(DAY, "e-mail", 7), (date(2011, 1, 1), "telephone", 3)], figures.prices())
    assert (costs["e-mail"].pence, costs["e-mail"].unpriced) == (0, 7)
    assert (costs["telephone"].priced, costs["telephone"].unpriced) == (0, 3)


def test_a_council_that_says_nothing_has_public_figures_with_their_source() -> None:
    named: Any = council.Council.model_fields["channel_costs"]
    found = named.default_factory()
    assert {c: [(p.pence, p.source) for p in found[c]] for c in found} == {
        "face to face": [(862, "SOCITM 2012")],
        "telephone": [(283, "SOCITM 2012")],
        "online": [(15, "SOCITM 2012")],
        "post": [(1210, "PwC 2009")],
    }
    assert set(found) < set(CHANNELS)
