"""Examples of what happens later: a choice, a moment, what came with an outcome, values found."""

from typing import Any

import pytest
import yaml

from doorstep.rehearsal import playing as rehearsal


def played(fetching: Any, **changed: Any) -> list[str]:
    """Play the first or second example with parts changed; return the differences."""
    examples = yaml.safe_load(fetching.contents["examples.yaml"])
    example = examples[changed.pop("example", 0)]
    example["expect"] |= changed.pop("expect", {})
    example |= changed
    (report,) = rehearsal.play(fetching.service, fetching.contents, [example])
    fetching.days.held.clear()  # what lies in memory is not rolled back
    return report.differences


def test_the_examples_of_the_service_come_out(fetching: Any) -> None:
    assert played(fetching) == [] and played(fetching, example=1) == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"price": {"pence": 1}}, ["values.price.pence: wanted 1, came 4000"]),
        ({"price": {"penc": 1}}, ["values.price.penc: wanted 1, there is no such part"]),
        ({"prise": 1}, ["values.prise: wanted 1, there is no such part"]),
        ({"change_by": "2026-11-30T14:01"}, ["values.change_by: wanted 2026-11-30T14:01, came 2026-11-30T14:00"]),
        ({"slot": {"day": "2026-12-02"}}, ["values.slot.day: wanted 2026-12-02, came 2026-12-01"]),
        ({"taken": []}, ["values.taken: wanted [], came [{'id': 'sofa', 'count': 1}]"]),
        ({"taken": [{"count": 2}]}, ["values.taken[0].count: wanted 2, came 1"]),
        ({"free": True, "to_pay": 4000}, ["values.free: wanted True, came False"]),
    ],
)  # fmt: skip
def test_values_are_compared_part_by_part(
    fetching: Any, values: dict[str, Any], says: list[str]
) -> None:
    assert played(fetching, expect={"values": values}) == says


def test_values_of_a_form_that_stops_are_its_drafts(fetching: Any) -> None:
    stops = fetching.contents["form.yaml"].replace(
        "    so_far:", "    check: [{when: price.pops, stop: pops}]\n    so_far:"
    )
    stops += "stops: {pops: {title: Not today, say: Not today}}\n"
    contents = {**fetching.contents, "form.yaml": stops}
    from doorstep.catalogue.build_service import build

    expect = {"stop": "pops", "values": {"price": {"pence": 4000}}}
    example = {**yaml.safe_load(contents["examples.yaml"])[0], "expect": expect, "then": []}
    (report,) = rehearsal.play(build(contents), contents, [example])
    assert report.differences == []


def test_a_choice_is_made_at_its_moment_and_is_gone_after_it(fetching: Any) -> None:
    late = [{"choice": "cancel", "at": "2026-11-30T14:00"}]
    assert played(fetching, example=1, then=late) == ["refused: choice_gone"]
    unknown = [{"choice": "fly"}]
    assert played(fetching, example=1, then=unknown) == ["refused: choice_gone"]


def test_time_goes_on_from_one_event_to_the_next_and_never_back(fetching: Any) -> None:
    then = [
        {"outcome": "job.no_access", "at": "2026-12-01T09:00"},
        {"decision": "again"},
        {"choice": "cancel"},
    ]
    assert played(fetching, then=then) == ["refused: choice_gone"]  # it is still 1 December
    back = [{"outcome": "job.collected", "at": "2026-11-24T09:59"}]
    (said,) = played(fetching, then=back)
    assert said.startswith("could not be played: `at` is earlier")


def test_what_comes_with_an_outcome_is_read_by_the_next_stage(fetching: Any) -> None:
    then = [{"outcome": "job.partial", "facts": {"job": {"left": []}}}]
    assert played(fetching, then=then, expect={"says": "We took 2", "values": {}}) == []
    bare = [{"outcome": "job.partial"}]
    assert played(fetching, then=bare, expect={"says": "We took 2", "values": {}}) == []
