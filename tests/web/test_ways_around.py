"""Ways around the table that a tester found: what was begun before, what leads elsewhere, what is typed, what another list says."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases import needs_person, submitting
from doorstep.cases.models import Case, Draft
from doorstep.cases.owners import Owner
from doorstep.fieldwork.models import Caution, Job
from doorstep.reports.models import Joined
from doorstep.staff.actor import RESIDENT, SYSTEM
from doorstep.staff.models import Look, StaffUser, Token
from tests.booked import Booked
from tests.form_client import SEEN, FormClient, text
from tests.people import narrowed, signed_in
from tests.publishing import publish_library
from tests.streets import Streets

WASTE, STREETS = "Waste Services", "Street Environment"


def restrict(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(restricted=True)


def mark(client: Any, path: str) -> str:
    found = SEEN.search(text(client.get(path)))
    return found[1] if found else ""


def test_a_change_begun_before_goes_no_further_once_its_case_is_restricted(
    district: Any, pay: Any
) -> None:
    booked, adviser = Booked(district), signed_in("adviser")
    there = f"/desk/cases/{booked.case.reference}"
    adviser.post(f"{there}/change")
    draft = Draft.objects.get(changes=booked.case)
    page = f"/desk/new/bulky-waste/{draft.pk}/check"
    assert adviser.get(page, follow=True).status_code == 200
    assert booked.case.reference in text(adviser.get("/desk"))
    restrict(booked.case)
    before = booked.case.events.count()
    for answer in (adviser.get(page), adviser.post(page), adviser.get("/desk")):
        assert "ann@resident.example" not in text(answer), answer
    assert "Ann" not in text(adviser.get("/desk")) and booked.case.events.count() == before


def test_what_a_restricted_case_becomes_is_restricted(district: Any) -> None:
    old = district.case(0)
    restrict(old)
    draft = district.draft(1)
    Draft.objects.filter(pk=draft.pk).update(moved_from=old)
    new, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert new is not None and new.restricted and Case.objects.get(pk=new.pk).restricted


def test_a_supervisor_meets_on_a_crews_list_what_the_desk_shows_them(district: Any) -> None:
    shown, hidden = district.case(0), district.case(1)
    Job.objects.update(day=district.today, detail="At the gate of the refuge")
    Job.objects.filter(case=shown).update(detail="By the shed")
    restrict(hidden)
    own, other = narrowed("supervisor", team=WASTE), narrowed("supervisor", team=STREETS)
    crew, job = narrowed("crew", key="REF-1"), Job.objects.get(case=hidden)
    for client, sees in ((own, True), (other, False), (crew, True)):
        assert ("refuge" in text(client.get("/crew/REF-1"))) == sees
    done = {"event": str(uuid4()), "code": "collected"}
    assert other.post(f"/crew/REF-1/jobs/{job.pk}", done).status_code == 404
    job.refresh_from_db()
    assert job.state == "open"
    assert crew.post(f"/crew/REF-1/jobs/{job.pk}", done).status_code == 302


def test_the_preview_of_a_day_and_of_its_move_name_no_restricted_case(
    district: Any, pay: Any
) -> None:
    booked, officer = Booked(district), signed_in("officer")
    restrict(booked.case)
    day = f"/desk/bookings/ALL/{booked.day}"
    close = {"do": "close", "why": "Snow", "seen": mark(officer, day)}
    look = {"do": "look", "keep": "0", "why": "Snow", "way": "email", "seen": mark(officer, f"{day}/move")}  # fmt: skip
    for page in (officer.post(f"{day}/change", close), officer.post(f"{day}/move", look)):
        assert page.status_code == 200
        assert booked.case.reference not in text(page) and "1 Mill Lane" not in text(page)


def test_a_page_names_no_related_case_that_is_not_open_to_who_reads(district: Any) -> None:
    streets = Streets(district)
    first, second = streets.case(), streets.case(email="bob@resident.example")
    officer, here = signed_in("officer"), f"/desk/cases/{second.reference}"
    officer.post(f"{here}/merge", {"seen": mark(officer, here), "into": first.reference})
    restrict(second)
    assert second.reference not in text(officer.get(f"/desk/cases/{first.reference}"))
    Case.objects.filter(pk=second.pk).update(restricted=False)
    restrict(first)
    page = text(officer.get(here))
    assert first.reference not in page and "Not open to you" in page


@pytest.mark.parametrize("closed", [False, True])
def test_a_typed_reference_of_a_restricted_case_is_one_that_there_is_not(
    district: Any, closed: bool
) -> None:
    streets = Streets(district)
    hidden, own = streets.case(), streets.case("street:12", email="bob@resident.example")
    if closed:
        streets.finish(hidden)
    restrict(hidden)
    officer, here = narrowed("officer", team=STREETS), f"/desk/cases/{own.reference}"
    said = [
        text(officer.post(f"{here}/merge", {"seen": mark(officer, here), "into": typed}))
        for typed in (hidden.reference, "GR-2222-2222")
    ]
    problems = [page.partition("govuk-error-summary")[2][:800] for page in said]
    assert problems[0] == problems[1] != "" and not Joined.objects.exists()


def test_undoing_a_move_needs_what_it_closes(district: Any) -> None:
    old, new = district.case(0), Streets(district).case()
    Draft.objects.filter(pk=new.draft_id).update(moved_from=old)
    officer, there = narrowed("officer", team=WASTE), f"/desk/cases/{old.reference}"
    answer = officer.post(f"{there}/move/undo")
    assert answer.status_code == 403 and "Another team decides this" in text(answer)


def test_a_warning_is_ended_from_a_case_at_its_place(district: Any) -> None:
    case = Streets(district).case()
    elsewhere = Caution.objects.create(
        easting=1,
        northing=1,
        text="Dog",
        until=district.today + timedelta(days=9),
        made_at=district.now,
        made_by="x",
    )
    officer = signed_in("officer")
    there = f"/desk/cases/{case.reference}/warnings/{elsewhere.pk}/end"
    assert officer.post(there).status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.ended_at is None


def test_a_token_whose_service_went_meanwhile_is_not_made_for_all(district: Any) -> None:
    typed = {"name": "Litter", "scope": "cases:read", "days": "30", "service": "litter-bin"}
    page = signed_in("administrator").post("/desk/tokens/new", typed)
    assert "runs no more" in text(page) and not Token.objects.exists()


def test_a_key_says_nothing_of_another_services_requests(district: Any) -> None:
    from django.utils import timezone

    from doorstep.staff import actions as staff

    case = Streets(district).case()
    publish_library("litter-bin", now=district.now)
    by = StaffUser.objects.get(username="administrator")
    about: Any = {"days": 30, "by": by, "now": timezone.now(), "services": ["litter-bin"]}
    _, secret = staff.make_token(name="Litter", scopes=["cases:create"], **about)
    said = {"api_key": secret, "service_request_id": case.reference, "status": "CLOSED"}
    answer = FormClient().post("/open311/v2/servicerequestupdates.json", said)
    assert answer.status_code == 403 and not needs_person.of_case(case)


def test_whatever_shows_a_contact_leaves_a_look(district: Any, pay: Any) -> None:
    """Also a page that a form draws again, and lists whose tasks and forms name people."""
    from tests.paying import fee_case, fee_service

    adviser, case = signed_in("adviser"), fee_case(fee_service(district.now), district.now)
    needs_person.promise(
        case_id=None,
        kind="ring",
        text="Ring Bob, 07700 900999",
        by=SYSTEM,
        now=district.now,
        who="Bob Bell",
        telephone="07700 900999",
    )
    me = StaffUser.objects.get(username="adviser")
    district.draft(1, owner=Owner("staff", str(me.pk)), email="caller@resident.example")
    for send, address, word in (
        (adviser.post, f"/desk/cases/{case.reference}/payment", "ann@"),
        (adviser.get, "/desk/tasks", "07700 900999"),
        (adviser.get, "/desk", "caller@"),
    ):
        before = Look.objects.count()
        page = text(send(address))
        assert word not in page or Look.objects.count() == before + 1, address


def test_a_task_goes_to_nobody_who_may_not_see_its_case(district: Any) -> None:
    case = Streets(district).case()
    needs_person.ask_officer(case_id=case.pk, text="Do", by=SYSTEM, now=district.now)
    (task,) = needs_person.of_case(case)
    restrict(case)
    supervisor, there = narrowed("supervisor", team=STREETS), f"/desk/tasks/{task.pk}"
    seen = mark(supervisor, there)
    page = supervisor.post(f"{there}/give", {"to": "adviser", "seen": seen})
    task.refresh_from_db()
    assert page.status_code == 200 and task.owner is None
    assert 'value="adviser"' not in text(supervisor.get(there))


def test_a_homes_page_leaves_out_what_was_recorded_of_a_restricted_case(
    district: Any, pay: Any
) -> None:
    booked, case = Booked(district), district.case(0)
    home = f"/desk/homes/{case.place_id}"
    adviser = signed_in("adviser")
    assert case.reference in text(adviser.get(home))
    for one in (booked.case, case):
        restrict(one)
    for there in (home, f"{home}/lifts"):
        page = text(adviser.get(there))
        assert case.reference not in page and booked.case.reference not in page


def test_lists_cost_no_more_statements_for_who_has_a_team(
    district: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        district.case(number)
    officer = narrowed("officer", team=WASTE)
    officer.get("/desk")
    with django_assert_max_num_queries(9):
        officer.get("/desk")
