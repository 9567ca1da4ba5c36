"""A collection of large items that is booked and paid, and changes of it."""

from datetime import timedelta
from typing import Any

from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import actions as cases
from doorstep.cases import changing, submitting
from doorstep.cases.models import Case, Draft
from doorstep.forms.questions.kind import Typed
from doorstep.intake.filling import Filling
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.filling import fill, made
from tests.publishing import publish_library

THINGS = {"things-mattress": ["1"]}


class Booked:
    """A paid collection of a mattress, its home, and a calendar of two jobs a day."""

    def __init__(self, district: Any) -> None:
        self.district, self.now = district, district.now
        self.service = publish_library("bulky-waste", now=self.now)
        Calendar.objects.create(
            code="ALL", name="All", kind="bulky", wards=[], weekdays=list(range(7)), capacity=2, unit="jobs"
        )  # fmt: skip
        self.day = district.today + timedelta(days=10)
        self.case = self.book(0)

    def slot(self, day: Any = None) -> str:
        return f"ALL/{(day or self.day).isoformat()}"

    def answers(self, home: int) -> dict[str, Any]:
        return {
            "property": str(self.district.boxes[home].place_id),
            "things": Typed(THINGS),
            "slot": Typed({"slot": [self.slot()]}),
            "where": "On the drive",
            "picture": None,
            "name": "Ann",
            "email": "ann@resident.example",
            "phone": None,
        }

    def book(self, home: int, **answers: Any) -> Case:
        draft = fill(self.service, {**self.answers(home), **answers}, now=self.now)
        case, decision = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=self.now)
        assert case is not None, decision
        cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=self.now)
        return Case.objects.get(pk=case.pk)

    def changed(self, page_id: str, **fields: list[str]) -> Draft:
        """Begin a change and answer one page of it."""
        draft = changing.begin(
            case_id=self.case.pk, owner=made(), channel="online", by=RESIDENT, now=self.now
        )
        self.answer(draft, page_id, **fields)
        return draft

    def answer(self, draft: Draft, page_id: str, **fields: list[str]) -> None:
        filling = Filling(draft, by=RESIDENT, now=self.now)
        page = filling.service.form.page(page_id)
        assert page
        entries = filling.read(page, lambda _q: Typed(fields))
        assert not entries.wrong, entries.wrong
        assert not filling.answer(page, entries).stops

    def send(self, draft: Draft) -> Any:
        return changing.send(draft_id=draft.pk, by=RESIDENT, now=self.now)

    def again(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def live(self) -> list[tuple[str, str, bool]]:
        rows = (
            Booking.objects.exclude(state="released").order_by("id").select_related("day__calendar")
        )
        return [(b.state, b.day.slot, b.case_id is not None) for b in rows]
