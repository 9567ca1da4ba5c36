"""A contact is begun, waits, goes on, ends once, and says why somebody came: by rule, or as a person says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from doorstep.contacts import actions, jobs, queries
from doorstep.contacts.actions import Said
from doorstep.contacts.models import Act, Contact, Visitor
from doorstep.council.errors import Refused
from doorstep.customers import forgetting, people
from doorstep.customers.models import Person
from doorstep.staff.actor import Actor
from doorstep.staff.models import StaffUser
from tests.at_once import at_once

MINUTE = timedelta(minutes=1)
BY = Actor("staff", "adviser", "adviser")


def who(name: str = "adviser") -> StaffUser:
    return StaffUser.objects.get(username=name)


def begun(district: Any, name: str = "adviser", **more: Any) -> Contact:
    return actions.begin(**{"channel": "telephone", "by": who(name), "now": district.now, **more})


def again(contact: Contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def test_one_is_open_at_a_time_and_the_others_wait(district: Any) -> None:
    first, now = begun(district), district.now
    second = begun(district, now=now + MINUTE)
    begun(district, "officer")
    assert [one.pk for one in queries.on_screen(who().pk)] == [second.pk, first.pk]
    actions.go_on(contact_id=first.pk, by=who(), now=now + 3 * MINUTE)
    assert again(second).is_held and not again(first).is_held
    assert again(first).lasted(now + 4 * MINUTE) == 2 * MINUTE


def test_a_channel_that_is_none_is_refused(district: Any) -> None:
    for channel in ("", "online", "fax"):
        with pytest.raises(Refused, match="channel_missing"):
            begun(district, channel=channel)


def test_the_same_thing_is_kept_once_and_nothing_once_it_is_over(district: Any) -> None:
    contact, case = begun(district), district.case_of("ann@resident.example", 1)
    for _ in range(2):
        actions.did(contact=contact, what="looked", case=case, now=district.now + MINUTE)
    actions.end(contact_id=contact.pk, by=who(), now=district.now + 2 * MINUTE)
    actions.did(contact=contact, what="noted", case=case, now=district.now + 3 * MINUTE)
    assert [(a.what, a.service) for a in contact.acts.all()] == [("looked", "missed-bin")]
    assert again(contact).last_at == district.now + MINUTE


def test_who_only_asks_where_it_stands_need_not_have_rung_and_the_case_says_so(
    district: Any,
) -> None:
    case = district.case_of("ann@resident.example", 1)
    contact = begun(district, now=district.now + MINUTE)
    actions.did(contact=contact, what="looked", case=case, now=district.now + MINUTE)
    ended = actions.end(
        contact_id=contact.pk, by=who(), now=district.now + 2 * MINUTE, told=[case.pk]
    )
    assert (ended.reason, ended.demand, ended.kind) == ("progress", "failure", "chasing")
    line = case.events.get(kind="told where it stands")
    assert line.data == {"channel": "telephone", "contact": contact.pk}
    assert (line.by_kind, line.by_key) == ("staff", "adviser")


def test_a_case_that_was_not_looked_at_is_told_nothing(district: Any) -> None:
    case, contact = district.case_of("ann@resident.example", 1), begun(district)
    actions.end(contact_id=contact.pk, by=who(), now=district.now + MINUTE, told=[case.pk])
    assert not case.events.filter(kind="told where it stands").exists()


def test_what_a_person_said_stays_whatever_is_done_after(district: Any) -> None:
    contact = begun(district)
    actions.did(contact=contact, what="stopped", service="missed-bin", now=district.now)
    said = Said("information", "value", "taken", " A long story ")
    ended = actions.end(contact_id=contact.pk, by=who(), now=district.now + MINUTE, said=said)
    assert ended.is_corrected and ended.note == "A long story"
    actions.open_again(contact_id=contact.pk, by=who(), now=district.now + 2 * MINUTE)
    actions.did(contact=contact, what="sent", service="missed-bin", now=district.now + 2 * MINUTE)
    ended = actions.end(contact_id=contact.pk, by=who(), now=district.now + 3 * MINUTE)
    assert (ended.reason, ended.demand, ended.offered) == ("information", "value", "taken")
    assert ended.lasted(ended.ended_at) == 2 * MINUTE  # type: ignore[arg-type]


def test_what_the_rule_said_is_found_anew_after_it_was_opened_again(district: Any) -> None:
    contact = begun(district)
    first = actions.end(contact_id=contact.pk, by=who(), now=district.now + MINUTE)
    assert (first.reason, first.demand) == ("", "")
    actions.open_again(contact_id=contact.pk, by=who(), now=district.now + 2 * MINUTE)
    actions.did(contact=contact, what="sent", service="graffiti", now=district.now + 2 * MINUTE)
    ended = actions.end(contact_id=contact.pk, by=who(), now=district.now + 3 * MINUTE)
    assert (ended.reason, ended.demand, ended.is_corrected) == ("graffiti", "value", False)


def test_a_slip_is_taken_back_for_ten_minutes(district: Any) -> None:
    contact = begun(district)
    actions.end(contact_id=contact.pk, by=who(), now=district.now)
    with pytest.raises(Refused, match="contact_over"):
        actions.open_again(contact_id=contact.pk, by=who(), now=district.now + 11 * MINUTE)
    actions.open_again(contact_id=contact.pk, by=who(), now=district.now + 10 * MINUTE)
    assert again(contact).ended_at is None


def test_anothers_contact_is_ended_by_nobody_and_corrected_by_who_watches(district: Any) -> None:
    contact, now = begun(district, "officer"), district.now + MINUTE
    for act in (actions.end, actions.hold, actions.go_on, actions.open_again):
        with pytest.raises(Refused, match="contact_gone"):
            act(contact_id=contact.pk, by=who("supervisor"), now=now)
    actions.end(contact_id=contact.pk, by=who("officer"), now=now)
    said = Said(reason="information", demand="signposting")
    for name in ("adviser", "manager"):
        with pytest.raises(Refused, match="contact_gone"):
            actions.correct(contact_id=contact.pk, by=who(name), said=said, now=now)
    actions.correct(contact_id=contact.pk, by=who("supervisor"), said=said, now=now)
    assert (again(contact).kind, again(contact).is_corrected) == ("signposting", True)


@pytest.mark.parametrize("said", [Said(reason="no-such"), Said(demand="no"), Said(offered="no")])
def test_what_is_not_offered_is_refused_and_the_contact_stays_open(
    district: Any, said: Said
) -> None:
    contact = begun(district)
    with pytest.raises(Refused, match="not_offered"):
        actions.end(contact_id=contact.pk, by=who(), now=district.now, said=said)
    assert again(contact).ended_at is None


@pytest.mark.django_db(transaction=True)
def test_two_who_end_it_at_once_end_it_once(district: Any) -> None:
    contact = begun(district)

    adviser = who()

    def end(number: int) -> Any:
        said, now = Said(note=f"From tab {number}"), district.now + number * MINUTE
        return actions.end(contact_id=contact.pk, by=adviser, now=now, said=said).ended_at

    ends: list[Any] = []
    came = at_once(*(lambda n=n: ends.append(end(n)) for n in (1, 2)))
    assert came == ["done", "done"] and ends[0] == ends[1] == again(contact).ended_at
    # What was written in either stays.
    assert set(again(contact).note.split(" · ")) == {"From tab 1", "From tab 2"}


def test_what_is_said_of_one_that_is_over_is_kept_as_a_correction(district: Any) -> None:
    contact, late = begun(district), district.now + 62 * MINUTE
    actions.end_as_known(contact_id=contact.pk, now=late)
    said = Said("information", "chasing", "declined", "A long story")
    for _ in range(2):
        actions.end(contact_id=contact.pk, by=who(), now=late + MINUTE, said=said)
    kept = again(contact)
    assert (kept.reason, kept.kind, kept.offered) == ("information", "chasing", "declined")
    assert kept.is_corrected and kept.note == "A long story" and kept.ended_at == district.now
    actions.end(contact_id=contact.pk, by=who(), now=late + MINUTE)
    assert again(contact).reason == "information" and again(contact).note == "A long story"


def test_what_was_offered_can_be_unset(district: Any) -> None:
    contact = begun(district)
    actions.end(contact_id=contact.pk, by=who(), now=district.now, said=Said(offered="taken"))
    about: dict[str, Any] = {"contact_id": contact.pk, "by": who(), "now": district.now}
    assert actions.correct(**about, said=Said()).offered == "taken"
    assert actions.correct(**about, said=Said(offered="")).offered == ""


@pytest.mark.django_db(transaction=True)
def test_a_key_pressed_twice_begins_one(district: Any) -> None:
    adviser, moment = who(), timedelta(seconds=2)
    acts = [lambda n=n: begun(district, by=adviser, now=district.now + n * moment) for n in (0, 1)]
    assert at_once(*acts) == ["done", "done"] and Contact.objects.count() == 1
    # The telephone and the key are one, too; another telephone is not.
    rang = begun(district, by=adviser, now=district.now + moment, number="01632 960001")
    assert rang.number == "01632 960001" and Contact.objects.count() == 1
    begun(district, by=adviser, now=district.now + moment, number="01632 960002")
    assert Contact.objects.count() == 2


def test_what_is_begun_later_in_another_way_or_after_an_act_is_another(district: Any) -> None:
    second = timedelta(seconds=1)
    first = begun(district)
    assert begun(district, now=district.now + 4 * second) != first
    assert begun(district, channel="post", now=district.now + 5 * second).channel == "post"
    assert Contact.objects.count() == 3
    actions.did(contact=Contact.objects.get(channel="post"), what="answered", now=district.now)
    begun(district, channel="post", now=district.now + 6 * second)
    assert Contact.objects.count() == 4


def test_one_that_was_begun_by_mistake_is_dropped_and_none_in_which_something_was_done(
    district: Any,
) -> None:
    contact = begun(district)
    with pytest.raises(Refused, match="contact_gone"):
        actions.drop(contact_id=contact.pk, by=who("officer"))
    actions.drop(contact_id=contact.pk, by=who())
    assert not Contact.objects.exists()
    used = begun(district)
    actions.did(contact=used, what="answered", now=district.now)
    called = begun(district, channel="face to face")
    Visitor.objects.create(day=district.today, number=1, came_at=district.now, contact=called)
    over = begun(district, "officer")
    actions.end(contact_id=over.pk, by=who("officer"), now=district.now)
    for one, why in ((used, "contact_used"), (called, "contact_used"), (over, "contact_ended")):
        with pytest.raises(Refused, match=why):
            actions.drop(contact_id=one.pk, by=one.by)
    assert Contact.objects.count() == 3


def test_one_that_was_forgotten_ends_as_it_was_left(district: Any, monkeypatch: Any) -> None:
    contact = begun(district, now=district.now - 120 * MINUTE)
    late = district.now - 90 * MINUTE
    actions.did(contact=contact, what="stopped", service="missed-bin", code="reported", now=late)
    kept = begun(district, now=district.now - 59 * MINUTE)
    held = again(contact)
    Contact.objects.filter(pk=held.pk).update(last_at=late)
    jobs.end_forgotten()
    ended = again(contact)
    assert (ended.ended_at, ended.kind) == (late, "duplicate")
    assert again(kept).ended_at is None


def test_who_signs_out_leaves_none_open(district: Any) -> None:
    first, second = begun(district), begun(district, now=district.now + MINUTE)
    actions.leave(by=who(), now=district.now + 9 * MINUTE)
    for one in (first, second):
        assert again(one).ended_at == district.now + 9 * MINUTE
    # The first waited from when the second began.
    assert again(first).lasted(district.now) == MINUTE


def test_what_is_personal_goes_in_time_with_the_person_and_with_the_case(district: Any) -> None:
    by, now = Actor("staff", "adviser"), district.now
    ann, bob = (people.make(name=n, is_organisation=False, by=by, now=now) for n in ("Ann", "Bob"))
    about: dict[str, Any] = {"number": "01632 960001"}
    old = begun(district, person=ann, now=now - timedelta(days=370), **about)
    gone = begun(district, person=bob, now=now - 3 * MINUTE, **about)
    week = begun(district, person=ann, now=now - timedelta(days=8), **about)
    for one in (old, gone, week):
        said = Said(note="Of their health")
        actions.end(contact_id=one.pk, by=who(), now=one.begun_at, said=said)
    bob.delete()
    case = district.case_of("ann@resident.example", 1)
    erased = begun(district, person=ann, now=now - 3 * MINUTE, **about)
    actions.did(contact=erased, what="noted", case=case, now=now)
    actions.end(contact_id=erased.pk, by=who(), now=now, said=Said(note="Of their health"))
    type(case).objects.filter(pk=case.pk).update(erased_at=now)
    jobs.forget()
    for one in map(again, (old, gone, erased)):
        assert (one.note, one.number, one.person_id, one.channel) == ("", "", None, "telephone")
    kept = again(week)
    assert (kept.note, kept.number, kept.person) == ("Of their health", "", ann)
    assert Act.objects.get().what == "noted"


def test_each_page_knows_by_who_is_signed_in_whether_to_look_for_contacts(district: Any) -> None:
    assert not who().has_contacts
    first = begun(district)
    second = begun(district, now=district.now + MINUTE)
    assert who().has_contacts and not who("officer").has_contacts
    actions.end(contact_id=second.pk, by=who(), now=district.now + 2 * MINUTE)
    assert who().has_contacts  # one waits
    actions.end_as_known(contact_id=first.pk, now=district.now + 90 * MINUTE)
    assert not who().has_contacts
    actions.open_again(contact_id=second.pk, by=who(), now=district.now + 3 * MINUTE)
    assert who().has_contacts
    actions.leave(by=who(), now=district.now + 4 * MINUTE)
    assert not who().has_contacts


def test_whoever_came_back_meanwhile_is_not_ended(district: Any) -> None:
    contact, late = begun(district), district.now + 61 * MINUTE
    actions.did(contact=contact, what="answered", now=district.now + 60 * MINUTE)
    actions.end_as_known(contact_id=contact.pk, now=late)
    assert again(contact).ended_at is None


def test_contacts_go_with_a_record_that_gives_way(district: Any) -> None:
    now = district.now
    gone = people.make(name="Ann Lee", is_organisation=False, by=BY, now=now)
    front = people.make(name="Ann Leigh", is_organisation=False, by=BY, now=now)
    Person.objects.filter(pk=front.pk).update(same_as=gone)
    contact = begun(district, person=gone)
    with transaction.atomic():
        forgetting.drop(Person.objects.get(pk=gone.pk))
    assert again(contact).person == front
