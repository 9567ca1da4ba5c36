"""Calendars come as data."""

import re
import shutil
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from doorstep.bookings import calendars
from doorstep.bookings.models import Calendar
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.council import queries as council
from doorstep.places.models import Ward
from tests.publishing import publish_folder

TEXT = """calendars:
  - {code: EAST, name: East, kind: bulky, wards: [E1], weekdays: [monday, sunday], capacity: 4, unit: jobs}
"""


def test_a_file_brings_calendars_up_to_date_and_retires_what_it_no_longer_names(
    desk: Any, tmp_path: Path
) -> None:
    file = tmp_path / "calendars.yaml"
    file.write_text(TEXT)
    out = StringIO()
    call_command("calendars", str(file), stdout=out)
    assert out.getvalue() == "Calendars: EAST.\n"
    made = Calendar.objects.get(code="EAST")
    assert (made.weekdays, made.unit, made.active) == ([0, 6], "jobs", True)
    assert not Calendar.objects.get(code="NORTH").active


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("E1", "E404", "no such wards: E404"),
        ("unit: jobs", "unit: sofas", "unit"),
        ("monday", "mondays", "weekdays"),
        ("EAST", "a/b", "code"),
        ("capacity: 4", "colour: 4", "colour"),
    ],
)
def test_a_file_with_a_mistake_changes_nothing(
    desk: Any, tmp_path: Path, old: str, new: str, says: str
) -> None:
    file = tmp_path / "calendars.yaml"
    file.write_text(TEXT.replace(old, new))
    with pytest.raises(CommandError, match=says):
        call_command("calendars", str(file))
    assert list(Calendar.objects.values_list("code", "active")) == [("NORTH", True)]


def test_the_demos_calendars_hold_every_ward_once(db: None) -> None:
    lines = (council.folder() / "places" / "wards.csv").read_text().splitlines()[1:]
    codes = [line.split(",")[0] for line in lines]
    Ward.objects.bulk_create([Ward(code=c, name=c) for c in codes])
    calendars.load(council.folder() / "calendars.yaml")
    held = [ward for c in Calendar.objects.all() for ward in c.wards]
    assert sorted(held) == sorted(codes)


COLLECT = Path(__file__).parent / "collect"
LONG_AGO, FAR_OFF = date(2020, 4, 1), date(2999, 4, 1)
DIFFER = "the calendar {} counts {}, but the service collect counts {}"


@pytest.fixture
def collect(home: Path) -> Path:
    """The service with a day, which says in which unit it counts: as its setting does, jobs by default."""
    folder = home / "services" / "collect"
    shutil.copytree(COLLECT, folder)
    change(folder / "service.yaml", "settings:\n", "settings:\n  unit: {type: text, default: jobs, label: Unit}\n")  # fmt: skip
    change(folder / "workflow.yaml", 'minutes: "20"}', 'minutes: "20", unit: settings.unit}')
    return folder


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def council_says(home: Path, unit: object) -> None:
    path = home / "councils" / "demo" / "settings.yaml"
    path.write_text(yaml.safe_dump({"collect": {"unit": unit}}))


def problems(folder: Path) -> list[str]:
    try:
        catalogue.of_folder(folder)
    except DefinitionError as exc:
        return [str(problem) for problem in exc.problems]
    return []


def test_a_service_that_counts_otherwise_than_the_councils_calendars_is_refused(
    collect: Path,
) -> None:
    wrong = problems(collect)
    assert [line.split(": ")[0] for line in wrong] == ["workflow.yaml:3"] * 3
    assert DIFFER.format("NORTH", "items", "jobs") in wrong[0]


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        ("items", 0),
        ("points", 3),
        ([{"since": LONG_AGO, "value": "items"}, {"since": FAR_OFF, "value": "points"}], 0),
        ([{"since": LONG_AGO, "value": "points"}, {"since": FAR_OFF, "value": "items"}], 3),
    ],
)
def test_what_counts_is_the_setting_as_it_is_in_force(
    home: Path, collect: Path, unit: object, count: int
) -> None:
    council_says(home, unit)
    assert len(problems(collect)) == count


def test_a_kind_of_which_there_is_no_calendar_is_refused(collect: Path) -> None:
    path = collect / "workflow.yaml"
    path.write_text(path.read_text().replace("'bulky'", "'garden'"))
    assert ["no calendar in calendars.yaml is of the kind `garden`" in p for p in problems(collect)] == [True]  # fmt: skip


def test_a_kind_of_which_no_calendar_has_room_is_refused(home: Path, collect: Path) -> None:
    path = home / "councils" / "demo" / "calendars.yaml"
    path.write_text(re.sub("capacity: [0-9]+", "capacity: 0", path.read_text()))
    council_says(home, "items")
    assert {"has room: `capacity` is 0" in line for line in problems(collect)} == {True}


def test_a_service_that_says_no_unit_is_asked_for_it_where_it_is_used_anew(collect: Path) -> None:
    change(collect / "workflow.yaml", ", unit: settings.unit", "")
    assert ["`book` says no `unit`" in line for line in problems(collect)] == [True]
    assert build(catalogue.read_folder(collect)), "one that was published before goes on"


def test_a_unit_that_is_only_known_once_someone_answers_is_refused(collect: Path) -> None:
    change(collect / "workflow.yaml", "unit: settings.unit", "unit: slot.id")
    assert ["rest on settings alone" in line for line in problems(collect)] == [True]


def test_a_file_of_calendars_that_cannot_be_read_is_said(home: Path, collect: Path) -> None:
    (home / "councils" / "demo" / "calendars.yaml").write_text("calendars: 3")
    assert ["calendars.yaml of this council cannot be read" in p for p in problems(collect)] == [True]  # fmt: skip


def test_a_setting_that_is_wrong_itself_is_not_held_against_calendars(
    home: Path, collect: Path
) -> None:
    council_says(home, [{"since": "soon", "value": "points"}])
    assert problems(collect) == []


@pytest.mark.parametrize("unit", ["items", "points"])
def test_calendars_that_count_otherwise_than_a_running_service_are_not_loaded(
    desk: Any, home: Path, collect: Path, tmp_path: Path, unit: str
) -> None:
    publish_folder(collect)
    council_says(home, "points")
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT.replace("jobs", unit))
    if unit == "points":
        call_command("calendars", str(file), stdout=StringIO())
        assert Calendar.objects.get(code="EAST").unit == "points"
        return
    with pytest.raises(CommandError, match=DIFFER.format("EAST", "items", "points")):
        call_command("calendars", str(file))
    assert list(Calendar.objects.values_list("code", "active")) == [("NORTH", True)]
