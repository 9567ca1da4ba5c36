"""The page of a home: where the round is, what can be begun, what is open, who is known, and who sees what of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from doorstep.cases.models import Case, Draft
from doorstep.customers import matching
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Caution, Job, Outcome
from doorstep.staff.actor import SYSTEM, Actor
from doorstep.staff.models import Look
from doorstep.waste import actions as waste
from doorstep.waste.models import Round, RoundDay
from tests.booked import Booked
from tests.form_client import text
from tests.people import narrowed, signed_in

HOME = "/desk/homes/1001"


def test_it_says_where_the_round_is(district: Any) -> None:
    client = signed_in("adviser")
    assert "Nothing is collected here today" in text(client.get(HOME))
    Round.objects.update(anchor=district.today, weeks=1)
    page = text(client.get(HOME))
    assert "Black bin (rubbish) today: the round has not begun, as far as we were told" in page
    of = {"round_code": "REF-1", "day": district.today, "by": SYSTEM}
    now = district.now - timedelta(minutes=5)
    waste.start_round(event_id=uuid4(), **of, now=now)
    page = text(client.get(HOME))
    assert "Black bin (rubbish) today: the crew is on its way, not here yet" in page
    assert "0 of 1 streets done" in page
    waste.mark_street(event_id=uuid4(), usrn=1, done=True, **of, now=now)
    page = text(client.get(HOME))
    assert "the crew is through with this street" in page and "1 of 1 streets done" in page


def test_what_is_open_is_here_in_the_street_or_closed(district: Any) -> None:
    here, beside, over = district.case(0), district.case(1), district.case(2)
    Case.objects.filter(pk=over.pk).update(
        place=here.place_id, closed_at=district.now, outcome="done", good=True
    )
    page = text(signed_in("adviser").get(HOME))
    parts = page.split('id="in-street"')
    assert f"/desk/cases/{here.reference}" in parts[0]
    assert f"/desk/cases/{beside.reference}" not in parts[0]
    street, closed = parts[1].split('id="closed-here"')
    assert f"/desk/cases/{beside.reference}" in street and "2 Mill Lane" in street
    assert f"/desk/cases/{over.reference}" in closed


def test_all_that_is_closed_stands_behind_a_link(district: Any) -> None:
    for number in range(7):
        case = district.case(number)
        Case.objects.filter(pk=case.pk).update(
            place=1001, closed_at=district.now, outcome="done", good=True
        )
    client = signed_in("adviser")
    page = text(client.get(HOME))
    assert page.count("/desk/cases/") == 5 and "All 7" in page
    page = text(client.get(f"{HOME}?all"))
    assert page.count("/desk/cases/") == 7 and "All 7" not in page


def test_a_restricted_case_is_nowhere_on_it_for_others(district: Any) -> None:
    here, beside, over = district.case(0), district.case(1), district.case(2)
    Case.objects.filter(pk=over.pk).update(
        place=here.place_id, closed_at=district.now, outcome="done", good=True
    )
    Case.objects.update(restricted=True)
    officer, supervisor = signed_in("officer"), narrowed("supervisor", team="Waste Services")
    for case in (here, beside, over):
        assert case.reference not in text(officer.get(HOME))
        assert case.reference in text(supervisor.get(HOME))


def test_what_a_crew_recorded_of_a_restricted_case_is_shown_to_few(district: Any) -> None:
    case = district.case(0)
    job = Job.objects.get(case=case)
    code = next(iter(job.outcomes))
    by = Actor("staff", "crew")
    fieldwork.finish_job(
        event_id=uuid4(), job_id=job.pk, code=code, note="", photo="", by=by, now=district.now
    )
    officer, supervisor = signed_in("officer"), narrowed("supervisor", team="Waste Services")
    assert f"job of {case.reference}" in text(officer.get(f"{HOME}/lifts"))
    Case.objects.update(restricted=True)
    assert case.reference not in text(officer.get(f"{HOME}/lifts"))
    assert f"job of {case.reference}" in text(supervisor.get(f"{HOME}/lifts"))


def test_a_service_is_begun_with_the_home_filled_in(district: Any) -> None:
    client = signed_in("adviser")
    page = text(client.get(HOME))
    assert 'formaction="/desk/new/missed-bin"' in page
    answer = client.post("/desk/new/missed-bin", {"home": "1001", "channel": "post"})
    draft = Draft.objects.get()
    assert answer["Location"] == "/desk/new/missed-bin/all"
    assert draft.answers["property"] == "1001" and draft.channel == "post"
    client.post("/desk/new/missed-bin", {"home": "42"})
    assert Draft.objects.exclude(pk=draft.pk).get().answers == {}


def test_beneath_a_service_stands_what_of_it_is_open_here(district: Any) -> None:
    client = signed_in("adviser")
    assert "One is open" not in text(client.get(HOME))
    district.case(0)
    assert "One is open: With the crew" in text(client.get(HOME))


def test_who_may_not_send_is_offered_nothing_to_begin(district: Any) -> None:
    assert "formaction" not in text(signed_in("reader").get(HOME))


def test_people_are_known_by_their_cases(district: Any) -> None:
    district.case(0)
    matching.match(district.now + timedelta(minutes=1))
    page = text(signed_in("adviser").get(HOME))
    assert "From their cases, not from a register" in page
    assert "Ann" in page.split('id="people-here"')[1]


def test_crews_are_warned_of_a_home(district: Any) -> None:
    client, there = signed_in("officer"), f"{HOME}/warn"
    day = (district.today + timedelta(days=3)).isoformat()
    wrong = client.post(there, {"warning": "A dog", "until": "soon"})
    assert wrong.status_code == 200 and "Choose a day" in text(wrong) and "A dog" in text(wrong)
    assert "Write what crews must know" in text(client.post(there, {"until": day}))
    assert client.post(there, {"warning": "A dog", "until": day})["Location"] == HOME
    assert Caution.objects.get().text == "A dog" and "A dog" in text(client.get(HOME))
    adviser = signed_in("adviser")
    assert "A dog" in text(adviser.get(HOME)) and "Warn crews" not in text(adviser.get(HOME))
    assert adviser.post(there, {"warning": "x", "until": day}).status_code == 403


def test_opening_leaves_a_trace_that_supervisors_see(district: Any) -> None:
    adviser = signed_in("adviser")
    page = text(adviser.get(HOME))
    assert "Who opened this page" not in page
    assert Look.objects.filter(what="home", key="1001").count() == 1
    page = text(signed_in("supervisor").get(HOME))
    assert "Who opened this page" in page and "Adviser" in page.split('id="looks"')[1]


def test_half_a_year_of_lifts_stands_behind_a_link(district: Any) -> None:
    client = signed_in("adviser")
    assert f"{HOME}/lifts" in text(client.get(HOME))
    assert "collections were due" in text(client.get(f"{HOME}/lifts"))
    assert Look.objects.filter(what="home", key="1001").count() == 2
    assert client.get("/desk/homes/42/lifts").status_code == 404


def test_it_takes_few_statements(district: Any, pay: Any, counted: Any) -> None:
    booked = Booked(district)
    Case.objects.filter(pk=booked.case.pk).update(place=1001)
    for number in range(1, 4):
        district.case(number)
    district.case_of("bob@resident.example", 0)
    # A round of today, once all is reported: in its window nobody reports.
    Round.objects.update(anchor=district.today, weeks=1)
    matching.match(district.now + timedelta(minutes=1))
    client = signed_in("supervisor")
    client.post(f"{HOME}/warn", {"warning": "A dog", "until": district.today.isoformat()})
    page = text(client.get(HOME))
    assert "Booked here" in page and "A dog" in page and "From their cases" in page
    with counted("a home", 25):
        client.get(HOME)


def test_a_round_that_is_late_past_its_day_stands_first(district: Any) -> None:
    RoundDay.objects.all().delete()
    now = timezone.now()
    about: dict[str, Any] = {"sentence": "A lorry broke down.", "by": SYSTEM, "now": now}
    until = now + timedelta(days=2)
    waste.delay_round(round_code="REF-1", day=district.due, until=until, **about)
    page = text(signed_in("adviser").get(HOME))
    assert "A lorry broke down." in page and "late until" in page and "late since" in page


def test_who_may_not_read_what_was_recorded_is_not_told_that_nothing_was(district: Any) -> None:
    case = district.case(0)
    job, by = Job.objects.get(case=case), Actor("staff", "crew")
    about: dict[str, Any] = {"note": "", "photo": "", "by": by, "now": district.now}
    fieldwork.finish_job(event_id=uuid4(), job_id=job.pk, code="not_out", **about)
    Outcome.objects.update(day=district.due)
    officer = signed_in("officer")
    assert "not open to you" not in text(officer.get(HOME))
    Case.objects.update(restricted=True)
    assert "not open to you" in text(officer.get(HOME))
