"""The counter: who waits, and a screen that shows a visitor nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.contacts import jobs
from doorstep.contacts.models import Contact, FormBegun, Visitor
from doorstep.customers.models import Opening, Person
from doorstep.messages.models import Message
from doorstep.staff.models import Session, StaffUser
from doorstep.staff.permissions import ROLES
from doorstep.web.desk.facing import ALLOWED, OF_CASE, OF_CONTACT, OF_FORM
from doorstep.web.desk.views.cases.caller import session_of
from doorstep.web.form import passing_on
from tests.doors import VALUES, addresses, filled
from tests.form_client import FormClient, text, words
from tests.people import signed_in

DESK = "/desk/new/missed-bin"
COVERED = "The visitor can see this screen"


@pytest.fixture
def adviser(district: Any) -> FormClient:
    """Somebody with Ann, who waited, before them, and the screen turned to her."""
    return with_ann("adviser")


def with_ann(role: str) -> FormClient:
    client = signed_in(role)
    client.post("/desk/queue", {"name": "Ann", "about": "missed-bin", "needs": ["hearing"]})
    client.post("/desk/queue/next")
    client.post(f"{visit()}/turn", {"to": "visitor"})
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
    client.post(f"{visit()}/turn", {"to": "visitor"})
    # It is drawn for whoever looks, also while the screen is turned, and asks again by itself.
    for one in (client, FormClient()):
        screen = one.get("/desk/queue/screen")
        assert 'http-equiv="refresh" content="10"' in text(screen) and ">1</li>" in text(screen)
    client.post(f"{visit()}/turn", {"to": "staff"})
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
    adviser, case = with_ann(role), district.case(1)
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
    # A call that comes meanwhile is another contact, and so is its form, begun since the visit or not.
    adviser.post("/desk/contacts/begin", {"channel": "telephone"})
    adviser.post(DESK, {"channel": "telephone", "home": str(district.boxes[2].place_id)})
    callers = Draft.objects.get(owner_kind="staff")
    adviser.post(f"{visit()}/turn", {"to": "visitor"})
    for _ in range(2):
        for rest in ("", "/all", "/check", "/go-on/link"):
            assert COVERED in text(adviser.get(f"{DESK}/{callers.pk}{rest}"))
        Contact.objects.filter(channel="telephone").update(held_at=None, ended_at=timezone.now())
    adviser.post(DESK, {"channel": "face to face"})
    adviser.post(f"{DESK}/address", {"property": str(box.place_id)})
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
    assert signed_in("officer").get(f"{visit()}/sent/{mine.reference}").status_code == 404


def ended_turned(adviser: FormClient) -> None:
    page = text(adviser.get(f"{visit()}/end"))
    assert "End this visit?" in page and "Why they came" not in page
    bye = text(adviser.post(f"{visit()}/end", follow=True))
    assert "Your visit has ended" in bye and "desk-find" not in bye and "Reason" not in bye


def test_a_visit_ends_in_sight_and_what_is_kept_of_it_is_asked_afterwards(
    adviser: FormClient, district: Any
) -> None:
    case = district.case(1)
    adviser.post(f"{visit()}/turn", {"to": "staff"})
    adviser.get(f"/desk/cases/{case.reference}")
    Case.objects.update(opened_at=timezone.now() - timedelta(days=3))
    adviser.post("/desk/contacts/begin", {"channel": "telephone"})
    adviser.post(f"{visit()}/turn", {"to": "visitor"})
    # Of a case that was looked at, and of who is on hold, nothing is said.
    page = words(adviser.get(visit()))
    assert "Number 1, Ann" in page and "Looked at" not in page and case.reference not in page
    assert "hearing" not in page.lower() and "on hold" not in page
    ended_turned(adviser)
    assert COVERED in text(adviser.get("/desk")) and "on hold" not in text(adviser.get("/desk"))
    there = adviser.post(f"{visit()}/turn", {"to": "staff"})
    assert there["Location"] == f"{visit()}/end"
    page = text(adviser.get(there["Location"]))
    assert "Why they came" in page and case.reference in page and "desk-find" in page
    told = {"reason": "progress", "demand": "chasing", "note": "In a hurry", "told": str(case.pk)}
    adviser.post(f"{visit()}/end", told)
    kept = Contact.objects.get(channel="face to face")
    assert (kept.reason, kept.kind, kept.note) == ("progress", "chasing", "In a hurry")
    assert case.events.filter(kind="told where it stands").count() == 1


def test_what_ends_by_itself_stays_covered_until_somebody_turns_it_back(
    adviser: FormClient, district: Any
) -> None:
    Contact.objects.update(last_at=timezone.now() - timedelta(hours=2))
    jobs.end_forgotten()
    assert Contact.objects.get().ended_at
    assert COVERED in text(adviser.get("/desk")) and "has ended" in text(adviser.get(visit()))
    # A session of its own covers it, too.
    again = signed_in("adviser")
    assert COVERED in text(again.get("/desk"))
    again.post(f"{visit()}/turn", {"to": "staff"})
    assert COVERED not in text(again.get("/desk")) and COVERED not in text(adviser.get("/desk"))
    adviser.post(f"{visit()}/turn", {"to": "visitor"})
    assert not Contact.objects.get().is_facing


def test_after_the_session_a_turned_visit_covers_still(adviser: FormClient, district: Any) -> None:
    Session.objects.all().delete()
    again = signed_in("adviser")
    assert COVERED in text(again.get("/desk/customers")) and COVERED in text(again.get("/desk"))
    assert COVERED not in text(again.get(visit()))


def test_while_its_form_is_filled_in_a_visit_goes_on(adviser: FormClient, district: Any) -> None:
    adviser.post(DESK, {"channel": "face to face"})
    then = timezone.now() - timedelta(minutes=59)
    Contact.objects.update(last_at=then)
    draft = Draft.objects.get()
    adviser.post(f"{DESK}/{draft.pk}/all", {"update": "live", "drawn": "address"})
    noted = Contact.objects.get().last_at
    assert noted - then > timedelta(minutes=58)
    adviser.post(f"{DESK}/{draft.pk}/all", {"update": "live", "drawn": "address"})
    assert Contact.objects.get().last_at == noted  # once a minute


def test_who_is_called_is_said_before_the_screen_is_turned(district: Any) -> None:
    client = signed_in("adviser")
    about = {"name": "Ann", "about": "missed-bin", "words": "the green one", "needs": ["hearing"]}
    client.post("/desk/queue", about)
    page = words(client.post("/desk/queue/next", follow=True))
    assert "Number 1, Ann" in page and "the green one" in page and "Hearing" in page
    assert "They are here: turn the screen" in page
    assert 'value="missed-bin" selected' in text(client.get(visit()))
    client.post(f"{visit()}/end")
    contact = Contact.objects.get()
    assert contact.ended_at and contact.reason == "missed-bin"
    # Whose visit ended a moment ago calls the next, and not the same once more.
    client.post("/desk/queue", {"name": "Bob"})
    assert "Number 2, Bob" in words(client.post("/desk/queue/next", follow=True))


@pytest.fixture
def ann(district: Any) -> Person:
    now = timezone.now()
    home = district.boxes[0].place
    return Person.objects.create(
        name="Ann Shy", restricted=True, home=home, made_at=now, last_at=now
    )


def opened(role: str, ann: Person) -> FormClient:
    """Return somebody who opened a restricted record, with a reason, in a contact."""
    client = signed_in(role)
    client.post("/desk/contacts/begin", {"channel": "face to face"})
    client.post(f"/desk/customers/{ann.pk}/why", {"why": "She is here"})
    assert "Ann Shy" in text(client.get(f"/desk/customers/{ann.pk}"))
    assert Contact.objects.get().person == ann
    return client


def test_what_is_begun_in_a_restricted_persons_contact_is_theirs(
    district: Any, ann: Person
) -> None:
    client = opened("supervisor", ann)
    assert f"/desk/customers/{ann.pk}/new/missed-bin" in text(client.get(visit()))
    client.post(DESK, {"channel": "face to face", "home": str(ann.home_id)})
    draft = Draft.objects.get()
    assert draft.begun_for == ann.pk
    there = f"{DESK}/{draft.pk}/go-on/link"
    assert "No link may go out" in text(client.get(there))
    client.post(there, {"by": "email", "email": "somebody@resident.example"})
    assert not Message.objects.exists()


def test_whose_restricted_contact_it_is_may_be_said_later(district: Any, ann: Person) -> None:
    client = signed_in("supervisor")
    client.post(DESK, {"channel": "face to face"})
    client.post(f"/desk/customers/{ann.pk}/why", {"why": "She is here"})
    client.get(f"/desk/customers/{ann.pk}")
    draft = Draft.objects.get()
    assert draft.begun_for is None
    assert "No link may go out" in text(client.get(f"{DESK}/{draft.pk}/go-on/link"))
    draft.refresh_from_db()
    assert draft.begun_for == ann.pk


def test_a_restricted_home_is_filled_in_for_nobody_without_a_reason(
    district: Any, ann: Person
) -> None:
    client = opened("supervisor", ann)
    Opening.objects.all().delete()
    page = text(client.get(visit()))
    assert f'value="{ann.home_id}"' not in page and "1 Mill Lane" not in page
    client.post(DESK, {"channel": "face to face", "home": str(ann.home_id)})
    draft = Draft.objects.get()
    assert draft.begun_for == ann.pk and not draft.answers
    assert "1 Mill Lane" not in text(client.get(f"{DESK}/all"))


def test_a_visitor_sees_no_home_of_a_record_that_was_looked_at(district: Any, ann: Person) -> None:
    Person.objects.update(restricted=False)
    client = opened("supervisor", ann)
    client.post(f"{visit()}/turn", {"to": "visitor"})
    page = text(client.get(visit()))
    assert f'value="{ann.home_id}"' not in page and "Ann Shy" not in page
    # A page that was drawn before brings it: it is not taken.
    client.post(DESK, {"channel": "face to face", "home": str(ann.home_id)})
    page = text(client.get(f"{DESK}/all"))
    assert COVERED not in page and "1 Mill Lane" not in page and not Draft.objects.get().answers


def test_nothing_of_a_restricted_person_is_drawn_for_a_visitor(district: Any, ann: Person) -> None:
    client, box = opened("supervisor", ann), district.boxes[0]
    client.post(DESK, {"channel": "face to face", "home": str(ann.home_id)})
    draft = Draft.objects.get()
    client.post(f"{visit()}/turn", {"to": "visitor"})
    assert COVERED in text(client.get(f"{DESK}/{draft.pk}/all"))
    client.post(f"{visit()}/turn", {"to": "staff"})
    client.post(f"{DESK}/bin", {"container": str(box.pk)})
    client.post(f"{DESK}/contact", {"name": "Ann", "email": "", "phone": ""})
    client.post(f"{DESK}/check")
    case = Case.objects.get()
    assert case.restricted
    client.post(f"{visit()}/turn", {"to": "visitor"})
    assert client.get(f"{visit()}/sent/{case.reference}").status_code == 404
    assert COVERED in text(client.get(f"/desk/cases/{case.reference}"))
    assert case.reference not in text(client.get(visit()))


def test_what_a_callers_form_leads_on_to_is_the_callers(
    adviser: FormClient, district: Any, rf: Any
) -> None:
    adviser.post(f"{visit()}/turn", {"to": "staff"})
    adviser.post("/desk/contacts/begin", {"channel": "telephone"})
    adviser.post(DESK, {"channel": "telephone"})
    callers = Draft.objects.get()
    adviser.post(f"{visit()}/go-on")
    request = rf.get("/desk")
    request.user, request.session = StaffUser.objects.get(username="adviser"), {}
    to = catalogue.current("missed-bin")
    assert to
    passing_on.pass_on(session_of(request, "missed-bin"), callers, to)
    led_to = Draft.objects.exclude(pk=callers.pk).get()
    adviser.post(f"{visit()}/turn", {"to": "visitor"})
    assert COVERED in text(adviser.get(f"{DESK}/{led_to.pk}/all"))
    assert FormBegun.objects.get(draft=led_to).contact.channel == "telephone"
