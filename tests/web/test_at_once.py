"""A form for a caller: all its pages on one, judged as it stands, nothing sent that was not said."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.contacts.models import Act, Contact
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from tests.form_client import text
from tests.people import signed_in
from tests.publishing import publish_library
from tests.streets import Streets

NEW = "/desk/new/missed-bin"


def begun(client: Any, new: str = NEW, **posted: str) -> str:
    """Begin a form and return where all its pages stand on one."""
    there = client.post(new, {"channel": "telephone", **posted})["Location"]
    draft = Draft.objects.latest("created_at")
    assert there.endswith("/all")
    return f"{new}/{draft.pk}/all"


def mark(page: Any) -> str:
    """Return the mark of what a page said would happen; "" where it said nothing."""
    found = re.search(r'name="seen" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def bin_of(page: Any) -> str:
    return re.findall(r'name="container" type="radio" value="([^"]+)"', page.content.decode())[0]


def test_it_begins_with_what_is_still_to_be_asked(district: Any) -> None:
    client = signed_in("adviser")
    said = text(client.get(begun(client, home="1001")))
    assert "Still to ask:" in said and "1 Mill Lane" in said
    assert "Who is calling?" in said and "Nothing is open here" in said


def test_what_will_happen_is_said_before_anything_is_sent(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client, home="1001")
    chosen = {"property": "1001", "container": bin_of(client.get(there))}
    page = client.post(there, {**chosen, "update": "1"})
    assert "The crew comes back by" in text(page)
    assert Case.objects.count() == 0 and Draft.objects.get().answers == {"property": "1001"}
    # Nobody sends what was not shown to them: pressed at once, it is said first.
    page = client.post(there, chosen)
    assert "Nothing is sent yet" in text(page) and Case.objects.count() == 0
    sent = client.post(there, {**chosen, "seen": mark(page)})
    case = Case.objects.get()
    assert sent["Location"] == f"/desk/cases/{case.reference}"
    assert case.channel == "telephone" and case.assisted
    # Pressed twice, it is one case.
    client.post(there, {**chosen, "seen": mark(page)})
    assert Case.objects.count() == 1


def test_what_is_other_than_was_shown_is_not_sent(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client, home="1001")
    chosen = {"property": "1001", "container": bin_of(client.get(there))}
    seen = mark(client.post(there, {**chosen, "update": "1"}))
    other = seen.replace(":will=", ":will=0")
    page = client.post(there, {**chosen, "seen": other})
    assert "Nothing is sent yet" in text(page) and Case.objects.count() == 0
    client.post(there, {**chosen, "seen": seen})
    assert Case.objects.count() == 1


def test_a_stop_says_what_to_say_and_takes_a_reason(district: Any) -> None:
    client = signed_in("adviser")
    district.case(0)
    there = begun(client, home="1001")
    chosen = {"property": "1001", "container": bin_of(client.get(there))}
    page = text(client.post(there, {**chosen, "update": "1"}))
    assert "We already know about this bin" in page and "Say to the caller" in page
    assert "call us" not in page.lower() and 'name="seen"' not in page
    assert "Send all the same" not in page  # this one may be passed by nobody


def test_what_was_typed_is_kept_while_another_case_is_looked_at(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client, home="1001")
    client.post(there, {"property": "1001", "name": "Ann Lee", "email": "ann", "update": "live"})
    page = client.get(there).content.decode()
    assert 'value="Ann Lee"' in page and 'value="ann"' in page


def test_all_that_is_wrong_is_said_at_once(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client, home="1001")
    page = text(client.post(there, {"property": "1001", "email": "ann"}))
    assert "Choose the bin that was missed" in page and "correct format" in page
    assert Draft.objects.get().typed["contact"]["email"] == ["ann"]


@pytest.mark.parametrize("said", ["1 mill lane", "le67 3fj", "zzzz"])
def test_a_home_is_found_by_what_the_caller_says(district: Any, said: str) -> None:
    client = signed_in("adviser")
    there = begun(client)
    page = client.post(there, {"property-typed": said, "find": "property"}).content.decode()
    if said == "1 mill lane":
        assert 'name="property" value="1001"' in page and "Which bin was missed?" in page
    elif said == "zzzz":
        assert "No home of ours is found by that" in page
    else:
        assert "homes found: which one?" in page and '<option value="1001">' in page
    assert Draft.objects.get().answers == {}


def test_staff_go_past_a_stop_with_a_reason_and_are_told_what_then_happens(district: Any) -> None:
    client = signed_in("adviser")
    box = district.boxes[0]
    waste.record_log(
        event_id=uuid4(),
        container_id=str(box.pk),
        reason="not_out",
        note="",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    there = begun(client, home="1001")
    chosen = {"property": "1001", "container": str(box.pk)}
    page = text(client.post(there, {**chosen, "update": "1"}))
    assert "The crew could not empty this bin" in page and "Send all the same" in page
    again = text(client.post(there, {**chosen, "override": "logged"}))
    assert "Give a reason" in again and Case.objects.count() == 0
    # With a reason it stands in words first, and is sent by the next press.
    page = client.post(there, {**chosen, "override": "logged", "reason": "Seen by a warden"})
    assert "The crew comes back by" in text(page) and Case.objects.count() == 0
    client.post(there, {**chosen, "seen": mark(page)})
    case = Case.objects.get()
    assert case.events.filter(kind="override").count() == 1


def test_a_look_takes_few_statements(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client, home="1001")
    look = {"container": str(district.boxes[0].pk), "property": "1001", "beside": "1001"}
    client.post(there, {**look, "update": "live"})
    with CaptureQueriesContext(connection) as statements:
        page = client.post(there, {**look, "update": "live"})
    assert "The crew comes back by" in text(page)
    # Session, contact, draft, home, three facts of the bin, two of cases, what was typed, two of the workflow.
    assert len(statements) <= 12, [one["sql"][:80] for one in statements]


def test_the_rule_that_a_form_stands_at_last_is_kept_and_none_once_it_is_sent(
    district: Any,
) -> None:
    client = signed_in("adviser")
    district.case(0)
    there = begun(client, home="1001")
    chosen = {"container": str(district.boxes[0].pk), "property": "1001"}
    page = client.post(there, {**chosen, "update": "live"})
    assert kept() == ["reported"]
    # Another home's bin stands at no rule: looking is not ending there.
    other = {"container": str(district.boxes[1].pk), "property": "1002", "rule": "reported"}
    page = client.post(there, {**other, "update": "live"})
    assert kept() == []
    client.post(there, {**other, "rule": "", "seen": mark(page)})
    assert Case.objects.count() == 2 and kept() == []
    assert Act.objects.filter(what="sent").count() == 1


def kept() -> list[str]:
    return list(Act.objects.filter(what="stopped").values_list("code", flat=True))


def test_what_comes_of_a_form_is_kept_in_its_own_contact(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client, home="1001")
    client.get(there)
    first = Contact.objects.get()
    client.post("/desk/contacts/begin", {"channel": "telephone"})
    second = Contact.objects.exclude(pk=first.pk).get()
    assert second.held_at is None
    chosen = {"container": str(district.boxes[0].pk), "property": "1001"}
    page = client.post(there, {**chosen, "update": "1"})
    client.post(there, {**chosen, "seen": mark(page)})
    assert [act.contact for act in Act.objects.filter(what="sent")] == [first]


def test_the_only_place_that_is_found_is_taken(district: Any) -> None:
    Streets(district)
    client = signed_in("adviser")
    there = begun(client, "/desk/new/graffiti")
    said = {"where-typed": "Mill Lane End", "surface": "park", "offensive": "no", "update": "live"}
    page = client.post(there, said)
    assert "1 place found. It is chosen" in text(page) and mark(page)


def test_what_is_not_drawn_just_now_waits(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client, home="1001")
    draft = Draft.objects.get()
    chosen = {"container": str(district.boxes[0].pk), "property": "1001", "name": "Ann"}
    client.post(there, {**chosen, "update": "live"})
    # The bins are not drawn while the home is looked for; what was chosen there is still known afterwards.
    client.post(there, {"drawn": "address", "another": "property", "update": "live"})
    draft.refresh_from_db()
    assert draft.typed["bin"] == {"container": [str(district.boxes[0].pk)]}
    page = client.post(there, {"drawn": "address", "property": "1001", "update": "live"})
    assert "The crew comes back by" in text(page)


def test_two_forms_of_one_contact_are_both_its_own(district: Any) -> None:
    client = signed_in("adviser")
    first = begun(client, home="1001")
    second = begun(client, home="1002")
    contact = Contact.objects.get()
    client.post("/desk/contacts/begin", {"channel": "telephone"})
    for there, number in ((first, 0), (second, 1)):
        box = district.boxes[number]
        chosen = {"container": str(box.pk), "property": str(box.place_id)}
        page = client.post(there, {**chosen, "update": "1"})
        client.post(there, {**chosen, "seen": mark(page)})
    assert {act.contact for act in Act.objects.filter(what="sent")} == {contact}
    # Of one that is over nothing more is kept, in it or in any other.
    third = begun(client, home="1003")
    Contact.objects.filter(ended_at=None).update(ended_at=timezone.now(), held_at=None)
    box = district.boxes[2]
    chosen = {"container": str(box.pk), "property": "1003"}
    page = client.post(third, {**chosen, "update": "1"})
    client.post(third, {**chosen, "seen": mark(page)})
    assert Case.objects.count() == 3 and Act.objects.filter(what="sent").count() == 2


def test_a_box_that_is_not_ticked_any_more_stays_so(district: Any) -> None:
    publish_library("damaged-bin", now=district.now)
    client = signed_in("adviser")
    there = begun(client, "/desk/new/damaged-bin")
    draft = Draft.objects.get()
    boxes = [q for q in catalogue.service(draft.version_id).form.questions.values()]
    ticks = next(q for q in boxes if q.kind == "choices")
    page = next(
        p.id for p in catalogue.service(draft.version_id).form.pages if ticks in p.questions
    )
    client.post(there, {"drawn": [page], ticks.id: [ticks.options[0][0]], "update": "live"})
    draft.refresh_from_db()
    assert draft.typed[page][ticks.id] == [ticks.options[0][0]]
    client.post(there, {"drawn": [page], "update": "live"})
    draft.refresh_from_db()
    assert draft.typed[page][ticks.id] == []
