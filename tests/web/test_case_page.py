"""The page of a case: what has been and what is to come, what was told, the day for a calendar, own photos."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from doorstep.bookings.models import Booking, Day
from doorstep.cases.models import Case
from doorstep.catalogue.words import say
from doorstep.files import photos
from tests.form_client import FormClient, text, words
from tests.people import opened
from tests.streets import Streets


@pytest.fixture
def sender(district: Any) -> Any:
    """A resident who has sent a missed bin, and its case."""
    client, box = FormClient(), district.boxes[0]
    base = "/services/missed-bin"
    client.post(f"{base}/begin")
    client.post(f"{base}/address", {"property": str(box.place_id)})
    client.post(f"{base}/bin", {"container": str(box.pk)})
    client.post(f"{base}/contact", {"name": "Ann", "email": "ann@x.example", "phone": ""})
    client.post(f"{base}/check")
    return client, Case.objects.get()


def test_steps_done_and_to_come_stand_with_their_dates(sender: Any) -> None:
    client, case = sender
    for page in (f"/case/{case.reference}", f"/case/{case.reference}/sent"):
        answer = client.get(page)
        said, steps = words(answer), text(answer).split('<ol class="kit-steps">')[1]
        assert re.findall(r"kit-steps__(\w+)", steps.split("</ol>")[0]) == ["now", "ahead", "ahead"]
        assert f"To come: The crew comes back By the end of {say(case.due_on)}" in said
    assert "What you told us Address 1 Mill Lane" in words(client.get(f"/case/{case.reference}"))
    assert "ann@x.example" not in words(client.get(f"/case/{case.reference}"))


def test_the_day_of_a_booking_is_for_the_calendar_of_who_has_it(sender: Any, district: Any) -> None:
    from doorstep.bookings.models import Calendar

    client, case = sender
    there = f"/case/{case.reference}/day.ics"
    assert client.get(there).status_code == 404
    calendar = Calendar.objects.create(
        code="A", name="A", kind="bulky", wards=[], weekdays=list(range(7)), capacity=2, unit="jobs"
    )
    day = Day.objects.create(calendar=calendar, day=district.today + timedelta(days=9))
    booking = Booking.objects.create(
        day=day, load=1, state="held", case=case, until=district.now + timedelta(hours=1),
        made_at=district.now, touched_at=district.now,
    )  # fmt: skip
    assert client.get(there).status_code == 404  # only held: no day to keep
    Booking.objects.filter(pk=booking.pk).update(state="booked", until=None)
    assert there in text(client.get(f"/case/{case.reference}"))
    (event,) = icalendar.Calendar.from_ical(client.get(there).content).walk("VEVENT")
    assert event["DTSTART"].dt == day.day and isinstance(event["DTSTART"].dt, date)
    assert (
        event["SUMMARY"]
        == f"The crew comes back by {say(case.due_on)} (North West Leicestershire (demo))"
    )
    assert f"Report a missed bin, {case.reference}" in event["DESCRIPTION"]
    assert event.walk("VALARM")[0]["TRIGGER"].dt == timedelta(hours=-6)
    assert Client().get(there).status_code == 404


def test_own_photos_are_for_who_sent_them(district: Any) -> None:
    streets, file = Streets(district), BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    name, other = (
        photos.take(SimpleUploadedFile("p.jpg", file.getvalue()), now=streets.now) for _ in "ab"
    )
    case = streets.case(photos=[name])
    client, there = opened(case), f"/case/{case.reference}/photos/"
    assert FormClient().get(there + name).status_code == 404
    answer = client.get(there + name)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert f"{there}{name}?small" in text(client.get(f"/case/{case.reference}"))
    for wrong in (other, "0" * 32 + ".jpg", "..%2fx"):
        assert client.get(there + wrong).status_code == 404
