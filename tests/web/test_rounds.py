"""Rounds at the desk: an officer's delay says who told residents of it, and when."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from doorstep.council.queries import ZONE
from doorstep.waste.models import Round, RoundDay
from tests.people import signed_in


def test_a_delay_and_its_end_leave_a_trace_of_who(district: Any) -> None:
    now = timezone.now()
    today = now.astimezone(ZONE).date()
    Round.objects.create(code="NOW", name="Now", stream="refuse", anchor=today, weeks=1)
    desk = signed_in("supervisor")
    until = (now.astimezone(ZONE) + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    answer = desk.post(
        "/desk/rounds/delay", {"round": "NOW", "until": until, "sentence": "A lorry broke down."}
    )
    assert answer.status_code == 302
    row = RoundDay.objects.get(round_id="NOW", day=today)
    assert row.delay_said_by == "supervisor" and row.delay_said_at >= now
    assert "A lorry broke down. (supervisor," in " ".join(
        desk.get("/desk/rounds").content.decode().split()
    )
    row.delay_said_by = ""
    row.save()
    desk.post("/desk/rounds/delay", {"round": "NOW", "end": "1"})
    row.refresh_from_db()
    assert (row.delayed_until, row.delay_said_by) == (None, "supervisor")
