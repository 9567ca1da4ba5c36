"""Going back to correct an answer keeps what does not rest on it: a dispute, an override, a choice."""

from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases import drafts
from doorstep.intake.filling import Filling
from doorstep.intake.orders import fields_of
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor
from doorstep.waste import actions as waste
from tests.filling import made
from tests.streets import Streets

OFFICER = Actor("staff", "officer")


def log(district: Any, number: int) -> None:
    waste.record_log(
        event_id=uuid4(),
        container_id=str(district.boxes[number].pk),
        reason="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=district.now,
    )


def answer(filling: Filling, page_id: str, **given: object) -> Any:
    page = filling.service.form.page(page_id)
    assert page
    entries = filling.read(page, lambda q: fields_of(q, given.get(q.id)))
    assert not entries.wrong, entries.wrong
    return filling.answer(page, entries)


@pytest.fixture
def stopped(district: Any) -> Filling:
    """A form that stops, because the crew recorded that the bin was not out."""
    box = district.boxes[0]
    log(district, 0)
    draft = drafts.begin(
        service=district.service, owner=made(), channel="online", by=RESIDENT, now=district.now
    )
    filling = Filling(draft, by=RESIDENT, now=district.now)
    answer(filling, "address", property=str(box.place_id))
    assert answer(filling, "bin", container=str(box.pk)).stops
    return filling


def test_a_dispute_outlives_a_corrected_email(stopped: Filling) -> None:
    page = stopped.service.form.page("bin")
    assert page and not stopped.dispute(page).stops
    answer(stopped, "dispute", why="It stood at the kerb from six.")
    answer(stopped, "contact", email="ann@resident.exampel")
    answer(stopped, "contact", email="ann@resident.example")
    assert stopped.first_open() is None
    case, _ = stopped.submit()
    assert case and case.answers["why"] == "It stood at the kerb from six."
    assert case.events.filter(kind="dispute").count() == 1


def test_an_override_outlives_a_corrected_email(stopped: Filling) -> None:
    stopped.by = OFFICER
    page = stopped.service.form.page("bin")
    assert page and not stopped.override(page, reason="Seen on camera").stops
    answer(stopped, "contact", email="ann@resident.exampel")
    answer(stopped, "contact", email="ann@resident.example")
    case, _ = stopped.submit()
    assert case and case.events.filter(kind="override").count() == 1


def test_another_bin_is_judged_for_itself(stopped: Filling, district: Any) -> None:
    page = stopped.service.form.page("bin")
    assert page
    stopped.dispute(page)
    answer(stopped, "dispute", why="It stood at the kerb from six.")
    log(district, 1)
    other = district.boxes[1]
    answer(stopped, "address", property=str(other.place_id))
    assert "container" not in stopped.draft.answers  # it was a choice among the other home's
    assert stopped.draft.passed == {} and stopped.draft.asked == []
    assert answer(stopped, "bin", container=str(other.pk)).stops
    # Disputed too, it asks why: what was said of the other bin stands there to be looked at, and is not sent unseen.
    stopped.dispute(page)
    asked = stopped.next_open()
    assert asked and asked.id == "dispute" and "why" not in stopped.draft.answers
    assert stopped.draft.typed["dispute"]["why"] == ["It stood at the kerb from six."]


def test_what_is_no_longer_asked_is_neither_weighed_nor_sent(district: Any) -> None:
    """A report turns out to be known: what it was on is not asked any more, and stops nothing."""
    streets = Streets(district)
    known = streets.case()
    draft = streets.draft()
    filling = Filling(draft, by=RESIDENT, now=streets.now)
    assert "surface" in draft.answers and filling.first_open() is None
    answer(filling, "similar", same=known.reference)
    assert "surface" not in draft.answers and "surface" in str(draft.typed)
    shown = {q.id for page in filling.pages for q in page.questions}
    assert set(draft.answers) <= shown and filling.first_open() is None
    # Put right again, what was said stands there to be looked at.
    answer(filling, "similar", same="different")
    first = filling.first_open()
    assert first and any(q.id == "surface" for q in first.questions)
    answer(filling, "similar", same=known.reference)
    case, _ = filling.submit()
    assert case and case.stage == "joined" and "surface" not in case.answers
