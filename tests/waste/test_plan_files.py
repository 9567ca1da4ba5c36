"""A round plan in the open standard's columns is read line by line; bad lines are named, good ones proposed."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import signals
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.places.models import Property
from doorstep.staff.actor import Actor
from doorstep.waste import plan_files, planning, queries
from doorstep.waste.models import Container, PlanFile, Round

OFFICER = Actor("staff", "officer", "officer")
NOW = datetime(2026, 11, 24, 10, tzinfo=ZONE)
MONDAY = date(2026, 11, 30)
HEAD = "uprn,round_plan,container_type,schedule\n"
SPEC = Path(__file__).resolve().parents[3] / "shared/specs/waste-standards"


@pytest.fixture
def book(district: Any) -> Any:
    Round.objects.filter(code="REF-1").update(anchor=MONDAY, weeks=2)
    return district


def read(text: str) -> PlanFile:
    plan = plan_files.take(
        name="plan.csv", content=text.encode(), since=MONDAY, by=OFFICER, now=NOW
    )
    plan_files.read(plan_id=plan.pk, now=NOW)
    return PlanFile.objects.get(pk=plan.pk)


def test_the_columns_are_those_of_the_published_standard() -> None:
    schema = SPEC / "round_plan.tableschema.json"
    if not schema.exists():
        pytest.skip("the published round plan schema is not here")
    fields = json.loads(schema.read_text())["fields"]
    assert tuple(f["name"] for f in fields) == plan_files.COLUMNS


def test_good_lines_are_proposed_and_bad_ones_named_with_their_line(book: Any) -> None:
    plan = read(
        HEAD
        + "1001,REF-1,black-bin,alternate weekly on Monday\n"
        + "1002,REF-2,Black bin (rubbish),weekly on Thursday\n"
        + "\n"
        + "1003,ref-2,BLACK-BIN,weekly on  thursday\n"
        + "7777,REF-1,black-bin,alternate weekly on Monday\n"
        + "1004,REF-1,teapot,alternate weekly on Monday\n"
        + "1005,REF-1,black-bin,weekly on Friday\n"
        + "1002,REF-2,black-bin,weekly on Thursday\n"
        + "1006,REF-9,black-bin,every 4 weeks on Tuesday\n"
        + "1007,REF-2,black-bin,now and then\n"
        + "x,,,\n"
    )
    assert plan.bad == [
        [6, "no property has the UPRN “7777”"],
        [7, "no container is called “teapot”"],
        [8, "REF-1 has another schedule on line 2"],
        [9, "this container stands on line 3 already"],
        [10, "REF-9: say its first day, such as “every 4 weeks on Tuesday from 2026-11-30”"],
        [11, "“now and then” is no schedule; write such as “alternate weekly on Monday”"],
        [12, "no property has the UPRN “x”"],
    ]
    assert (plan.same, plan.bad_lines) == (1, 7)
    change = plan.change
    assert change and change.effect["homes"] == 2
    assert not Round.objects.filter(code="REF-2").exists()
    planning.make(change_id=change.pk, by=OFFICER, now=NOW)
    made = Round.objects.get(code="REF-2")
    assert (made.anchor, made.weeks, made.stream) == (date(2026, 12, 3), 1, "refuse")
    assert Container.objects.filter(round=made, since=MONDAY, was_round_id="REF-1").count() == 2
    planning.undo(change_id=change.pk, by=OFFICER, now=NOW)
    assert Round.objects.count() == 1 and Container.objects.filter(since=None).count() == 8


def test_a_schedule_that_differs_changes_the_round(book: Any) -> None:
    plan = read(HEAD + "1001,REF-1,black-bin,every 3 weeks on Tuesday from 2026-12-08\n")
    assert plan.change and plan.change.effect["homes"] == 8 and plan.bad == []
    planning.make(change_id=plan.change.pk, by=OFFICER, now=NOW)
    assert Round.objects.get().weeks == 3


TWICE = "1001,TUE,black-bin,weekly on Tuesday\n1001,FRI,black-bin,weekly on Friday\n"


def rounds_of(uprn: int, day: date) -> set[str]:
    """Return the rounds that empty a home's rubbish bin in the week from a day on."""
    (box,) = queries.boxes_at(uprn, NOW.date())
    return {due.round for due in queries.due_days(box, day, day + timedelta(days=6))[0]}


def test_two_lines_of_a_container_are_two_rounds_that_empty_it(book: Any) -> None:
    plan = read(HEAD + TWICE)
    assert plan.change and (plan.bad, plan.same, plan.change.effect["homes"]) == ([], 0, 1)
    made = planning.make(change_id=plan.change.pk, by=OFFICER, now=NOW)
    (box,) = queries.boxes_at(1001, NOW.date())
    assert box.pk == book.boxes[0].pk and rounds_of(1001, MONDAY) == {"TUE", "FRI"}
    again = read(HEAD + TWICE)
    assert (again.change, again.same) == (None, 2)
    planning.undo(change_id=made.pk, by=OFFICER, now=NOW)
    assert rounds_of(1001, MONDAY) == {"REF-1"}


def test_a_round_that_a_plan_no_longer_names_ends_on_its_day(book: Any) -> None:
    for code, anchor in (("TUE", date(2026, 11, 3)), ("FRI", date(2026, 11, 6))):
        Round.objects.create(code=code, name=code, stream="refuse", anchor=anchor, weeks=1)
    first = book.boxes[0]
    Container.objects.filter(pk=first.pk).update(round_id="TUE")
    Container.objects.create(place_id=1001, kind="black-bin", round_id="FRI")
    for text, keeps in (("1001,FRI,black-bin,weekly on Friday\n", "FRI"), (TWICE, "both")):
        plan = read(HEAD + text)
        if keeps == "both":
            assert (plan.change, plan.same) == (None, 2)
            continue
        assert plan.change
        (row,) = plan.change.effect["rows"]
        assert (row["was"], row["now"], row["gone"][0], row["new"]) == ("TUE", "", "2026-12-01", [])
        made = planning.make(change_id=plan.change.pk, by=OFFICER, now=NOW)
        assert rounds_of(1001, NOW.date()) == {"TUE", "FRI"} and rounds_of(1001, MONDAY) == {"FRI"}
        (box,) = queries.boxes_at(1001, NOW.date())
        assert box.pk == first.pk
        planning.undo(change_id=made.pk, by=OFFICER, now=NOW)
    plan = read(
        HEAD + "1001,TUE,black-bin,weekly on Tuesday\n1001,REF-1,black-bin,fortnightly on Monday\n"
    )
    assert plan.change
    planning.make(change_id=plan.change.pk, by=OFFICER, now=NOW)
    assert rounds_of(1001, MONDAY) == {"TUE", "REF-1"}
    assert Container.objects.filter(place_id=1001).count() == 2


def test_a_container_with_a_wrong_line_stays_as_it_is(book: Any) -> None:
    """Else a slip of the pen would end a round."""
    plan = read(
        HEAD
        + "1001,TUE,black-bin,weekly on Tuesday\n1001,FRI,black-bin,weekly on Fridays\n"
        + "1002,TUE,black-bin,weekly on Tuesday\n1002,TUE,black-bin,weekly on Friday\n"
        + "1003,TUE,black-bin,weekly on Tuesday\n1003,TUE,black-bin,weekly on Tuesday\n"
        + "1004,TUE,black-bin,weekly on Tuesday,and,Friday\n1004,TUE,black-bin,weekly on Tuesday\n"
    )
    same = "is wrong and of the same container; put that right first"
    assert plan.bad == [
        [2, f"line 3 {same}"],
        [3, "“weekly on Fridays” is no schedule; write such as “alternate weekly on Monday”"],
        [4, f"line 5 {same}"],
        [
            5,
            "TUE has another schedule on line 4; give each round that empties this container a code of its own",
        ],
        [7, "this container stands on line 6 already"],
        [
            8,
            "it has more cells than the first line; put a cell with a comma in it into quotation marks",
        ],
        [9, f"line 8 {same}"],
    ]
    assert plan.change
    moved = [e for e in plan.change.edits if e["what"] == "container"]
    assert [e["after"]["place_id"] for e in moved] == [1003]


def test_a_plan_that_says_what_stands_changes_nothing(book: Any) -> None:
    plan = read(HEAD + "1001,REF-1,black-bin,fortnightly on Monday\n")
    assert (plan.change, plan.same, plan.ended_at) == (None, 1, NOW)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_missing"),
        (b"uprn,schedule\n", "columns_missing"),
        (HEAD.encode() + b"1001,\x81", "letters_unread"),
        (HEAD.encode() + b"\n" * 300_001, "file_too_large"),
        (HEAD.encode() + b"\r" * 300_001, "file_too_large"),
        (b"PK\x03\x04 a workbook", "workbook"),
        (HEAD.encode() + b'1001,"REF', "quotes_unpaired"),
        (HEAD.encode() + b"1001," + b"R" * 140_000, "cell_too_long"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(book: Any, content: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        plan_files.take(name="x", content=content, since=MONDAY, by=OFFICER, now=NOW)
    assert not PlanFile.objects.exists()


def test_excels_mark_and_more_columns_do_no_harm(book: Any) -> None:
    plan = read(
        "\ufeffUPRN, Round_Plan ,note,container_type,schedule\n1001,REF-1,x,black-bin,fortnightly on Monday\n"
    )
    assert plan.bad == [] and plan.same == 1


def test_what_a_spreadsheet_did_to_a_line_is_said_with_what_to_do(book: Any) -> None:
    plan = read(
        "sep=;\r"
        + HEAD.replace(",", ";").replace("\n", ";;\r")
        + '="1001";\'REF-1;"black-bin";fortnightly on Monday;;\r'
        + ";;;;;\r"
        + "1,00012E+11;REF-1;black-bin;fortnightly on Monday\r"
        + "1002;REF-1;black-bin;fortnightly on Monday;;;; and Friday\r"
        + '1003;REF-1;"black\rbin";fortnightly on Monday\r'
        + "9;REF-1;black-bin;fortnightly on Monday\r"
    )
    assert (plan.same, plan.lines) == (1, 5)
    assert [line for line, _ in plan.bad] == [5, 6, 7, 9]
    assert [why.split(";")[0] for _, why in plan.bad] == [
        "“1,00012E+11” is a number that a spreadsheet shortened",
        "it has more cells than the first line",
        "no container is called “black\nbin”",
        "no property has the UPRN “9”",
    ]


def test_a_plan_that_the_version_before_kept_is_read(book: Any) -> None:
    plan = read(HEAD + "1001,REF-1,black-bin,fortnightly on Monday\n")
    PlanFile.objects.update(
        text=HEAD + "\n7,REF-1,black-bin,fortnightly on Monday\n", ended_at=None
    )
    plan_files.read(plan_id=plan.pk, now=NOW)
    assert PlanFile.objects.get().bad == [[3, "no property has the UPRN “7”"]]


def test_reading_again_changes_nothing_and_asks_no_more_for_more_lines(book: Any) -> None:
    lines = [f"{1000 + n},REF-3,black-bin,weekly on Friday\n" for n in range(1, 9)]
    counts = []
    for part in (lines[:1], lines):
        with CaptureQueriesContext(connection) as seen:
            plan = read(HEAD + "".join(part))
        counts.append(len(seen))
        assert plan.change
    assert counts[0] == counts[1]
    before = PlanFile.objects.latest("pk").change_id
    plan_files.read(plan_id=plan.pk, now=NOW)
    assert PlanFile.objects.latest("pk").change_id == before


def test_a_short_plan_reads_the_homes_that_it_names_and_no_others(book: Any) -> None:
    """In a district of 46,000 homes each plan of a line read them all, with their containers."""
    made: list[object] = []

    def count(instance: object, **_: object) -> None:
        made.append(instance)

    for model in (Container, Property):
        signals.post_init.connect(count, sender=model)
    try:
        text = HEAD + "1001,REF-1,black-bin,alternate weekly on Monday\n" + f"{'9' * 5000},,,\n"
        plan = read(text)
    finally:
        for model in (Container, Property):
            signals.post_init.disconnect(count, sender=model)
    assert (plan.same, plan.bad_lines) == (1, 1)
    assert {c.place_id for c in made if isinstance(c, Container)} == {1001}
    known = plan_files._known(plan.text, MONDAY, MONDAY)
    assert known.places == {1001} and {place for place, _ in known.boxes} == {1001}


def test_plans_are_read_one_at_a_time_and_leave_places_to_messages(book: Any) -> None:
    for _ in range(2):
        plan_files.take(
            name="p.csv", content=HEAD.encode() + b"1001,R,b,d\n", since=MONDAY, by=OFFICER, now=NOW
        )
    locks = QueueJob.objects.filter(task_name="waste.read_plan").values_list("lock", flat=True)
    assert list(locks) == ["plans", "plans"]
