"""A council whose book of rounds is kept by the waste system it has already: what stands there is seen here."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from doorstep.cases.models import CaseTask
from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import Job, Outcome
from doorstep.forms.facts import Unavailable
from doorstep.places.models import Property
from doorstep.waste import facts, mirror, queries, sheets
from doorstep.waste.models import Container, Mirrored, Round, Sheet
from standins.whitespace.app import Home, StandIn
from tests import whitespace
from tests.district import District
from tests.their_work import HOME, MINUTE, box, reported, sent


def test_containers_rounds_and_days_are_read(there: StandIn, district: District) -> None:
    assert mirror.bring(HOME, district.now) is None
    row = box()
    assert (row.kind, row.round.name, row.round.weeks) == (
        "black-bin",
        f"RND-6 {district.due:%a} Wk 2",
        2,
    )
    found = queries.boxes_at(HOME, district.today)
    due = queries.last_due(found[0], district.today)
    assert due is not None and due.day == district.due
    following = queries.next_due(found[0], district.today)
    assert following is not None and following.day == district.due + timedelta(days=14)


def test_days_are_theirs_though_no_cycle_gives_them(there: StandIn, district: District) -> None:
    """A collection that they moved, such as at Christmas, is shown where they have it; its cycle's own day is not."""
    moved = district.due + timedelta(days=14)
    for line in there.homes[HOME].collections:
        if line["Date"] == moved:
            line["Date"] = moved + timedelta(days=1)
    there.homes[HOME].services[0]["NextCollectionDate"] = f"{moved + timedelta(days=1)}T00:00:00"
    mirror.bring(HOME, district.now)
    found = queries.boxes_at(HOME, district.today)[0]
    days, _ = queries.due_days(found, district.today, district.today + timedelta(days=30))
    assert [due.day for due in days] == [moved + timedelta(days=1), moved + timedelta(days=14)]


def test_a_home_is_read_once_in_a_while(there: StandIn, district: District) -> None:
    mirror.bring(HOME, district.now)
    asked = len(there.seen)
    mirror.bring(HOME, district.now + timedelta(seconds=50))
    assert len(there.seen) == asked
    mirror.bring(HOME, district.now + 2 * MINUTE)
    assert [action.rpartition("/")[2] for action, *_ in there.seen[asked:]] == [
        "GetInCabLogs", "GetInCabLogs", "GetSiteWorksheets"
    ]  # fmt: skip


def test_a_container_that_changes_its_round_keeps_its_number(
    there: StandIn, district: District
) -> None:
    mirror.bring(HOME, district.now)
    number, before = box().pk, box().round_id
    there.homes[HOME].services[0]["RoundSchedule"] = "RND-9 Fri Wk 1"
    mirror.bring(HOME, district.now + timedelta(hours=7))
    row = box()
    assert row.pk == number and row.round.name == "RND-9 Fri Wk 1"
    # What was due in the past was due by the round of then.
    assert (row.was_round_id, row.since) == (
        before,
        (district.now + timedelta(hours=7)).astimezone(ZONE).date(),
    )
    # That nothing is emptied there is believed once they say so for a day: an answer without its list looks the same.
    there.homes[HOME].services.clear()
    mirror.bring(HOME, district.now + timedelta(hours=14))
    assert box().pk == number
    mirror.bring(HOME, district.now + timedelta(hours=40))
    assert not Container.objects.filter(place_id=HOME).exists()


def test_a_kind_that_nobody_named_is_left_out(there: StandIn, district: District) -> None:
    there.homes[HOME].services.append({**whitespace.FOOD, "ServiceItemName": "ODD-1"})
    assert mirror.bring(HOME, district.now) is None
    assert [c.kind for c in Container.objects.filter(place_id=HOME)] == ["black-bin"]


def test_who_has_nothing_there_has_nothing_here(there: StandIn, district: District) -> None:
    del there.homes[HOME]
    assert mirror.bring(HOME, district.now) is None
    assert facts.containers(str(HOME), district.now).value == []


def test_what_the_crew_logged_is_known_of_its_container(there: StandIn, district: District) -> None:
    at = datetime.combine(district.due, time(10), ZONE)
    there.log(HOME, "Refuse - Not Out", "RND-6", at)
    there.log(HOME + 1, "Refuse - Contaminated", "RND-6", at)
    there.log(HOME, "Refuse - Eaten By A Dragon", "RND-6", at)
    for _ in range(2):
        mirror.bring(HOME, district.now + _ * 2 * MINUTE)
    assert [(o.code, o.day, o.at) for o in Outcome.objects.all()] == [("not_out", district.due, at)]
    logs: Any = facts.property_logs(str(HOME), str(box().pk), district.due, district.now).value
    assert [line["reason"] for line in logs] == ["not_out"]


def test_a_round_that_was_done_in_the_street(there: StandIn, district: District) -> None:
    whitespace.done_in_cab(there, district, HOME)
    mirror.bring(HOME, district.now)
    progress: Any = facts.street_progress(
        str(HOME), box().round_id, district.due, district.now
    ).value
    assert progress["state"] == "finished"


def test_who_does_not_answer_leaves_what_was_read(there: StandIn, district: District) -> None:
    mirror.bring(HOME, district.now)
    there.mood = "down"
    later = district.now + timedelta(hours=7)
    assert mirror.bring(HOME, later) is None
    row = Mirrored.objects.get(place_id=HOME)
    assert row.book_at == district.now and "503" in row.wrong
    assert box().round.days
    # Not asked again for half a minute; then it is.
    asked = len(there.seen)
    mirror.bring(HOME, later + timedelta(seconds=20))
    assert len(there.seen) == asked
    there.mood = ""
    mirror.bring(HOME, later + timedelta(seconds=40))
    assert Mirrored.objects.get(place_id=HOME).wrong == ""


@pytest.mark.parametrize(
    "mood", ["down", "refuse", "odd", "fault", "error", "other", "half", "endless"]
)
def test_a_home_that_was_never_read_is_no_home_without_bins(
    there: StandIn, district: District, mood: str
) -> None:
    there.mood = mood
    assert isinstance(mirror.bring(HOME, district.now), Unavailable)
    assert not Round.objects.exists()


def test_a_person_waits_for_one_home_no_longer_than_its_bound(
    there: StandIn, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.mood, there.seconds = "slow", 0.05
    monkeypatch.setattr(mirror, "MOST_SECONDS", 0.06)
    mirror.bring(HOME, district.now)
    assert len(there.seen) <= 3
    assert "too slowly" in Mirrored.objects.get(place_id=HOME).wrong


def test_homes_are_read_at_night_the_oldest_first(there: StandIn, district: District) -> None:
    count = Property.objects.count()
    assert mirror.walk(district.now, count - 1) == count - 1
    assert mirror.walk(district.now + MINUTE) == 1
    assert mirror.walk(district.now + MINUTE) == 0
    there.mood = "down"
    assert mirror.walk(district.now + timedelta(hours=8)) == 0


def test_flats_have_what_stands_at_their_building(there: StandIn, district: District) -> None:
    flat = Property.objects.get(uprn=HOME)
    building = Property.objects.get(uprn=HOME + 1)
    Property.objects.filter(uprn=HOME).update(parent=building)
    there.homes[HOME].services.clear()
    mirror.bring(flat.uprn, district.now)
    value: Any = facts.containers(str(HOME), district.now).value
    assert [row["id"] for row in value] == [str(box(building.uprn).pk)]


def test_a_form_says_that_it_cannot_look_just_now(there: StandIn, district: District) -> None:
    """No bins and no answer are two things; what was answered before stays, and it goes on once they answer."""
    from tests.form_client import FormClient, text

    there.mood = "down"
    form = FormClient()
    base = "/services/missed-bin"
    form.post(f"{base}/begin")
    form.post(f"{base}/address", {"postcode": "LE67 3FJ", "find": "1"})
    form.post(f"{base}/address", {"property": str(HOME)})
    page = text(form.get(f"{base}/bin"))
    assert "We cannot look this up just now" in page and "nothing on record" not in page
    page = text(form.post(f"{base}/bin", {"container": "1"}))
    assert "Send it again in some minutes" in page
    there.mood = ""
    Mirrored.objects.update(tried_at=district.now - MINUTE)
    assert "Black bin" in text(form.get(f"{base}/bin"))


# Work.


def test_a_report_is_keyed_there_once(there: StandIn, district: District) -> None:
    case = reported(there, district)
    sheet = sent(district.now)
    work = there.sheets[str(sheet.number)]
    job = Job.objects.get()
    assert (work.uprn, work.service, work.items) == (HOME, "289", {"22": "1"})
    assert work.reference == f"{case.reference}/{job.pk}" and work.due == f"{job.day} 23:59"
    assert "Ann" not in work.message and "Black bin" in work.message
    for minutes in (1, 20):
        assert sent(district.now + minutes * MINUTE).state == "open"
    assert len(there.sheets) == 1


def test_its_outcome_comes_by_a_poke(there: StandIn, district: District, client: Client) -> None:
    case = reported(there, district)
    sheet = sent(district.now)
    there.end(str(sheet.number), p68="Collected")
    assert whitespace.poked(client, there, str(sheet.number)).content == b"OK"
    sent(district.now + MINUTE)
    case.refresh_from_db()
    assert (case.stage, Outcome.objects.get(job__isnull=False).code) == ("collected", "collected")
    # A replay, or a word of theirs that comes late, changes nothing.
    whitespace.poked(client, there, str(sheet.number))
    sent(district.now + MINUTE)
    assert Outcome.objects.filter(job__isnull=False).count() == 1
    # What they put right is put right here.
    there.end(str(sheet.number), p68="Not out")
    whitespace.poked(client, there, str(sheet.number))
    sent(district.now + MINUTE)
    case.refresh_from_db()
    assert case.stage == "not_out"


def test_its_outcome_is_asked_for_where_nobody_pokes(there: StandIn, district: District) -> None:
    case = reported(there, district)
    sheet = sent(district.now)
    there.end(str(sheet.number), p68="Contaminated")
    sent(district.now + 10 * MINUTE)
    case.refresh_from_db()
    assert case.stage == "with_crew"
    assert sent(district.now + 16 * MINUTE).state == "done"
    case.refresh_from_db()
    assert case.stage == "contaminated"


@pytest.mark.parametrize(
    "said, state", [("Elsewhere", "Complete"), ("", "Complete"), ("", "Cancelled")]
)
def test_what_nobody_can_read_is_a_persons_to_say(
    there: StandIn, district: District, said: str, state: str
) -> None:
    case = reported(there, district)
    sheet = sent(district.now)
    there.end(str(sheet.number), state, p68=said)
    sent(district.now + 16 * MINUTE)
    case.refresh_from_db()
    assert case.stage == "with_crew"
    assert "say what came of it" in CaseTask.objects.get(case=case).task.text


def test_a_report_that_is_withdrawn_is_cancelled_there(there: StandIn, district: District) -> None:
    reported(there, district)
    sheet = sent(district.now)
    Job.objects.update(state="withdrawn")
    sheets.look(district.now + MINUTE)
    sheets.go_on(sheet_id=sheet.pk, now=district.now + MINUTE)
    assert there.sheets[str(sheet.number)].status == "Cancelled"
    assert Sheet.objects.get(pk=sheet.pk).state == "cancelled"


def test_a_report_withdrawn_before_it_was_sent_is_never_sent(
    there: StandIn, district: District
) -> None:
    reported(there, district)
    sheets.look(district.now)
    Job.objects.update(state="withdrawn")
    assert sent(district.now).state == "dropped"
    assert not there.sheets


@pytest.mark.parametrize("mood", ["down", "refuse", "odd", "fault", "other", "half"])
def test_what_did_not_get_through_is_sent_once_it_works(
    there: StandIn, district: District, mood: str
) -> None:
    """Also where it was keyed there and the answer got lost: it is looked for by our key first."""
    case, now = reported(there, district), district.now
    there.mood = mood
    sheet = sent(now)
    there.mood = ""
    if sheet.state == "refused":  # a key that they refuse is a person's to mend, and to send again
        assert mood == "refuse" and "key it there" in CaseTask.objects.get(case=case).task.text
        sheets.send_again(sheet_id=sheet.pk, now=now + MINUTE)
    sheet = sent(now + MINUTE)
    assert sheet.state == "open" and list(there.sheets) == [sheet.number]


def test_a_worker_that_died_at_any_step_leaves_one_worksheet_and_one_outcome(
    there: StandIn, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, now = reported(there, district), district.now

    class Died(BaseException):
        pass

    def dies(*_: Any, **__: Any) -> None:
        raise Died

    # After it was keyed, before the number was written down.
    with monkeypatch.context() as patch:
        patch.setattr(sheets, "_is_there", dies)
        with pytest.raises(Died):
            sent(now)
    assert len(there.sheets) == 1
    # Nobody else goes on with it while the one may still live; then it is found there.
    assert sent(now + MINUTE).state == "to_send"
    sheet = sent(now + 3 * MINUTE)
    assert sheet.state == "open" and len(there.sheets) == 1
    # After the outcome was carried, before that was written down.
    there.end(str(sheet.number), p68="Collected")
    with monkeypatch.context() as patch:
        patch.setattr(sheets, "_end", dies)
        with pytest.raises(Died):
            sent(now + 20 * MINUTE)
    assert sent(now + 23 * MINUTE).state == "done"
    case.refresh_from_db()
    assert case.stage == "collected" and Outcome.objects.filter(job__isnull=False).count() == 1


def test_what_was_keyed_by_telephone_is_known(there: StandIn, district: District) -> None:
    whitespace.done_in_cab(there, district, HOME)
    there.key(HOME, "289", "Missed Collection Refuse")
    mirror.bring(HOME, district.now)
    known: Any = facts.keyed_elsewhere(str(HOME), str(box().pk), district.due, district.now).value
    assert [row["day"] for row in known] == [district.today]
    # What was keyed before the last collection is about another.
    later = district.today + timedelta(days=1)
    assert facts.keyed_elsewhere(str(HOME), str(box().pk), later, district.now).value == []
    there.end(next(iter(there.sheets)), "Complete")
    mirror.bring(HOME, district.now + 2 * MINUTE)
    assert facts.keyed_elsewhere(str(HOME), str(box().pk), district.due, district.now).value == []


def test_what_is_keyed_at_the_same_moment_becomes_ours(there: StandIn, district: District) -> None:
    """They take the same once in half an hour: work that an adviser keyed a moment ago is what the report waits for."""
    reported(there, district)
    theirs_ = there.key(HOME, "289", "Missed Collection Refuse")
    sheet = sent(district.now)
    assert (sheet.state, sheet.number) == ("open", theirs_.id) and len(there.sheets) == 1


def test_what_a_crew_of_ours_did_needs_nobody_from_there(
    there: StandIn, district: District
) -> None:
    from uuid import uuid4

    from doorstep.fieldwork import actions as fieldwork
    from doorstep.staff.actor import SYSTEM

    case = reported(there, district)
    sheet = sent(district.now)
    job = Job.objects.get()
    fieldwork.finish_job(event_id=uuid4(), job_id=job.pk, code="collected", note="", photo="", by=SYSTEM, now=district.now)  # fmt: skip
    assert sent(district.now + MINUTE).state == "cancelled"
    assert there.sheets[str(sheet.number)].status == "Cancelled"
    case.refresh_from_db()
    assert case.stage == "collected"


def test_a_poke_before_we_know_its_number_is_made_up_for(
    there: StandIn, district: District, client: Client
) -> None:
    case = reported(there, district)
    sheets.look(district.now)
    there.on_change.append(
        lambda: (
            [
                there.end(n, p68="Collected")
                for n, s in list(there.sheets.items())
                if s.status == "Open"
            ]
            and None
        )
    )
    there.on_end.append(lambda sheet: whitespace.poked(client, there, sheet.id) and None)
    sent(district.now)
    assert sent(district.now + 16 * MINUTE).state == "done"
    case.refresh_from_db()
    assert case.stage == "collected" and len(there.sheets) == 1


def test_words_that_are_added_reach_the_crew(there: StandIn, district: District) -> None:
    from doorstep.cases import adding
    from doorstep.staff.actor import RESIDENT

    case = reported(there, district)
    sheet = sent(district.now)
    adding.add(
        case_id=case.pk, text="The gate is open now.", photo="", by=RESIDENT, now=district.now
    )
    for minutes in (1, 2):
        sent(district.now + minutes * MINUTE)
    assert there.sheets[str(sheet.number)].notes == ["The gate is open now."]


def test_nothing_is_read_where_the_book_is_kept_here(district: District) -> None:
    assert mirror.bring(HOME, district.now) is None and not Mirrored.objects.exists()
    sheets.look(district.now)
    assert not Sheet.objects.exists()


def test_bad_pokes_are_answered_as_public_receivers_do(
    there: StandIn, district: District, client: Client, settings: Any
) -> None:
    sheet = there.key(HOME, "289", "Missed Collection Refuse")
    good = whitespace.poke(sheet, whitespace.SECRET)
    url = "/hooks/whitespace"

    def said(body: bytes) -> int:
        return client.post(url, body, content_type="text/xml").status_code

    assert client.get(url).status_code == 405
    assert said(b"") == said(b"<a>") == said(b"<a/>") == 400
    assert said(good.replace(b"completedDate", b"other")) == 400
    assert said(whitespace.poke(sheet, "wrong")) == 401
    assert said(b'<!DOCTYPE a [<!ENTITY b "c">]>' + good) == 400
    assert said(good) == 200
    settings.WHITESPACE_SECRET = ""
    assert said(good) == 500


def test_a_home_of_no_containers_there(there: StandIn, district: District) -> None:
    there.homes[HOME] = Home(HOME, 1)
    assert mirror.bring(HOME, district.now) is None


def test_an_example_asks_nobody(there: StandIn, district: District) -> None:
    """Examples are played at homes that are made up, also where the book is kept elsewhere."""
    from doorstep.catalogue import queries as catalogue
    from doorstep.rehearsal import playing

    contents = catalogue.read_folder(catalogue.folder_of("missed-bin"))
    given = {
        "now": "2026-11-24T10:00",
        "facts": {"last": {"date": date(2026, 11, 23), "round": "R1", "communal": "no"}},
    }
    answers = {"property": "1", "container": "c1", "name": None, "email": None, "phone": None}
    example = {"name": "None of their facts", "given": {**given, "answers": answers}, "expect": {}}
    before = len(there.seen)
    (report,) = playing.play(district.service, contents, [example])
    assert report.differences == [] and len(there.seen) == before
