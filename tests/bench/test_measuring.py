"""What the bench measures by: blocks and their spread, a storm's timetable, whose time a look at a stack is."""

import itertools
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines

from bench import load, shares, storm
from bench.load import Block


def test_a_figure_is_of_all_blocks_and_says_how_far_they_lie_apart() -> None:
    blocks = [
        Block([0.1, 0.2], 0, 1.0, {"web": 0.020, "database": 0.004}),
        Block([0.3, 0.4], 1, 1.0, {"web": 0.030, "database": 0.006}),
        Block([], 0, 0.1, {"web": 0.0, "database": 0.0}),
    ]
    made = load._figure("page", blocks, "page")
    assert made.rate == 2.0 and made.wrong == 1
    assert made.cpu == pytest.approx({"web": 12.5, "database": 2.5})
    assert made.spread == pytest.approx(3.0)  # 12 and 18 ms of all processes
    assert (made.p50, made.p95) == (300.0, 400.0)
    with pytest.raises(SystemExit):
        load._figure("page", blocks[2:], "page")


def test_a_storm_sends_what_it_says_at_its_times() -> None:
    bench: Any = SimpleNamespace(
        homes=itertools.repeat(1), officer={}, cases=list, next_bin=lambda: (1, 2)
    )
    site: Any = SimpleNamespace(port=0)
    due = list(storm._timetable(site, bench, 60.0))
    at = [one[0] for one in due]
    assert at == sorted(at) and at[-1] < 60
    sent = Counter(one[2] for one in due)
    assert sent == {"bin days": 12_000, "reports": 50, "desk": 200}


def test_a_look_at_a_stack_belongs_to_the_innermost_layer_that_is_known() -> None:
    page = engines["jinja2"].from_string("{% for n in rows %}{{ n }}-{{ n | e }} {% endfor %}")
    found = shares.of(lambda: page.render({"rows": range(3000)}), seconds=0.2)
    assert found["templates"] > 0.8 and sum(found.values()) == pytest.approx(1)
