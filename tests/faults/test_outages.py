"""Each outside system, however it fails: the page answers in time and says what is true, nothing is lost or doubled, all catches up.

`make outages` goes through all of it with the connectors' own limits, and writes what came of it into docs/outages.md.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.authorities.conftest import county as county
from tests.faults.outages import MOODS, OWN_SECONDS, SYSTEMS, Browser, System
from tests.size import LONG, each_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.benefit]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "outages.md"
TABLE = re.compile(r"(?s)(<!-- what came of it -->\n).*?(<!-- so far -->)")
HEAD = "| system | it is | the resident meets | longest page | longest call | when it is back |\n|---|---|---|---|---|---|\n"
# With DOORSTEP_OUTAGES set all of it is run, at once with short limits too.
WHOLE = os.environ.get("DOORSTEP_OUTAGES")
RUNS = list(product(SYSTEMS, MOODS)) if WHOLE else each_once(SYSTEMS, MOODS)


@pytest.fixture(scope="module")
def rows() -> Iterator[list[str]]:
    """What came of each run, written into the page in the end where that is asked for."""
    made: list[str] = []
    yield made
    if WHOLE == "write" and LONG:
        table = HEAD + "".join(f"{row}\n" for row in made)
        PAGE.write_text(TABLE.sub(lambda m: m[1] + table + m[2], PAGE.read_text()))


@pytest.mark.parametrize(("of", "mood"), RUNS)
def test_a_journey_through_an_outage(
    of: type[System], mood: str, request: Any, live_server: Any, rows: list[str]
) -> None:
    with ExitStack() as stack:
        system = of(request, stack)
        system.settings.BASE_ADDRESS = live_server.url
        system.falls_into(mood)
        browser = Browser(live_server.url)
        said = system.journey(browser)
        by_page, longest = len(system.asked), max(page.seconds for page in browser.pages)
        assert not [page for page in browser.pages if page.status >= 500]
        assert longest < (system.limit if system.page_waits else 0) + OWN_SECONDS
        # What no page has to wait for is not asked by one.
        assert bool(by_page) == system.page_waits
        system.works()
        calls = [call.milliseconds / 1000 for call in system.asked]
        assert max(calls) < system.limit + OWN_SECONDS
        system.comes_back()
        system.works()
        how = system.caught_up(browser)
    rows.append(f"| {of.name} | {mood} | {said} | {longest:.1f} s | {max(calls):.1f} s | {how} |")


def test_the_table_names_each_system_in_each_mood() -> None:
    table = TABLE.search(PAGE.read_text())
    assert table
    named = [
        tuple(cell.strip() for cell in line.split("|")[1:3]) for line in table[0].splitlines()[3:-1]
    ]
    assert named == [(system.name, mood) for system in SYSTEMS for mood in MOODS]
