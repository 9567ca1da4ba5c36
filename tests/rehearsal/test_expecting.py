"""What an example can expect beside a stage: a mistake at a field, a refusal, money, a message to come, a day that goes."""

from pathlib import Path
from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.rehearsal import playing

SERVICES = Path(__file__).parents[2] / "services"
BOOKED = {
    "now": "2026-11-24T10:00",
    "settings": {},
    "facts": {"home": {"kind": "RD", "trade": False}, "pending": []},
    "answers": {
        "property": "1",
        "things": [{"id": "mattress", "count": 1}],
        "slot": {"id": "EXAMPLE/2026-12-01", "day": "2026-12-01"},
        "where": "On the drive",
        "picture": None,
        "name": "Ann",
        "email": "ann@resident.example",
        "phone": None,
    },
}
PAID = {"outcome": "pay.paid"}


def played(
    slug: str, given: dict[str, Any], then: list[dict[str, Any]], **expect: Any
) -> list[str]:
    """Play one example of a shipped service; return where it differs."""
    service, contents = catalogue.of_folder(SERVICES / slug)
    example = {"name": "One", "given": given, "then": then, "expect": expect}
    return playing.play(service, contents, [example])[0].differences


def bulky(*then: dict[str, Any], **expect: Any) -> list[str]:
    return played("bulky-waste", BOOKED, list(then), **expect)


@pytest.mark.parametrize(
    ("then", "expect", "differs"),
    [
        ([PAID], {"paid": 1500, "refunded": 0}, ""),
        ([PAID], {"paid": 1501}, "paid: wanted 1501, came 1500"),
        ([PAID, {"choice": "cancel"}], {"refunded": 1500}, ""),
        ([PAID, {"choice": "cancel"}], {"refunded": 0}, "refunded: wanted 0, came 1500"),
        ([PAID], {"to_come": [{"message": "reminder", "at": "2026-11-30T09:00"}]}, ""),
        ([PAID], {"to_come": []}, "to_come: wanted [], came"),
        ([PAID, {"passes": "2026-11-30T08:59:59"}], {"messages": ["booked"]}, ""),
        ([PAID, {"passes": "2026-11-30T09:00"}], {"messages": ["booked", "reminder"]}, ""),
        # What was cancelled reminds nobody.
        ([PAID, {"choice": "cancel"}, {"passes": "2026-11-30T09:00"}], {"messages": ["booked", "cancelled"]}, ""),
        # Not paid in time; the day is free then, and may go.
        ([{"passes": "2026-11-24T10:29"}], {"stage": "paying"}, ""),
        ([{"passes": "2026-11-24T10:36"}], {"stage": "unpaid", "paid": 0}, ""),
        ([{"passes": "2026-11-24T10:36"}, {"choice": "resume"}], {"stage": "paying_other"}, ""),
        ([{"passes": "2026-11-24T10:36"}, {"fills": "EXAMPLE/2026-12-01"}, {"choice": "resume"}], {"refused": "slot_gone", "stage": "unpaid"}, ""),
        ([{"fills": "EXAMPLE/2026-12-01"}, PAID], {"stage": "booked"}, ""),
        ([{"closes": "EXAMPLE/2026-12-01"}], {"stage": "day_gone"}, ""),
        ([PAID, {"closes": "EXAMPLE/2026-12-01"}], {"stage": "booked"}, ""),
        # A refusal that nobody expects is a difference, and so is one that does not come.
        ([{"choice": "withdraw"}], {}, "refused: choice_gone"),
        ([{"choice": "cancel"}], {"refused": "choice_gone"}, ""),
        ([PAID], {"refused": "choice_gone"}, "refused: wanted choice_gone, came "),
    ],
)  # fmt: skip
def test_what_may_be_expected_of_a_booking(
    district: Any, then: list[dict[str, Any]], expect: dict[str, Any], differs: str
) -> None:
    came = bulky(*then, **expect)
    assert (not came) if not differs else any(line.startswith(differs) for line in came), came


def test_a_moment_may_say_its_second(district: Any) -> None:
    at = {**BOOKED, "now": "2026-11-24T15:59:59"}
    assert played("bulky-waste", at, [], values={"first_day": "2026-11-25"}) == []
    at = {**BOOKED, "now": "2026-11-24T16:00:00"}
    assert played("bulky-waste", at, [], values={"first_day": "2026-11-26"}) == []


MOVE = {
    "move": "in",
    "use": "home",
    "new_home": "1",
    "arrived": "2026-11-20",
    "hold": "own",
    "from_there": {"line1": "4 Far Street", "town": "Leeds", "postcode": "LS1 1AA"},
    "people": [{"full_name": "Cai", "born": "1990-05-05", "student": False}],
}


@pytest.mark.parametrize(
    ("answers", "mistakes", "says"),
    [
        ({"arrived": "2019-11-20"}, {"arrived": "least"}, ""),
        ({"arrived": "yesterday"}, {"arrived": "not_a_date"}, ""),
        ({"people": []}, {"people": "missing"}, ""),
        ({"people": [{"full_name": "Cai", "born": "2014-05-05", "student": True}]}, {"people.1.student": "wrong"}, "Somebody under 16"),
        ({"people": [{"full_name": "Cai", "born": "2014-05-05", "student": False}]}, {"people": "wrong"}, "Somebody must be 18"),
    ],
)  # fmt: skip
def test_a_mistake_at_a_field_may_be_expected(
    district: Any, answers: dict[str, Any], mistakes: dict[str, str], says: str
) -> None:
    given = {"now": "2026-11-25T10:00", "settings": {}, "answers": {**MOVE, **answers}}
    assert played("council-tax-move", given, [], mistakes=mistakes, says=says) == []
    (line,) = played("council-tax-move", given, [], stage="")
    codes = "; ".join(f"{name} {code}" for name, code in mistakes.items())
    assert line == f"refused: answer not taken {codes}"
    wanted = played("council-tax-move", given, [], mistakes={"account": "pattern"})
    assert wanted and wanted[0].startswith("mistakes: wanted")
