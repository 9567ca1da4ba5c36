"""The counter: who waits, and a screen that shows a visitor nobody else's."""

from typing import Any

import pytest

from doorstep.cases.models import Case, Draft
from doorstep.contacts.models import Contact, Visitor
from doorstep.staff.permissions import ROLES
from doorstep.web.desk.facing import ALLOWED, OF_CASE, OF_CONTACT, OF_FORM
from tests.doors import VALUES, addresses, filled
from tests.form_client import FormClient, text, words
from tests.people import signed_in

DESK = "/desk/new/missed-bin"
COVERED = "The visitor can see this screen"


@pytest.fixture
def adviser(district: Any) -> FormClient:
    """Somebody with Ann, who waited, before them."""
    client = signed_in("adviser")
    client.post("/desk/queue", {"name": "Ann", "about": "missed-bin", "needs": ["hearing"]})
    client.post("/desk/queue/next")
    return client


def visit() -> str:
    return f"/desk/contacts/{Contact.objects.get(channel='face to face').pk}"


def test_who_waits_is_listed_and_the_waiting_room_sees_numbers_alone(district: Any) -> None:
    client = signed_in("adviser")
    page = words(client.post("/desk/queue", {"name": "Ann", "words": "her bin"}, follow=True))
    assert "Number 1" in page and "1 waits" in page
    client.post("/desk/queue", {"name": "Bob", "needs": ["interpreter", "wheelchair"]})
    page = words(client.get("/desk/queue"))
    assert page.index("Ann her bin") < page.index("Bob Interpreter Wheelchair")
    there = client.post("/desk/queue/next")
    assert there["Location"] == visit()
    client.post(f"{visit()}/turn", {"to": "staff"})
    screen = client.get("/desk/queue/screen")
    assert screen["Refresh"] == "10" and ">1</li>" in text(screen)
    assert (
        "Ann" not in text(screen) and "Bob" not in text(screen) and "desk-bar" not in text(screen)
    )
    visitor = Visitor.objects.get(name="Ann")
    page = words(client.get("/desk/queue"))
    assert "did not come: put back" in page
    client.post(f"/desk/queue/{visitor.pk}/back")
    assert "2 wait" in words(client.get("/desk/queue"))
    client.post(f"/desk/queue/{visitor.pk}/left")
    assert "1 waits" in words(client.get("/desk/queue"))
    assert "meanwhile" in words(client.post(f"/desk/queue/{visitor.pk}/left"))
    long = text(client.post("/desk/queue", {"name": "x" * 61, "words": "her bin"}))
    assert "Shorten the name" in long and "her bin" in long
    client.post(f"/desk/queue/{Visitor.objects.get(name='Bob').pk}/left")
    assert "Nobody waits." in words(client.post("/desk/queue/next", follow=True))


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_every_other_address_of_the_desk_is_covered(district: Any, role: str) -> None:
    adviser, case = signed_in(role), district.case(1)
    adviser.post("/desk/queue", {"name": "Ann"})
    adviser.post("/desk/queue/next")
    here = VALUES | {"reference": case.reference, "number": "7000", "draft": str(case.draft_id)}
    walked = 0
    for route, view in addresses():
        if not (route.startswith("/desk") or view.permission):
            continue
        name = view_name(route)
        if name in ALLOWED and name not in (*OF_CASE, *OF_CONTACT, *OF_FORM):
            continue
        may = not view.permission or view.permission in ROLES[role]
        walked += may
        for send in (adviser.get, adviser.post):
            page = send(filled(route, here))
            assert (COVERED in text(page)) == may, (route, send)
            status = (200 if send == adviser.get else 409) if may else 403
            assert page.status_code == status, route
            assert "Mill Lane" not in text(page) and case.reference not in words(page), route
    assert walked > 70


def view_name(route: str) -> str:
    from django.urls import resolve

    return resolve(filled(route)).url_name or ""


def test_the_frame_has_neither_box_nor_lists_nor_others(adviser: FormClient, district: Any) -> None:
    page = text(adviser.get(visit()))
    assert "Turn the screen back" in page and "What is it about?" in page
    for left_out in (
        "desk-find",
        "govuk-service-navigation",
        "contact-bar",
        "contact-start",
        "Worklist",
    ):
        assert left_out not in page, left_out


def test_turned_back_it_is_the_desk_again(adviser: FormClient, district: Any) -> None:
    covered = text(adviser.get("/desk/customers?x=1"))
    assert COVERED in covered and 'value="/desk/customers?x=1"' in covered
    there = adviser.post(f"{visit()}/turn", {"to": "staff", "next": "/desk/customers"})
    assert there["Location"] == "/desk/customers"
    assert COVERED not in text(adviser.get("/desk/customers"))
    # A call that begins meanwhile leaves it covered once it is turned again.
    assert "Turn the screen to the visitor" in text(adviser.get(visit()))
    adviser.post(f"{visit()}/turn", {"to": "visitor"})
    assert COVERED in text(adviser.get("/desk"))
    assert COVERED not in text(signed_in("officer").get("/desk"))


def test_their_form_their_case_and_nothing_of_another_caller(
    adviser: FormClient, district: Any
) -> None:
    box, other = district.boxes[0], district.case(1)
    adviser.post(f"{visit()}/turn", {"to": "staff"})
    adviser.post(DESK, {"channel": "telephone", "home": str(district.boxes[2].place_id)})
    before = Draft.objects.get(owner_kind="staff")
    Draft.objects.filter(pk=before.pk).update(created_at=district.now.replace(year=2020))
    adviser.post(f"{visit()}/turn", {"to": "visitor"})
    assert COVERED in text(adviser.get(f"{DESK}/{before.pk}/all"))
    adviser.post(DESK, {"channel": "face to face", "home": str(box.place_id)})
    page = text(adviser.get(f"{DESK}/all"))
    assert COVERED not in page and "1 Mill Lane" in page
    assert "at-once__beside" not in page and other.reference not in page
    adviser.post(f"{DESK}/bin", {"container": str(box.pk)})
    adviser.post(f"{DESK}/contact", {"name": "Ann", "email": "", "phone": ""})
    done = adviser.post(f"{DESK}/check", follow=True)
    mine = Case.objects.exclude(pk=other.pk).get()
    assert done.redirect_chain[-1][0] == f"{visit()}/sent/{mine.reference}"
    assert mine.reference in words(done) and COVERED not in text(done)
    assert mine.channel == "face to face"
    assert COVERED in text(adviser.get(f"/desk/cases/{other.reference}/payment"))
    assert adviser.get(f"{visit()}/sent/{other.reference}").status_code == 404
    adviser.post(f"{visit()}/end", {"reason": "", "note": ""})
    assert COVERED not in text(adviser.get("/desk"))
    assert signed_in("officer").get(f"{visit()}/sent/{mine.reference}").status_code == 404
