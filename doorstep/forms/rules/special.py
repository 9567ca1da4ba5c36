"""What rules may call beside the functions: what asks for nothing, and what goes through a list; for checks and the reference."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Special:
    """How it is written, how many values it takes, what it does, and examples as functions have them."""

    written: str
    takes: int
    gives: str
    does: str
    shows: tuple[tuple[str, object], ...]


SPECIAL: dict[str, Special] = {
    "has": Special(
        "has(name)",
        1,
        "yes or no",
        "whether something is there: an answer given, a field known, something found",
        (("has(things.find(t, t.id == 'sofa'))", True),),
    ),
    "size": Special(
        "size(list or text)",
        1,
        "whole number",
        "how many items a list has, or letters a text",
        (("size(things)", 2), ("size('four')", 4)),
    ),
    "otherwise": Special(
        "otherwise(value, what then)",
        2,
        "what the value is",
        "a value that may be nothing, or what counts instead",
        (("otherwise(things.find(t, t.id == 'lamp').count, 0)", 0),),
    ),
}

# The examples' `things`: two sofas and a fridge.
THINGS = ({"id": "sofa", "count": 2}, {"id": "fridge", "count": 1})

THROUGH_A_LIST: dict[str, Special] = {
    "exists": Special(
        "list.exists(item, rule)",
        2,
        "yes or no",
        "whether the rule holds for at least one item",
        (("things.exists(t, t.count > 1)", True),),
    ),
    "all": Special(
        "list.all(item, rule)",
        2,
        "yes or no",
        "whether the rule holds for every item; of an empty list, it does",
        (("things.all(t, t.count > 1)", False),),
    ),
    "count": Special(
        "list.count(item, rule)",
        2,
        "whole number",
        "for how many items the rule holds",
        (("things.count(t, t.count > 1)", 1),),
    ),
    "filter": Special(
        "list.filter(item, rule)",
        2,
        "list",
        "the items for which the rule holds",
        (("size(things.filter(t, t.id == 'sofa'))", 1),),
    ),
    "find": Special(
        "list.find(item, rule)",
        2,
        "an item, or nothing",
        "the first item for which the rule holds; a field of it is nothing where there is none",
        (("otherwise(things.find(t, t.id == 'sofa').count, 0)", 2),),
    ),
    "sum": Special(
        "list.sum(item, number)",
        2,
        "whole number",
        "what the number comes to, added up over the items",
        (("things.sum(t, t.count)", 3),),
    ),
}
