"""What a role of one team may do at the desk, and a token of one service: the same table for pages, lists and programs."""

from typing import Any

import pytest

from doorstep.cases import locking
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.fieldwork.models import Job
from doorstep.staff.models import Look
from tests.form_client import text
from tests.people import narrowed, signed_in
from tests.publishing import publish_library
from tests.system import System, problem, report

WASTE, STREETS = "Waste Services", "Street Environment"


def test_of_many_only_those_of_the_team_are_decided(district: Any) -> None:
    with catalogue.other_settings({"release_by_officer": True}):
        case = district.case(0)
    ticked = {"decision": "release", "case": [f"{case.pk}@{locking.standing(case)}"]}
    other = narrowed("officer", team=STREETS)
    assert "Release" not in text(other.get("/desk"))
    assert other.post("/desk/decide", ticked)["Location"] == "/desk?done=0&refused=1"
    assert not Job.objects.exists()
    own = narrowed("officer", team=WASTE)
    assert own.post("/desk/decide", ticked)["Location"] == "/desk?done=1&refused=0"


def test_an_officer_of_another_team_sees_a_case_and_is_offered_no_decision(district: Any) -> None:
    with catalogue.other_settings({"release_by_officer": True}):
        case = district.case(0)
    there = f"/desk/cases/{case.reference}"
    other, own = narrowed("officer", team=STREETS), narrowed("officer", team=WASTE)
    assert "What should happen?" in text(own.get(there))
    page = text(other.get(there))
    assert "What should happen?" not in page and "ann@resident.example" in page
    refused = other.post(f"{there}/decide", {"decision": "release"})
    assert refused.status_code == 403 and "Another team decides this" in text(refused)


def test_a_case_is_restricted_with_a_reason_and_opened_again(district: Any) -> None:
    case = district.case(0)
    there = f"/desk/cases/{case.reference}"
    supervisor, officer = narrowed("supervisor", team=WASTE), signed_in("officer")
    page = supervisor.post(f"{there}/restrict", {"restricted": "1", "why": " "})
    assert page.status_code == 200 and "Say why" in text(page)
    assert officer.post(f"{there}/restrict", {"restricted": "1", "why": "x"}).status_code == 403
    supervisor.post(f"{there}/restrict", {"restricted": "1", "why": "Names a child"})
    assert officer.get(there).status_code == 404 and case.reference not in text(
        officer.get("/desk")
    )
    page = text(supervisor.get(there))
    assert "Names a child" in page and "Let others see this case again" in page
    supervisor.post(f"{there}/restrict", {"why": "A mistake"})
    assert officer.get(there).status_code == 200


def test_a_report_that_is_restricted_is_public_no_more(district: Any) -> None:
    from tests.streets import Streets

    case = Streets(district).case()
    resident = narrowed("councillor", ward="E05010105")
    assert resident.get(f"/reports/{case.reference}").status_code == 200
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert resident.get(f"/reports/{case.reference}").status_code == 404
    assert case.reference not in text(resident.get("/reports"))
    assert case.reference not in text(resident.get("/open311/v2/requests.json"))
    assert resident.get(f"/desk/cases/{case.reference}").status_code == 404


def test_a_token_of_one_service_reads_and_sends_no_other(district: Any) -> None:
    publish_library("litter-bin", now=district.now)
    case = district.case(0)
    ours = System("cases:create", "cases:read", services=["missed-bin"])
    other = System("cases:create", "cases:read", services=["litter-bin"], name="Litter")
    assert ours.get(f"/cases/{case.reference}").status_code == 200
    problem(other.get(f"/cases/{case.reference}"), 404, "no_such_case")
    assert [c["reference"] for c in ours.get("/cases").json()["cases"]] == [case.reference]
    assert other.get("/cases").json()["cases"] == []
    problem(other.send(report(district.boxes[1])), 403, "service_not_its")
    assert ours.send(report(district.boxes[1])).status_code == 201
    Case.objects.update(restricted=True)
    problem(ours.get(f"/cases/{case.reference}"), 404, "no_such_case")
    assert ours.get("/cases").json()["cases"] == []


def test_a_partner_works_through_what_was_sent_to_it(district: Any) -> None:
    from doorstep.cases import sharing

    case, other = district.case(0), district.case(1)
    sharing.share(case=case, kind="sent", key="county")
    partner = narrowed("partner", key="county")
    page = text(partner.get("/desk"))
    assert case.reference in page and other.reference not in page
    assert "A new caller" not in page and "Collections at a home" not in page
    page = text(partner.get(f"/desk/cases/{case.reference}"))
    assert "Who asked for it, and how to reach them, is not shown to you" in page
    assert "ann@resident.example" not in page
    assert Look.objects.filter(what="case, part", key=case.reference).count() == 1
    for act in ("note", "decide", "correct", "move", "refund"):
        assert partner.post(f"/desk/cases/{case.reference}/{act}", {"text": "x"}).status_code == 403


@pytest.mark.parametrize("role", ["officer", "manager"])
def test_a_days_bookings_say_nothing_of_a_restricted_case(district: Any, role: str) -> None:
    from doorstep.bookings.models import Booking, Calendar, Day

    case = district.case(0)
    calendar = Calendar.objects.create(
        code="bulky", kind="bulky", name="Bulky", weekdays=[0], capacity=4, unit="items"
    )
    day = Day.objects.create(calendar=calendar, day=district.today)
    Booking.objects.create(
        day=day, case=case, load=1, state="booked", made_at=district.now, touched_at=district.now
    )
    client, there = signed_in(role), f"/desk/bookings/bulky/{district.today}"
    assert case.reference in text(client.get(there))
    Case.objects.filter(pk=case.pk).update(restricted=True)
    for address in (there, f"{there}/list.csv"):
        page = text(client.get(address))
        assert case.reference not in page and "Mill Lane" not in page, address
    assert "Not open to you" in text(client.get(there))
