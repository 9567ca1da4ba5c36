"""What large items cost: every way of charging as a table of cases, and what the room observes of a load."""

from datetime import UTC, datetime
from typing import Any

import pytest

from doorstep.council import queries as council
from doorstep.waste import load_facts, loads

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"id": "chair", "label": "Chair", "points": 1, "pence": 500, "trade_pence": 1500, "most": 6, "pops": False, "instead": ""},
    {"id": "sofa", "label": {"en": "Sofa", "cy": "Soffa"}, "points": 4, "pence": 2000, "trade_pence": 4000, "most": 2, "pops": True, "instead": ""},
    {"id": "paint", "label": "Paint", "points": 0, "pence": 0, "trade_pence": 0, "most": 0, "pops": False, "instead": {"en": "Recycling centre", "cy": "Canolfan ailgylchu"}},
]  # fmt: skip
TARIFF = {"base": 3000, "base_pops": 3500, "band_most": 2, "band": 2000, "band_pops": 2500, "least": 1000, "trade_least": 3000, "saturday": 700}  # fmt: skip
LEVELS = [
    {"from_points": 5, "pence": 2000, "saturday": 2600, "pension": 1000, "saturday_pension": 1300},
    {"from_points": 1, "pence": 1000, "saturday": 1300, "pension": 500, "saturday_pension": 650},
    {"from_points": 9, "pence": -1, "saturday": -1, "pension": 1600, "saturday_pension": -1},
]


def load(chairs: int = 0, sofas: int = 0, **how: bool) -> loads.Load:
    asked = [{"id": "chair", "count": chairs}, {"id": "sofa", "count": sofas}]
    return loads.Load(loads.chosen([a for a in asked if a["count"]], ROWS), **how)


@pytest.mark.parametrize(
    ("model", "of", "pence"),
    [
        # One price, another where something may hold POPs.
        ("single", load(1), 3000),
        ("single", load(6), 3000),
        ("single", load(5, 1), 3500),
        ("single", load(1, saturday=True), 3700),
        ("single", load(0, 1, saturday=True), 4200),
        # A band up to so many items, the last of them included; POPs in each.
        ("band", load(2), 2000),
        ("band", load(3), 3000),
        ("band", load(1, 1), 2500),
        ("band", load(2, 1), 3500),
        ("band", load(2, saturday=True), 2700),
        # Each item its own price, with a least sum; other prices and another least sum for trade.
        ("item", load(1), 1000),
        ("item", load(2), 1000),
        ("item", load(3), 1500),
        ("item", load(1, 2), 4500),
        ("item", load(1, trade=True), 3000),
        ("item", load(2, trade=True), 3000),
        ("item", load(1, 1, trade=True), 5500),
        ("item", load(1, saturday=True), 1700),
        ("item", load(1, trade=True, saturday=True), 3700),
        # Points: the highest level reached, by Saturday and pension; -1 is too much.
        ("points", load(1), 1000),
        ("points", load(4), 1000),
        ("points", load(1, 1), 2000),
        ("points", load(4, 1), 2000),
        ("points", load(1, 2), loads.REFUSED),
        ("points", load(1, saturday=True), 1300),
        ("points", load(1, pension=True), 500),
        ("points", load(1, saturday=True, pension=True), 650),
        ("points", load(1, 1, saturday=True), 2600),
        ("points", load(1, 2, pension=True), 1600),
        ("points", load(1, 2, saturday=True, pension=True), loads.REFUSED),
    ],
)
def test_the_price_by_every_way_of_charging(model: str, of: loads.Load, pence: int) -> None:
    assert loads.price(of, {**TARIFF, "model": model}, LEVELS) == pence


@pytest.mark.parametrize("model", list(loads.MODELS))
def test_nothing_taken_costs_nothing(model: str) -> None:
    assert loads.price(load(saturday=True), {**TARIFF, "model": model}, LEVELS) == 0


def test_points_below_the_first_level_cost_nothing() -> None:
    high = [{**LEVELS[0], "from_points": 3}]
    assert loads.price(load(2), {**TARIFF, "model": "points"}, high) == 0


def test_what_left_the_list_meanwhile_is_left_out() -> None:
    assert loads.chosen([{"id": "piano", "count": 1}], ROWS) == []


def value(seen: Any) -> Any:
    return seen.value


@pytest.mark.parametrize(
    ("model", "hints"),
    [("item", ["£5.00", "£20.00"]), ("single", ["", ""]), ("points", ["", ""])],
)
def test_the_list_says_prices_where_each_has_one_and_where_else_to_go(
    model: str, hints: list[str]
) -> None:
    found = value(load_facts.items(ROWS, [{**TARIFF, "model": model}], NOW))
    assert [row["hint"] for row in found] == [*hints, "Recycling centre"]
    assert [row["most"] for row in found] == [6, 2, 0]


def test_the_list_speaks_the_language_spoken_and_tasks_the_councils_own() -> None:
    asked = [{"id": "sofa", "count": 1}]
    with council.speaking("cy"):
        listed = value(load_facts.items(ROWS, [{**TARIFF, "model": "item"}], NOW))
        tasks = value(load_facts.tasks(asked, ROWS, NOW))
    assert [row["label"] for row in listed] == ["Chair", "Soffa", "Paint"]
    assert listed[2]["hint"] == "Canolfan ailgylchu"
    assert tasks == [{"id": "sofa.1", "label": "Sofa"}]


def test_a_price_that_is_refused_is_nothing_to_pay_and_says_so() -> None:
    asked = [{"id": "sofa", "count": 2}, {"id": "chair", "count": 1}]
    tariff = [{**TARIFF, "model": "points"}]
    found = value(load_facts.price(asked, ROWS, tariff, LEVELS, False, False, False, NOW))
    assert found == {"pence": 0, "points": 9, "count": 3, "pops": True, "refused": True}


def test_each_single_thing_is_a_task_and_what_was_left_is_taken_off() -> None:
    asked = [{"id": "sofa", "count": 2}, {"id": "chair", "count": 1}]
    tasks = value(load_facts.tasks(asked, ROWS, NOW))
    assert [t["id"] for t in tasks] == ["sofa.1", "sofa.2", "chair.1"]
    assert [t["label"] for t in tasks] == ["Sofa (1 of 2)", "Sofa (2 of 2)", "Chair"]
    taken = value(load_facts.without(asked, [tasks[0], tasks[2]], NOW))
    assert taken == [{"id": "sofa", "count": 1}]
    assert value(load_facts.without(asked, [], NOW)) == asked
    assert value(load_facts.without(asked, tasks, NOW)) == []


def test_a_home_says_its_kind_and_whether_it_is_a_business(district: Any) -> None:
    home = district.boxes[0].place
    uprn = str(home.uprn)
    assert value(load_facts.home(uprn, NOW)) == {"kind": "RD", "trade": False}
    home.blpu_class = "CR08"
    home.save()
    assert value(load_facts.home(uprn, NOW)) == {"kind": "CR08", "trade": True}
    assert value(load_facts.home("9", NOW)) == {"kind": "", "trade": False}
