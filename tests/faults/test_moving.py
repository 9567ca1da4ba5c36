"""A day of bookings is moved, and its worker killed between any two steps: each case ends on its other day, once, told once.

Guard removed (seen to fail): `carry_on` marks all lines at its beginning; what was not yet moved then stayed where it was.
"""

from functools import partial
from typing import Any

import pytest

from doorstep.bookings import moving
from doorstep.bookings.models import Booking, MoveLine
from doorstep.fieldwork.models import Job
from doorstep.messages.models import Message
from doorstep.staff.actor import SYSTEM
from tests.faults.cutting import killed_at
from tests.size import size
from tests.snow import Snow, next_days

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_anywhere_while_a_day_is_moved(open_district: Any) -> None:
    snow = Snow(open_district)
    move = snow.begin()
    step, stride = 1, size(29, 3)
    while killed_at(step, partial(moving.carry_on, move_id=move.pk, by=SYSTEM, now=snow.later(1))):
        states = {line.state for line in MoveLine.objects.all()}
        assert states <= {"waiting", "moved"}
        moved = Booking.objects.filter(state__in=("held", "booked"), day__day=next_days(snow))
        # A case is moved with all that belongs to it, or not at all.
        assert moved.count() == MoveLine.objects.filter(state="moved").count()
        step += stride
    move.refresh_from_db()
    assert step > stride * 2 and move.ended_at
    assert snow.days() == [next_days(snow)] * 3
    assert snow.stages() == ["rebooked", "rebooked", "paying_moved"]
    assert Job.objects.filter(state="open").count() == 2
    told = Message.objects.filter(name__in=("rebooked", "paying_moved"))
    assert told.count() == 3


def test_killed_anywhere_while_it_is_undone(open_district: Any) -> None:
    snow = Snow(open_district)
    move = snow.moved()
    moving.undo(move_id=move.pk, by=SYSTEM, now=snow.later(1))
    step, stride = 1, size(29, 3)
    while killed_at(step, partial(moving.carry_on, move_id=move.pk, by=SYSTEM, now=snow.later(2))):
        # The place that waits for those who come back is nobody else's.
        assert not snow.is_open(snow.day)
        step += stride
    assert step > stride * 2 and snow.days() == [snow.day] * 3
    assert {line.state for line in MoveLine.objects.all()} == {"back"}
    assert snow.is_open(snow.day) is False  # three of three have their place again
    assert Job.objects.filter(state="open").count() == 2
