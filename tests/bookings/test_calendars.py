"""Calendars come as data."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from doorstep.bookings import calendars
from doorstep.bookings.models import Calendar
from doorstep.council import queries as council
from doorstep.places.models import Ward

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
