"""Lines of calendars: what is read back is what was written, whatever it is."""

from datetime import UTC, date, datetime

import icalendar
import vobject
from hypothesis import given
from hypothesis import strategies as st

from doorstep.text import ics

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=300
)


@given(WORDS)
def test_text_comes_back_as_it_was(said: str) -> None:
    made = ics.calendar("-//x//y", ics.part("VEVENT", "UID:1", ics.text("SUMMARY", said), ics.day("DTSTART", date(2026, 12, 24))))  # fmt: skip
    lines = made.split(b"\r\n")
    assert lines.pop() == b"" and all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines) and all(line.decode() is not None for line in lines)
    (event,) = icalendar.Calendar.from_ical(made).walk("VEVENT")
    assert str(event["SUMMARY"]) == said
    other = vobject.readOne(made.decode()).vevent
    assert other.dtstart.value == event["DTSTART"].dt == date(2026, 12, 24)


def test_a_moment_is_of_utc() -> None:
    assert (
        ics.moment("DTSTAMP", datetime(2026, 11, 27, 14, 0, 5, tzinfo=UTC))
        == "DTSTAMP:20261127T140005Z"
    )
