"""Settings that are tables or change by date: which value holds on a day, and mistakes with their line."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import setting_checks
from doorstep.catalogue.build_service import build
from doorstep.catalogue.files import SettingFile
from doorstep.catalogue.reading import Source
from doorstep.council import queries as council

ROW = {"model": "item", "base": 0, "base_pops": 0, "band_most": 0, "band": 0, "band_pops": 0, "least": 1000, "trade_least": 0, "saturday": 0}  # fmt: skip


def least(fetching: Any, day: date, **own: Any) -> int:
    with catalogue.other_settings(own):
        found: Any = catalogue.settings(fetching.service, day)["tariff"]
    return int(found[0]["least"])


@pytest.mark.parametrize(
    ("day", "pence"),
    [
        (date(2026, 1, 1), 1000),  # before the first date, the first value
        (date(2027, 3, 31), 1000),
        (date(2027, 4, 1), 1200),
        (date(2030, 1, 1), 1200),
    ],
)
def test_a_default_holds_from_its_date(fetching: Any, day: date, pence: int) -> None:
    assert least(fetching, day) == pence


def test_a_councils_own_table_is_one_value_and_not_a_dated_list(fetching: Any) -> None:
    own = [{**ROW, "least": 7}]
    assert least(fetching, date(2026, 5, 1), tariff=own) == 7


@pytest.mark.parametrize(
    ("day", "pence"),
    [
        (date(2026, 5, 31), 1000),  # before the first of its own, the default of that day
        (date(2026, 6, 1), 600),
        (date(2027, 5, 1), 600),  # though the default changed meanwhile
        (date(2027, 6, 1), 700),
    ],
)
def test_a_councils_own_dated_table_holds_from_its_date(
    fetching: Any, day: date, pence: int
) -> None:
    own = [
        {"since": date(2027, 6, 1), "value": [{**ROW, "least": 700}]},
        {"since": date(2026, 6, 1), "value": [{**ROW, "least": 600}]},
    ]
    assert least(fetching, day, tariff=own) == pence


def test_before_its_own_first_date_a_dated_default_is_asked_of_that_day(fetching: Any) -> None:
    own = [{"since": date(2028, 1, 1), "value": [{**ROW, "least": 600}]}]
    assert least(fetching, date(2027, 5, 1), tariff=own) == 1200


PLAIN = SettingFile(
    type="table", columns={"since": "text", "pence": "number"}, default=[], label="x"
)


def test_a_table_with_a_column_called_since_is_still_a_table() -> None:
    assert not setting_checks.is_dated(PLAIN, [{"since": "2026", "pence": 1}])
    assert not setting_checks.is_dated(PLAIN, [])


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ("7", "must be a list of rows"),
        ("[{least: 1}]", "row 1 must have the columns model, base"),
        ("[{since: 2026-01-01, value: 7}]", "must be a list of rows"),
        ("[{since: soon, value: []}]", "`since` must be a day"),
        ("[{since: 2026-01-01, value: []}, {value: []}]", "each dated value says `since` and `value`"),
        (f"[{{{', '.join(f'{k}: {v}' for k, v in ROW.items())}}}, {{{', '.join(f'{k}: x' for k in ROW)}}}]", "row 2: `base` must be a whole number"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_councils_own_table_names_its_line(
    fetching: Any, home: Path, own: str, says: str
) -> None:
    path = council.folder() / "settings.yaml"
    path.write_text(f"# Ours\nfetch:\n  tariff: {own}\n")
    (said,) = map(str, catalogue.own_settings_problems(fetching.service))
    assert said.startswith(f"councils/{path.parent.name}/settings.yaml:3:"), said
    assert "`tariff`" in said and says in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("points: 1, pence: 500", "points: one, pence: 500", "row 1: `points` must be a whole number"),
        ("most: 6, pops: false", "most: 6, pops: 3", "row 1: `pops` must be true or false"),
        ("label: Chair", "label: 3", "row 1: `label` must be a text, or {language: text}"),
        ("since: 2027-04-01", "since: soon", "`since` must be a day, such as 2027-04-01"),
        ("most: 2, pops", "mos: 2, pops", "row 2 must have the columns id, label"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_services_table_names_its_line(
    fetching: Any, old: str, new: str, says: str
) -> None:
    text = fetching.contents["service.yaml"]
    assert old in text
    text = text.replace(old, new, 1)
    made = build({**fetching.contents, "service.yaml": text})
    (said,) = map(str, setting_checks.default_problems(made, Source("service.yaml", text)))
    assert said.startswith("service.yaml:") and says in said, said
    line = text.splitlines()[int(said.split(":")[1]) - 1]
    assert "default:" in line or line.strip().startswith("-"), line
