"""A day with bookings that an officer moves to other days."""

from datetime import date, timedelta
from typing import Any

from doorstep.bookings import moving, queries
from doorstep.bookings.models import Calendar, Move
from doorstep.cases import submitting
from doorstep.cases.models import Case
from doorstep.messages.models import Message
from doorstep.places.models import Property
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor
from tests.booked import Booked
from tests.filling import fill

OFFICER = Actor("staff", "officer")


class Snow(Booked):
    """Two paid collections and one that waits for payment, on a day of three; two a day afterwards."""

    def __init__(self, district: Any) -> None:
        super().__init__(district)
        Calendar.objects.update(capacity=3)
        draft = fill(self.service, self.answers(1), now=self.now)
        held, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=self.now)
        assert held
        self.cases = [self.case, self.book(2), held]
        self.calendar = Calendar.objects.get()

    def fill_up(self, number: int) -> None:
        """Let so many people more have paid for the day, each of a home of their own."""
        self.room(self.calendar.capacity + number)
        like = Property.objects.get(uprn=self.district.boxes[0].place_id)
        for n in range(number):
            like.pk, like.line, like.sort = 5000 + n, f"{n + 100} Mill Lane", n + 100
            like.save(force_insert=True)
            self.cases.append(self.book(0, property=str(like.pk)))

    def room(self, capacity: int) -> None:
        """Give every day another capacity."""
        self.calendar.capacity = capacity
        self.calendar.save()

    def is_open(self, day: date) -> bool:
        """Say whether somebody else could book a day."""
        return queries.days_in([self.calendar], 1, day, day, self.now)[0].open

    def begin(self, *, way: str = "rebook", keep: int = 0, **more: Any) -> Move:
        about: dict[str, Any] = {"calendar": self.calendar, "day": self.day, "keep": keep}
        proposed = moving.propose(**about, now=self.now)
        slots = {p.booking.case_id: p.slot for p in proposed}
        about |= {"way": way, "why": "snow", "slots": slots, "at_once": False, **more}
        return moving.begin(**about, by=OFFICER, now=self.now)

    def moved(self, **more: Any) -> Move:
        move = self.begin(**more)
        self.carry_on(move)
        return move

    def carry_on(self, move: Move, minutes: float = 0.1) -> None:
        moving.carry_on(move_id=move.pk, by=SYSTEM, now=self.later(minutes))
        move.refresh_from_db()

    def undo(self, move: Move, minutes: float = 1) -> None:
        moving.undo(move_id=move.pk, by=OFFICER, now=self.later(minutes))
        self.carry_on(move, minutes + 0.1)

    def later(self, minutes: float) -> Any:
        return self.now + timedelta(minutes=minutes)

    def stages(self) -> list[str]:
        return [Case.objects.get(pk=c.pk).stage for c in self.cases]

    def days(self) -> list[date | None]:
        bookings = [queries.of_case(c) for c in self.cases]
        return [b.day.day if b and b.state != "released" else None for b in bookings]

    def waiting(self) -> list[str]:
        return sorted(Message.objects.exclude(not_before=None).values_list("name", flat=True))


def next_days(snow: Snow, first: int = 1) -> date:
    """Return the first day after the one that is moved on which somebody collects."""
    day = snow.day + timedelta(days=first)
    while queries.never(snow.calendar, day, queries.holiday_test()):
        day += timedelta(days=1)
    return day
