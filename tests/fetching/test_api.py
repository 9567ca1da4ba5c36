"""A list, a day and money by the API: described, taken, and what is wrong said as the form says it."""

import json
from typing import Any

import pytest
from jsonschema_rs import is_valid

from doorstep.cases.models import Case
from tests.system import System, problem

SEND = "/api/v1/services/fetch/cases"


@pytest.fixture
def system(fetching: Any) -> System:
    return System("cases:create", "cases:read")


def body(fetching: Any, **answers: Any) -> dict[str, Any]:
    given = {"things": [{"id": "sofa", "count": 2}], "slot": fetching.days.slot(4), "gift": 250}
    return {"channel": "telephone", "answers": {**given, **answers}}


def test_the_kinds_are_described_and_a_good_body_fits(fetching: Any, system: System) -> None:
    said = json.loads(system.get("/services/fetch").content)
    answers = {p["id"]: p["answers"] for p in said["pages"]}
    things = answers["items"]["properties"]["things"]
    assert (things["type"], things["minItems"]) == ("array", 1)
    assert answers["day"]["properties"]["slot"]["type"] == "string"
    whole = body(fetching)["answers"]
    for page, names in (("items", ["things"]), ("day", ["slot"]), ("more", ["gift"])):
        assert is_valid(answers[page], {n: whole[n] for n in names})
    assert not is_valid(answers["more"], {"gift": "2.50"})
    assert not is_valid(answers["items"], {"things": [{"id": "sofa", "count": 0}]})


def test_a_case_is_made_and_the_day_held(fetching: Any, system: System) -> None:
    answer = system.send(body(fetching), path=SEND)
    assert answer.status_code == 201, answer.content
    case = Case.objects.get()
    assert case.answers["gift"] == 250 and case.words["things"] == "2 × Sofa"
    assert fetching.days.held == {fetching.days.slot(4): str(case.draft_id)}


@pytest.mark.parametrize(
    ("answers", "pointer", "code"),
    [
        ({"things": []}, "#/answers/things", "items_none"),
        ({"things": [{"id": "sofa", "count": 3}]}, "#/answers/things", "items_most"),
        ({"things": [{"id": "paint", "count": 1}]}, "#/answers/things", "not_an_option"),
        ({"things": [{"id": "sofa", "count": 1}, {"id": "piano", "count": 1}]}, "#/answers/things", "not_an_option"),
        ({"things": [{"id": "sofa", "count": 1}, {"id": "sofa", "count": 1}]}, "#/answers/things", "wrong_type"),
        ({"things": [{"id": "sofa"}]}, "#/answers/things", "wrong_type"),
        ({"things": [{"id": "sofa", "count": True}]}, "#/answers/things", "wrong_type"),
        ({"things": "sofa"}, "#/answers/things", "wrong_type"),
        ({"slot": "N/1999-01-01"}, "#/answers/slot", "slot_gone"),
        ({"slot": {"id": "x"}}, "#/answers/slot", "wrong_type"),
        ({"gift": "2.50"}, "#/answers/gift", "wrong_type"),
        ({"gift": -1}, "#/answers/gift", "money_shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(
    fetching: Any, system: System, answers: dict[str, Any], pointer: str, code: str
) -> None:
    said = problem(system.send(body(fetching, **answers), path=SEND), 422, "answers_wrong")
    (fault,) = said["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code) and fault["detail"]
    assert Case.objects.count() == 0


def test_a_day_taken_meanwhile_is_refused_with_the_days_that_are_left(
    fetching: Any, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, whole = fetching.days.slot(4), type(fetching.days).reserve

    def overtaken(self: Any, **given: Any) -> Any:
        self.held[taken] = "someone else"
        return whole(self, **given)

    monkeypatch.setattr(type(fetching.days), "reserve", overtaken)
    said = problem(system.send(body(fetching), path=SEND), 422, "answers_wrong")
    (fault,) = said["errors"]
    assert (fault["pointer"], fault["code"]) == ("#/answers/slot", "slot_gone")
    left = [option["value"] for option in fault["options"]]
    assert fetching.days.slot(5) in left and taken not in left
    assert not [value for value in left if value.startswith("-")]
