"""What the waste room observes for large items: the list to choose from, the price, what the crew is to take."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from doorstep.cases import facts as cases
from doorstep.catalogue.words import pounds
from doorstep.council import queries as council
from doorstep.forms.facts import Fact, Observed, offer
from doorstep.forms.questions.items import ITEM
from doorstep.forms.rules.types import BOOL, INT, PROPERTY, TEXT, ListOf, Record
from doorstep.waste import loads

ROW = {
    "id": TEXT,
    "label": TEXT,
    "points": INT,
    "pence": INT,
    "trade_pence": INT,
    "most": INT,
    "pops": BOOL,
    "instead": TEXT,
}
LIST = ListOf(Record("row", ROW))
TARIFF = ListOf(
    Record(
        "row",
        {
            "model": TEXT,
            "base": INT,
            "base_pops": INT,
            "band_most": INT,
            "band": INT,
            "band_pops": INT,
            "least": INT,
            "trade_least": INT,
            "saturday": INT,
        },
    )
)
LEVELS = ListOf(
    Record(
        "row",
        {"from_points": INT, "pence": INT, "saturday": INT, "pension": INT, "saturday_pension": INT},
    )
)  # fmt: skip
CHOICE = Record("item to choose", {"id": TEXT, "label": TEXT, "hint": TEXT, "most": INT})
PRICE = Record("price", {"pence": INT, "points": INT, "count": INT, "pops": BOOL, "refused": BOOL})
TASK = Record("task", {"id": TEXT, "label": TEXT})
HOME = Record("home", {"kind": TEXT, "trade": BOOL})
Rows = Sequence[Mapping[str, Any]]


def items(listed: Rows, tariff: Rows, now: datetime) -> Observed:
    """Observe the list of items in words, each with its price where it has one; what is not taken says why."""
    unit = {"item": "pence", "points": "points"}.get(str(tariff[0]["model"]), "") if tariff else ""
    rows = []
    for row in listed:
        hint = council.pick(row["instead"])
        if row["most"] and unit == "pence":
            hint = pounds(row["pence"])
        rows.append({"id": row["id"], "label": council.pick(row["label"]), "hint": hint, "most": row["most"]})  # fmt: skip
    return Observed(rows, now)


def price(
    asked: Rows,
    listed: Rows,
    tariff: Rows,
    levels: Rows,
    saturday: bool,
    pension: bool,
    trade: bool,
    now: datetime,
) -> Observed:
    """Observe what a load costs, in pence, and how much it is."""
    load = loads.Load(loads.chosen(asked, listed), saturday, pension, trade)
    pence = loads.price(load, tariff[0], levels)
    refused = pence == loads.REFUSED
    value = {
        "pence": 0 if refused else pence,
        "points": load.points,
        "count": load.count,
        "pops": load.pops,
        "refused": refused,
    }
    return Observed(value, now)


def tasks(asked: Rows, listed: Rows, now: datetime) -> Observed:
    """Observe what a crew is to tick, each single thing, in the council's own language."""
    with council.speaking(council.own_language()):
        rows = [
            {
                "id": f"{row['id']}.{n}",
                "label": str(council.pick(row["label"])) + (f" ({n} of {count})" if count > 1 else ""),
            }
            for row, count in loads.chosen(asked, listed)
            for n in range(1, count + 1)
        ]  # fmt: skip
    return Observed(rows, now)


def without(asked: Rows, left: Rows, now: datetime) -> Observed:
    """Observe what was taken of what was asked for, when some was left."""
    left_ids = [str(task["id"]).rsplit(".", 1)[0] for task in left]
    rows = [{"id": a["id"], "count": a["count"] - left_ids.count(str(a["id"]))} for a in asked]
    return Observed([row for row in rows if row["count"] > 0], now)


def left(asked: Rows, left: Rows, now: datetime) -> Observed:
    """Observe what was left of what was asked for: what a crew that is sent again is to take."""
    left_ids = [str(task["id"]).rsplit(".", 1)[0] for task in left]
    rows = [{"id": a["id"], "count": min(a["count"], left_ids.count(str(a["id"])))} for a in asked]
    return Observed([row for row in rows if row["count"] > 0], now)


def home(uprn: str, now: datetime) -> Observed:
    """Observe what kind of property it is (its BLPU class), and whether it is a business."""
    place = cases.home(uprn)
    kind = place.blpu_class if place else ""
    return Observed({"kind": kind, "trade": kind.startswith("C")}, now)


def register() -> None:
    """Offer the facts."""
    chosen_items, listed, tariff = ("items", ListOf(ITEM)), ("list", LIST), ("tariff", TARIFF)
    local: Any = "local"
    offer(Fact("waste.load_items", (listed, tariff), ListOf(CHOICE), local, items))
    params = (chosen_items, listed, tariff, ("levels", LEVELS), ("saturday", BOOL), ("pension", BOOL), ("trade", BOOL))  # fmt: skip
    offer(Fact("waste.load_price", params, PRICE, local, price))
    offer(Fact("waste.load_tasks", (chosen_items, listed), ListOf(TASK), local, tasks))
    those = ("left", ListOf(TASK))
    offer(Fact("waste.load_without", (chosen_items, those), ListOf(ITEM), local, without))
    offer(Fact("waste.load_left", (chosen_items, those), ListOf(ITEM), local, left))
    offer(Fact("waste.home", (("property", PROPERTY),), HOME, local, home))
