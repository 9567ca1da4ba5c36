"""A district with a calendar, and a service whose form asks for a day."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from doorstep.bookings.models import Calendar
from doorstep.cases import drafts, submitting
from doorstep.staff.actor import RESIDENT
from tests.filling import made
from tests.publishing import publish_folder

COLLECT = Path(__file__).parent / "collect"


class Desk:
    """A district, one calendar for its ward on every weekday, and drafts of the service with a day."""

    def __init__(self, district: Any) -> None:
        self.district = district
        # A Wednesday morning far from every holiday.
        self.now: datetime = district.at(date(2026, 11, 4), 9)
        self.day = date(2026, 11, 10)
        self.calendar = Calendar.objects.create(
            code="NORTH", name="North", kind="bulky", wards=["E1"], weekdays=[0, 1, 2, 3, 4],
            capacity=10, unit="items",
        )  # fmt: skip
        self.service = publish_folder(COLLECT, self.now)

    @property
    def slot(self) -> str:
        """Return the slot of the day."""
        return f"NORTH/{self.day.isoformat()}"

    def after(self, minutes: float) -> datetime:
        """Return a moment so many minutes later."""
        return self.now + timedelta(minutes=minutes)

    def blank(self) -> Any:
        """Return a draft with nothing answered."""
        return drafts.begin(
            service=self.service, owner=made(), channel="online", by=RESIDENT, now=self.now
        )

    def draft(self, home: int = 0, day: date | None = None) -> Any:
        """Return a draft with everything answered, which so holds its day."""
        draft, day = self.blank(), day or self.day
        uprn = str(self.district.boxes[home].place_id)
        slot = {"id": f"NORTH/{day.isoformat()}", "day": day}
        given: list[dict[str, object]] = [
            {"property": uprn},
            {"slot": slot},
            {"name": "Ann", "email": "ann@resident.example", "phone": ""},
        ]
        for page, answers in zip(self.service.form.pages, given, strict=True):
            words = {k: str(v) for k, v in answers.items()}
            drafts.answer(draft=draft, page=page, given=answers, words=words, now=self.now)
        return draft

    def case(self, home: int = 0, day: date | None = None) -> Any:
        """Return a case that waits for payment and so holds its day."""
        made, _ = submitting.submit(draft_id=self.draft(home, day).pk, by=RESIDENT, now=self.now)
        assert made is not None
        return made


@pytest.fixture
def desk(district: Any) -> Desk:
    return Desk(district)
