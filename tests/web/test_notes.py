"""The note the evening before: asked for, confirmed, told once, stopped by one click."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from doorstep.council.queries import ZONE
from doorstep.messages import actions as messages
from doorstep.messages import jobs as message_jobs
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.outside import plug
from doorstep.places.models import Property
from doorstep.waste import jobs, notes
from doorstep.waste.models import BinNote, Container, MovedDay, Round, Suspension

NOTE, ANN = "/bins/1001/note", "ann@resident.example"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def ask(email: str = ANN, client: Client | None = None) -> Any:
    return (client or Client()).post(NOTE, {"email": email}, follow=True)


def sent() -> Any:
    """Send what waits, and return the latest as the provider got it."""
    for message in Message.objects.filter(sent_at=None):
        sending.send(message_id=message.pk, now=timezone.now())
    return plug.get("messages.messenger").sent(Message.objects.latest("id").key)


def path_in(body: str, about: str) -> str:
    found = re.search(rf"http://[^/]+(/bins/note/{about}/\w+)", body)
    assert found, body
    return found[1]


def confirmed(email: str = ANN, client: Client | None = None) -> BinNote:
    ask(email, client)
    Client().post(path_in(sent().body, "confirm"))
    return BinNote.objects.get(email=email)


@pytest.fixture
def evening(district: Any) -> datetime:
    """An evening at six, before the first home's black bin."""
    tomorrow = district.today + timedelta(days=1)
    Round.objects.create(code="T", name="T", stream="refuse", anchor=tomorrow, weeks=2)
    Container.objects.filter(place_id=1001).update(round="T")
    return datetime.combine(district.today, time(18), ZONE)


def test_a_link_is_confirmed_by_the_button_and_not_by_a_scanners_visit(district: Any) -> None:
    assert "Look for our email" in text(ask())
    link = path_in(sent().body, "confirm")
    for _ in range(3):
        assert "Yes, email me" in text(Client().get(link))
    assert BinNote.objects.get().confirmed_at is None
    assert "Your note is confirmed" in text(Client().post(link))
    assert BinNote.objects.get().confirmed_at
    assert "Your note is confirmed" in text(Client().get(link))
    token = link.rsplit("/", 1)[1]
    assert token not in str(BinNote.objects.values().get())
    assert token not in str(list(Message.objects.values()))


def test_every_address_is_answered_alike(district: Any) -> None:
    confirmed()
    answers = {
        re.sub(r'nonce="[^"]*"', "", text(ask(e))) for e in (ANN, "bo@resident.example", ANN)
    }
    assert len(answers) == 1
    sent()
    assert BinNote.objects.count() == 2
    again = Message.objects.get(name="bin-already")  # asked twice, told once a day
    assert again.to == ANN and again.one_click and again.sent_at


def test_asking_is_limited_by_person_home_and_mailbox(district: Any) -> None:
    for _ in range(10):
        assert ask().status_code == 200
    assert Message.objects.count() == 1  # one link an hour
    assert ask().status_code == 429
    home = Property.objects.get(uprn=1002)
    for n in range(30):
        notes.ask(home=home, email=f"p{n}@resident.example", now=district.now)
    assert BinNote.objects.filter(place=home).count() == notes.MOST_AT_HOME


def test_wrong_addresses_are_explained_and_unknown_ones_are_404(district: Any) -> None:
    assert "Enter an email address in the correct format" in text(ask("nobody"))
    assert "Enter an email address" in text(ask(""))
    for path in ("/bins/9/note", "/bins/9/note/asked", "/bins/note/confirm/x"):
        assert Client().get(path).status_code == 404
    assert Client().post("/bins/note/confirm/x").status_code == 404


def test_the_evening_tells_each_once_with_a_one_click_stop(evening: datetime) -> None:
    note = confirmed()
    ask("unconfirmed@resident.example")
    sent()
    for _ in range(3):
        notes.tell_all(now=evening)
    told = Message.objects.get(name="bin-tomorrow")
    note.refresh_from_db()
    assert told.to == ANN and str(note.told_for) in told.key
    got = sent()
    assert "- Black bin (rubbish)" in got.body and "1 Mill Lane" in got.body
    assert got.unsubscribe.endswith(path_in(got.body, "stop"))


def test_a_bin_of_two_rounds_and_a_shared_one_stand_once_each(evening: datetime) -> None:
    tomorrow = (evening + timedelta(days=1)).date()
    for code, stream, kind in (("T2", "refuse", "black-bin"), ("R", "recycling", "red-box")):
        Round.objects.create(code=code, name=code, stream=stream, anchor=tomorrow, weeks=1)
        Container.objects.create(place_id=1001, kind=kind, round_id=code)
    flat = Property.objects.get(uprn=1001)
    flat.pk, flat.parent_id, flat.line = 2001, 1001, "Flat 1, 1 Mill Lane"
    flat.save(force_insert=True)
    Round.objects.create(code="F", name="F", stream="food", anchor=tomorrow, weeks=1)
    Container.objects.create(place_id=2001, kind="food-caddy", round_id="F")
    confirmed()
    BinNote.objects.update(place=flat)
    notes.tell_all(now=evening)
    body = sent().body
    for name in ("Black bin (rubbish)", "Red boxes (glass, plastic and cans)", "Food waste caddy"):
        assert body.count(f"- {name}") == 1, body


def test_one_click_stops_without_cookies_and_forgets(evening: datetime) -> None:
    confirmed()
    notes.tell_all(now=evening)
    stop = path_in(sent().body, "stop")
    mail_program = Client(enforce_csrf_checks=True)
    assert "Stop the emails" in text(mail_program.get(stop))
    assert BinNote.objects.count() == 1
    answer = mail_program.post(stop, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "forgotten your address" in text(answer)
    assert not BinNote.objects.exists() and not Message.objects.exists()
    assert mail_program.post(stop).status_code == 200  # again does no harm
    assert notes.tell_all(now=evening) == 0


def test_an_old_link_says_that_it_stops_nothing(district: Any) -> None:
    for answer in (Client().get("/bins/note/stop/old"), Client().post("/bins/note/stop/old")):
        assert "nothing to stop" in text(answer) and "no longer email you" not in text(answer)


def test_what_waits_when_someone_stops_is_not_sent(evening: datetime) -> None:
    confirmed()
    notes.tell_all(now=evening)
    waiting = Message.objects.get(name="bin-tomorrow")
    notes.SUBSCRIPTIONS.stop(token=messages.token_of(waiting.about))
    sending.send(message_id=waiting.pk, now=evening)
    assert plug.get("messages.messenger").sent(waiting.key) is None


def test_no_note_for_a_suspended_day_and_the_right_one_for_a_moved_day(
    evening: datetime, district: Any
) -> None:
    confirmed()
    tomorrow = district.today + timedelta(days=1)
    off = Suspension.objects.create(stream="refuse", first=tomorrow, last=tomorrow)
    assert notes.tell_all(now=evening) == 0
    off.delete()
    MovedDay.objects.create(day=tomorrow, to=tomorrow + timedelta(days=1))
    assert notes.tell_all(now=evening) == 0
    assert notes.tell_all(now=evening + timedelta(days=1)) == 1
    assert "(instead of " in Message.objects.get(name="bin-tomorrow").body


def test_a_note_speaks_the_language_it_was_asked_in(evening: datetime) -> None:
    client = Client()
    client.cookies["doorstep_language"] = "cy"
    confirmed(client=client)
    notes.tell_all(now=evening)
    assert "Bin du (sbwriel)" in sent().body and "Yfory" in sent().body


def test_a_flat_is_told_of_its_buildings_containers(evening: datetime) -> None:
    flat = Property.objects.get(uprn=1001)
    flat.pk, flat.parent_id = 2001, 1001
    flat.save(force_insert=True)
    notes.ask(home=flat, email=ANN, now=evening)
    BinNote.objects.update(confirmed_at=evening)
    assert notes.tell_all(now=evening) == 1


def test_only_in_the_evening(evening: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed()
    for hour, wanted in ((16, 0), (22, 0), (17, 1), (18, 1)):
        monkeypatch.setattr(timezone, "now", lambda h=hour: evening.replace(hour=h))
        jobs.tell_this_evening()
        assert Message.objects.filter(name="bin-tomorrow").count() == wanted


def test_the_unconfirmed_and_old_messages_are_forgotten(district: Any) -> None:
    confirmed()
    ask("bo@resident.example")
    notes.SUBSCRIPTIONS.forget(now=district.now + timedelta(days=2))
    assert BinNote.objects.count() == 2
    notes.SUBSCRIPTIONS.forget(now=district.now + timedelta(days=4))
    assert BinNote.objects.get().email == ANN
    assert not Message.objects.filter(to="bo@resident.example").exists()
    Message.objects.update(queued_at=district.now - timedelta(days=8))
    message_jobs.forget()
    assert not Message.objects.exists()


def test_a_message_about_nothing_is_refused_by_the_database(district: Any) -> None:
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        Message.objects.create(key="x", name="x", channel="email", to=ANN, queued_at=district.now)
