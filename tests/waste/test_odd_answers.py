"""What the waste system refuses, forgets, says twice or says of others: nothing is lost, doubled or taken from anybody."""

import time
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from doorstep.cases import adding
from doorstep.cases.models import CaseTask
from doorstep.fieldwork.models import Job
from doorstep.forms.facts import Unavailable
from doorstep.outside import http
from doorstep.places.models import Property
from doorstep.staff.actor import RESIDENT
from doorstep.waste import mirror, queries, sheets, slots
from doorstep.waste.models import Container, Mirrored, Round, Sheet
from standins.whitespace.app import Refused, StandIn
from tests import whitespace
from tests.district import District
from tests.their_work import HOME, MINUTE, box, looked, reported, sent


def refuses(there: StandIn, operation: str, code: str) -> None:
    """Have one operation refused with an error of this number."""

    def no(_given: Any) -> Any:
        raise Refused(code)

    setattr(there, f"_{operation}", no)


def asked(case: Any) -> str:
    """Return what a person is asked about a case, all that is still to be done."""
    return " ".join(t.task.text for t in CaseTask.objects.filter(case=case, task__ended_at=None))


# Whose work it is.


@pytest.mark.parametrize(("code", "days"), [("42", 0), ("23", 400)])
def test_only_the_same_work_of_a_moment_ago_becomes_ours(
    there: StandIn, district: District, code: str, days: int
) -> None:
    """Another refusal takes over nothing, and what is long open there is about another collection."""
    case = reported(there, district)
    others = there.key(HOME, "289", "Missed Collection Refuse")
    others.began -= timedelta(days=days)
    refuses(there, "CreateWorksheet", code)
    sheet = sent(district.now)
    assert sheet.number != others.id and sheet.state == ("refused" if code == "42" else "to_send")
    assert ("did not take this" in asked(case)) == (code == "42")


def test_what_others_keyed_is_theirs_to_cancel(there: StandIn, district: District) -> None:
    reported(there, district)
    others = there.key(HOME, "289", "Missed Collection Refuse")
    assert sent(district.now).is_adopted
    Job.objects.update(state="withdrawn")
    sent(district.now + MINUTE)
    assert there.sheets[others.id].status == "Open"


def test_withdrawn_after_a_lost_answer_it_is_cancelled_there(
    there: StandIn, district: District
) -> None:
    reported(there, district)
    there.mood = "half"
    sent(district.now)
    there.mood = ""
    Job.objects.update(state="withdrawn")
    for minutes in (1, 2):
        sent(district.now + minutes * MINUTE)
    assert [s.status for s in there.sheets.values()] == ["Cancelled"]


def test_what_takes_its_place_is_sent_once_that_is_cancelled(
    there: StandIn, district: District
) -> None:
    """They take the same at one home once in half an hour, and a report withdrawn is made anew within minutes."""
    reported(there, district)
    first = sent(district.now)
    Job.objects.update(state="withdrawn")
    again = Job.objects.get()
    again.pk, again.state = None, "open"
    again.save()
    sheets.look(district.now + MINUTE)
    # Its turn comes before that of the first.
    sheets.go_on(sheet_id=Sheet.objects.get(job=again).pk, now=district.now + MINUTE)
    assert {s.status for s in there.sheets.values() if s.id == first.number} == {"Cancelled"}
    assert Sheet.objects.get(job=again).state == "open" and not CaseTask.objects.exists()


def test_work_of_others_keeps_no_report_from_them(there: StandIn, district: District) -> None:
    """However many jobs are open that crews of ours do, what is theirs is found among them."""
    reported(there, district)
    job = Job.objects.get()
    about = {f.name: getattr(job, f.name) for f in Job._meta.concrete_fields if f.name != "id"}
    job.delete()
    ours = [{**about, "about_kind": "street", "about_key": str(n), "crew_list": "STREETS-NORTH"} for n in range(500)]  # fmt: skip
    Job.objects.bulk_create([Job(**one) for one in ours])
    Job.objects.create(**about)
    assert sent(district.now).number in there.sheets


def test_a_container_brought_to_a_home_is_no_missed_one(there: StandIn, district: District) -> None:
    reported(there, district)
    Job.objects.update(crew_list="DELIVERY")
    looked(district.now)
    assert not there.sheets and not Sheet.objects.exists()


# Homes.


def test_one_home_that_they_refuse_keeps_nobody_from_the_night(
    there: StandIn, district: District
) -> None:
    mirror.walk(district.now)
    bad, real = Property.objects.earliest("uprn").uprn, there._GetSiteCollections
    Mirrored.objects.filter(place=bad).update(book_at=None)

    def but_one(given: Any) -> Any:
        if int(given["Uprn"]) == bad:
            raise Refused("99")
        return real(given)

    there._GetSiteCollections = but_one  # type: ignore[method-assign]
    later = district.now + timedelta(days=1)
    mirror.walk(later)
    assert Mirrored.objects.exclude(place=bad).filter(book_at__lt=later).count() == 0
    there._GetSiteCollections = real  # type: ignore[method-assign]
    mirror.walk(later + timedelta(hours=2))
    assert Mirrored.objects.get(place=bad).book_at


def test_a_home_without_days_takes_none_from_its_round(there: StandIn, district: District) -> None:
    mirror.walk(district.now)
    before = box().round.days
    there.homes[HOME + 1].collections = []
    mirror.bring(HOME + 1, district.now + timedelta(hours=7))
    assert box().round.days == before


def test_an_answer_without_its_list_takes_no_container(there: StandIn, district: District) -> None:
    mirror.bring(HOME, district.now)
    number = box().pk
    there._GetSiteCollections = lambda given: {}  # type: ignore[method-assign]
    mirror.bring(HOME, district.now + timedelta(hours=7))
    assert box().pk == number


def test_a_container_that_is_gone_is_said_to_a_person(there: StandIn, district: District) -> None:
    case = reported(there, district)
    Container.objects.all().delete()
    looked(district.now)
    assert "did not take this" in asked(case)


def test_rounds_are_taken_in_one_order(
    there: StandIn, district: District, monkeypatch: Any
) -> None:
    """Two homes that list the same rounds the other way round never wait for each other."""
    taken: list[str] = []
    real = mirror._keep_round
    monkeypatch.setattr(mirror, "_keep_round", lambda code, *more: (taken.append(code), real(code, *more)))  # fmt: skip
    row = there.homes[HOME].services[0]
    both = [{**row, "RoundSchedule": schedule} for schedule in ("RND-9 Fri", "RND-1 Mon")]
    for uprn, services in ((HOME, both), (HOME + 1, both[::-1])):
        there.homes[uprn].services = services
        taken.clear()
        mirror.bring(uprn, district.now)
        assert taken == sorted(taken) and len(taken) == 2


def test_rounds_alike_by_their_beginning_are_two(there: StandIn, district: District) -> None:
    codes = {mirror.code_of(schedule, stream) for schedule, stream in (
        ("RND-6 Wed Wk 2", "recycling"), ("RND-6 Wed Wk 2", "recovery"), ("RND 6 Wed Wk 2", "recycling"),
        ("RND-6-THE-LONG-ONE-1", "refuse"), ("RND-6-THE-LONG-ONE-2", "refuse"),
    )}  # fmt: skip
    assert len(codes) == 5 and max(map(len, codes)) <= 20


def test_many_logs_that_are_known_cost_no_statement_each(
    there: StandIn, district: District, django_assert_max_num_queries: Any
) -> None:
    for minute in range(60):
        there.log(HOME, "Refuse - Not Out", "RND-6", district.at(district.due, 10) + minute * MINUTE)  # fmt: skip
    mirror.bring(HOME, district.now)
    with django_assert_max_num_queries(16):
        mirror.bring(HOME, district.now + 2 * MINUTE)


@pytest.mark.parametrize("said", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00", "soon", ""])
def test_days_that_are_none(there: StandIn, district: District, said: str) -> None:
    there.homes[HOME].services[0] |= {"SiteServiceValidTo": said, "NextCollectionDate": said}
    there.key(HOME, "289", "Missed Collection Refuse").id = ""
    assert mirror.bring(HOME, district.now) is None
    assert queries.boxes_at(HOME, district.today)


def test_letters_that_nobody_knows_are_nonsense(there: StandIn, client: Any) -> None:
    odd = b'<?xml version="1.0" encoding="foo-bar"?><a/>'
    assert client.post("/hooks/whitespace", odd, content_type="text/xml").status_code == 400


def test_a_stranger_who_goes_through_all_homes_asks_them_no_more(
    there: StandIn, district: District, client: Any, monkeypatch: Any
) -> None:
    from doorstep.web.kit import their_homes

    monkeypatch.setattr(their_homes, "A_MINUTE", 3)
    for uprn in range(HOME, HOME + 7):
        assert client.get(f"/bins/{uprn}").status_code == 200
    assert Mirrored.objects.count() == 3
    # What was read is shown to them all the same.
    assert b"Black bin" in client.get(f"/bins/{HOME}").content


def test_who_sends_a_letter_every_other_second_is_left_at_the_limit() -> None:
    import socket
    from threading import Thread

    from doorstep.outside.errors import TryLater

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def drips() -> None:
            connection, _ = server.accept()
            connection.recv(65536)
            connection.settimeout(0.1)  # between two letters
            with connection, suppress(OSError):
                for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300:
                    connection.sendall(bytes([letter]))
                    with suppress(TimeoutError):
                        connection.recv(1)

        Thread(target=drips, daemon=True).start()
        limits, began = http.Limits(seconds=1.5, connect=1.0, most_bytes=1000), time.monotonic()
        with pytest.raises(TryLater):
            http.send("They", "GET", f"http://127.0.0.1:{port}/", limits)
        assert time.monotonic() - began < 10  # it would go on for half a minute


# Work and its outcome.


def test_a_note_that_they_refuse_keeps_no_outcome_back(there: StandIn, district: District) -> None:
    case = reported(there, district)
    sheet = sent(district.now)
    refuses(there, "AddWorksheetNote", "31")
    adding.add(case_id=case.pk, text="The gate is open.", photo="", by=RESIDENT, now=district.now)
    there.end(str(sheet.number), p68="Collected")
    sent(district.now + MINUTE)
    case.refresh_from_db()
    assert case.stage == "collected" and "Tell the crew" in asked(case)


def test_an_outcome_put_right_twice_is_the_last(
    there: StandIn, district: District, client: Any
) -> None:
    case = reported(there, district)
    number = str(sent(district.now).number)
    for minute, (said, stage) in enumerate([("Collected", "collected"), ("Not out", "not_out"), ("Collected", "collected")], 1):  # fmt: skip
        there.end(number, p68=said)
        whitespace.poked(client, there, number)
        sent(district.now + minute * MINUTE)
        case.refresh_from_db()
        assert case.stage == stage


def test_what_was_asked_of_a_person_is_done_once_it_goes_through(
    there: StandIn, district: District
) -> None:
    case = reported(there, district)
    there.mood = "refuse"
    sheet = sent(district.now)
    assert "did not take this" in asked(case)
    there.mood = ""
    assert sheets.send_again(sheet_id=sheet.pk, now=district.now + MINUTE)
    sent(district.now + MINUTE)
    assert asked(case) == ""


def test_a_press_during_a_try_waits_for_it(there: StandIn, district: District) -> None:
    reported(there, district)
    sheets.look(district.now)
    sheet = Sheet.objects.get()
    Sheet.objects.update(tried_at=district.now)
    assert not sheets.send_again(sheet_id=sheet.pk, now=district.now + timedelta(seconds=5))


def test_work_that_is_gone_there_is_a_persons_and_others_is_nobodys(
    there: StandIn, district: District
) -> None:
    case = reported(there, district)
    there.key(HOME, "78", "Bulky Removal Request")
    number = str(sent(district.now).number)
    mirror.bring(HOME, district.now + 2 * MINUTE)
    there.sheets.clear()
    sent(district.now + 20 * MINUTE)
    mirror.bring(HOME, district.now + 22 * MINUTE)
    assert "Look there" in asked(case) and Sheet.objects.get(number=number).state == "open"
    assert Sheet.objects.get(job=None).state == "cancelled"


def test_a_word_that_nobody_told_us_of_is_asked(there: StandIn, district: District) -> None:
    case = reported(there, district)
    sheet = sent(district.now)
    there.sheets[str(sheet.number)].status = "On Hold"
    sent(district.now + 16 * MINUTE)
    assert "a word of this that nobody told us of" in asked(case)


def test_an_officer_says_what_came_of_it(there: StandIn, district: District, client: Any) -> None:
    """What nobody can read is an officer's to say, on the case's page; and to send again."""
    from doorstep.staff.models import StaffUser
    from tests.form_client import FormClient, text

    case = reported(there, district)
    there.mood = "refuse"
    sheet = sent(district.now)
    officer = FormClient()
    officer.force_login(StaffUser.objects.get(username="officer"), "django.contrib.auth.backends.ModelBackend")  # fmt: skip
    page = f"/desk/cases/{case.reference}"
    shown = text(officer.get(page))
    assert "In the waste system: refused." in " ".join(shown.split()) and "Send it again" in shown
    there.mood = ""
    officer.post(f"{page}/send-again", {"sheet": sheet.pk})
    assert officer.post(f"{page}/send-again", {"sheet": "99999"}).status_code == 404
    number = str(sent(district.now + MINUTE).number)
    there.end(number, "Cancelled")
    sent(district.now + 20 * MINUTE)
    assert "say what came of it" in asked(case)
    import re

    shown = text(officer.get(page))
    hidden = dict(re.findall(r'name="(seen|event|job)" value="([^"]*)"', shown))
    officer.post(f"{page}/correct", {**hidden, "code": "no_access"})
    case.refresh_from_db()
    assert case.stage == "no_access"


# Days.


def test_a_home_they_know_not_says_nothing_of_others_days(
    there: StandIn, district: District
) -> None:
    from doorstep.bookings import queries as bookings
    from doorstep.bookings.models import Calendar

    whitespace.give_days(there, district.today, free=2)
    Calendar.objects.create(code="ALL", name="All", kind="bulky", wards=[], weekdays=list(range(7)), capacity=9, unit="items")  # fmt: skip
    first, last = district.today, district.today + timedelta(days=20)

    def brought(home: int, minutes: int = 0) -> Any:
        return slots.bring("bulky", str(home), 1, first, last, now=district.now + minutes * MINUTE)

    def free(day: date, load: int = 1) -> bool:
        (one,) = bookings.days(
            kind="bulky", uprn=HOME, load=load, first=day, last=day, now=district.now
        )
        return one.open

    day = district.today + timedelta(days=10)
    assert brought(HOME) is None and free(day)
    # Their places are for one home each, whatever it has: three things fit where two places are.
    assert Calendar.objects.get().unit == "jobs" and free(day, load=3)
    del there.homes[HOME + 1]
    assert isinstance(brought(HOME + 1, 2), Unavailable) and free(day)


def test_an_officer_who_left_less_room_is_heeded(there: StandIn, district: District) -> None:
    from doorstep.bookings import changing as opened
    from doorstep.bookings.models import Calendar, Day

    whitespace.give_days(there, district.today, free=6)
    calendar = Calendar.objects.create(code="ALL", name="All", kind="bulky", wards=[], weekdays=list(range(7)), capacity=9, unit="jobs")  # fmt: skip
    day = district.today + timedelta(days=10)
    opened.resize(calendar=calendar, day=day, capacity=1, by=RESIDENT, now=district.now)
    for minutes in (0, 2):
        slots.bring("bulky", str(HOME), 1, day, day, now=district.now + minutes * MINUTE)
        assert Day.objects.get(day=day).capacity == 1


def test_rounds_without_days_are_there_all_the_same(there: StandIn, district: District) -> None:
    there.homes[HOME].collections = []
    there.homes[HOME].services[0]["NextCollectionDate"] = "0001-01-01T00:00:00"
    assert mirror.bring(HOME, district.now) is None
    assert Round.objects.get().days == []
