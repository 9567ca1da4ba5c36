"""The counter: numbers of the day, the next one, and names that leave on the same day."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from doorstep.contacts import actions, jobs, waiting
from doorstep.contacts.actions import Said
from doorstep.contacts.models import Contact, Visitor
from doorstep.council.errors import Refused
from doorstep.staff.models import StaffUser
from tests.at_once import at_once


@pytest.fixture
def adviser(district: Any) -> StaffUser:
    return StaffUser.objects.get(username="adviser")


def test_who_waits_longest_is_next(district: Any, adviser: StaffUser) -> None:
    now = district.now
    for n, name in enumerate(("Ann", "Bob", "")):
        came = now + timedelta(minutes=n)
        visitor = waiting.arrive(name=name, needs=["hearing", "made up"], now=came)
        assert visitor.number == n + 1 and visitor.needs == ["hearing"]
    called = waiting.call_next(by=adviser, now=now + timedelta(minutes=5))
    assert called is not None and (called.number, called.name) == (1, "Ann")
    contact = Contact.objects.get()
    assert (contact.channel, contact.is_facing, contact.by) == ("face to face", False, adviser)
    # Two presses in a moment are one.
    again = waiting.call_next(by=adviser, now=now + timedelta(minutes=5, seconds=1))
    assert again is not None and again.pk == called.pk
    second = waiting.call_next(by=adviser, now=now + timedelta(minutes=6))
    assert second is not None and second.number == 2
    assert waiting.called_lately(now + timedelta(minutes=6)) == [2, 1]
    assert waiting.called_lately(now + timedelta(minutes=12)) == []
    third = waiting.call_next(by=adviser, now=now + timedelta(minutes=7))
    assert third is not None and third.number == 3
    assert waiting.call_next(by=adviser, now=now + timedelta(minutes=8)) is None


def test_who_left_is_not_called_and_who_did_not_come_keeps_their_place(
    district: Any, adviser: StaffUser
) -> None:
    now = district.now
    first, second = (waiting.arrive(name=name, now=now) for name in ("Ann", "Bob"))
    waiting.left(visitor_id=first.pk, now=now)
    with pytest.raises(Refused, match="visitor_gone"):
        waiting.left(visitor_id=first.pk, now=now)
    assert Visitor.objects.get(pk=first.pk).name == ""
    called = waiting.call_next(by=adviser, now=now)
    assert called is not None and called.pk == second.pk
    other = StaffUser.objects.get(username="officer")
    with pytest.raises(Refused, match="visitor_gone"):
        waiting.put_back(visitor_id=second.pk, by=other, now=now)
    waiting.put_back(visitor_id=second.pk, by=adviser, now=now)
    assert not Contact.objects.exists() and waiting.waits(now).get().name == "Bob"
    waiting.call_next(by=adviser, now=now + timedelta(minutes=1))
    contact = Contact.objects.get()
    actions.did(contact=contact, what="answered", now=now)
    with pytest.raises(Refused, match="was_seen"):
        waiting.put_back(visitor_id=second.pk, by=adviser, now=now)


def test_what_is_too_long_is_refused(district: Any) -> None:
    for given in ({"name": "x" * 61}, {"words": "x" * 101}):
        with pytest.raises(Refused, match="_long"):
            waiting.arrive(now=district.now, **given)  # type: ignore[arg-type]
    assert not Visitor.objects.exists()


def test_names_leave_on_the_same_day(
    district: Any, adviser: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = district.now
    waiting.arrive(name="Ann", words="her bin", needs=["hearing"], now=now)
    waiting.arrive(name="Bob", now=now)
    waiting.call_next(by=adviser, now=now)
    waiting.forget(now)
    assert {v.name for v in Visitor.objects.all()} == {"Ann", "Bob"}
    actions.end(contact_id=Contact.objects.get().pk, by=adviser, said=Said(), now=now)
    monkeypatch.setattr(jobs.timezone, "now", lambda: now)
    jobs.end_forgotten()
    ann, bob = Visitor.objects.order_by("number")
    assert (ann.name, ann.words, ann.needs, bob.name) == ("", "", [], "Bob")
    monkeypatch.setattr(jobs.timezone, "now", lambda: now + timedelta(days=1))
    jobs.forget()
    assert Visitor.objects.get(pk=bob.pk).name == ""
    monkeypatch.setattr(jobs.timezone, "now", lambda: now + timedelta(days=92))
    jobs.forget()
    assert not Visitor.objects.exists()


def test_a_screen_is_turned_in_a_visit_of_ones_own_alone(district: Any, adviser: StaffUser) -> None:
    now = district.now
    call = actions.begin(channel="telephone", by=adviser, now=now)
    with pytest.raises(Refused, match="not_face_to_face"):
        waiting.turn(contact_id=call.pk, to_visitor=True, by=adviser, now=now)
    visit = actions.begin(channel="face to face", by=adviser, now=now)
    other = StaffUser.objects.get(username="officer")
    with pytest.raises(Refused, match="contact_gone"):
        waiting.turn(contact_id=visit.pk, to_visitor=True, by=other, now=now)
    assert waiting.turn(contact_id=visit.pk, to_visitor=True, by=adviser, now=now).is_facing


def test_two_who_press_at_once_get_two_visitors(open_district: Any) -> None:
    now = open_district.now
    them = [StaffUser.objects.get(username=name) for name in ("adviser", "officer", "supervisor")]
    for turn in range(4):
        later = now + timedelta(minutes=turn)
        came = at_once(*(partial(waiting.arrive, name=f"{n}", now=later) for n in range(3)))
        assert came == ["done"] * 3
        moment = later + timedelta(seconds=30)
        came = at_once(*(partial(waiting.call_next, by=by, now=moment) for by in them))
        assert came == ["done"] * 3
        called = Visitor.objects.filter(called_at=moment)
        assert sorted(v.called_by_id for v in called) == sorted(by.pk for by in them)  # type: ignore[type-var]
    assert sorted(Visitor.objects.values_list("number", flat=True)) == list(range(1, 13))
