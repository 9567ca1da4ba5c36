"""The box that finds: who finds what, where it leads, and that nothing is kept of what was typed."""

import logging
import re
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.customers import actions, matching
from doorstep.customers.models import Person
from doorstep.places.models import Property
from doorstep.staff.models import Look, StaffUser
from doorstep.web.desk.views import find as views
from tests.form_client import FormClient, text
from tests.people import narrowed, signed_in

FIND = "/desk/find"


def box(client: FormClient, typed: str) -> str:
    """Return what the box shows beneath it."""
    answer = client.post(FIND, {"find": typed, "box": "1"})
    assert answer.status_code == 200
    return text(answer)


def test_a_home_is_found_with_what_is_open_there(district: Any) -> None:
    case = district.case(2)
    page = text(signed_in("officer").post(FIND, {"find": "mlil lane 3"}))
    assert "3 Mill Lane" in page and "1 open" in page and "Shown: streets spelt like it" in page
    assert f"/desk/homes/{case.place_id}" in page and f"/desk/cases/{case.reference}" in page
    assert "4 Mill Lane" not in page and 'value="mlil lane 3"' in page


def test_more_homes_are_said_to_be_there(district: Any) -> None:
    page = box(signed_in("officer"), "mill la")
    assert page.count('role="option"') == 8 and "1 found" not in page


@pytest.mark.parametrize("wrap", ["{}", "{} ", "my ref is {}"])
def test_a_reference_however_typed_leads_straight_to_its_case(district: Any, wrap: str) -> None:
    case, client = district.case(0), signed_in("adviser")
    for typed in (case.reference, case.reference.replace("-", "").lower()):
        answer = client.post(FIND, {"find": wrap.format(typed)})
        assert answer["Location"] == f"/desk/cases/{case.reference}"


def test_the_end_of_a_reference_finds_its_case(district: Any) -> None:
    case, client = district.case(0), signed_in("adviser")
    for typed in (case.reference[-4:], case.reference[-8:].lower(), case.reference[-6:]):
        page = box(client, typed)
        assert f"/desk/cases/{case.reference}" in page, typed
    assert case.reference not in box(client, case.reference[-3:])


def test_a_uprn_leads_straight_to_its_home(district: Any) -> None:
    answer = signed_in("adviser").post(FIND, {"find": "10 03"})
    assert answer["Location"] == "/desk/homes/1003"
    assert "/desk/homes/1003" in box(signed_in("adviser"), "1003")


def test_each_finds_what_they_may_see(district: Any) -> None:
    case = district.case(0)
    home = f"/desk/homes/{case.place_id}"
    there = f"/desk/cases/{case.reference}"
    for role, sees_home, sees_case in (
        ("adviser", True, True),
        ("reader", True, True),
        ("manager", False, True),
        ("designer", False, False),
        ("administrator", False, False),
        ("partner", False, False),
    ):
        client = signed_in(role)
        pages = box(client, "1 mill lane") + box(client, case.reference)
        assert (home in pages, there in pages) == (sees_home, sees_case), role
    assert FormClient().post(FIND, {"find": "1 mill lane"}).status_code == 403
    assert signed_in("crew").post(FIND, {"find": "1 mill lane"}).status_code == 403


def person(district: Any, name: str, email: str, home: int | None = None) -> Person:
    uprn = district.boxes[home].place_id if home is not None else None
    row = actions.keep(name=name, email=email, phone="", now=timezone.now(), uprn=uprn)
    assert row is not None
    matching.match(timezone.now())
    row.refresh_from_db()
    assert row.person is not None
    return row.person


def test_how_many_people_there_are_is_said(district: Any) -> None:
    for n in range(12):
        person(district, "Ann Quimby", f"a{n}@resident.example")
    page = box(signed_in("adviser"), "ann quimby")
    assert page.count('role="option"') == 8 and "8 of 12" in page and "12 found" in page
    assert text(signed_in("adviser").post(FIND, {"find": "ann quimby"})).count("Ann Quimby") == 12
    for n in range(40):
        person(district, "Ann Quimby", f"b{n}@resident.example")
    assert "8 of 50+" in box(signed_in("adviser"), "ann quimby")
    whole = text(signed_in("adviser").post(FIND, {"find": "ann quimby"}))
    assert whole.count("Ann Quimby") == 50 and "There are more: add a street, a postcode" in whole
    assert "50+ found" in whole


def test_a_list_of_people_leaves_one_look_a_minute(district: Any) -> None:
    person(district, "Ann Quimby", "a@resident.example")
    client = signed_in("adviser")
    box(client, "1 mill lane")
    assert not Look.objects.exists()
    for typed in ("quimby", "ann quimby"):
        box(client, typed)
        client.post(FIND, {"find": typed})
    look = Look.objects.get()
    assert (look.what, look.key, look.staff.username) == ("find", "people", "adviser")
    officer, other = signed_in("officer"), person(district, "Bob Hill", "b@resident.example")
    there = f"/desk/customers/{other.pk}/other"
    assert "Ann Quimby" in text(officer.post(there, {"who": "quimby"}))
    assert Look.objects.filter(what="find").count() == 2


def test_people_are_looked_for_beside_homes(district: Any) -> None:
    person(district, "Ann Quimby", "mill1@resident.example")
    client = signed_in("adviser")
    assert "Ann Quimby" in box(client, "mill1@")
    person(district, "Bob Mill", "bob@resident.example", 0)
    page = box(client, "bob 1 mill lane")
    assert "Bob Mill" in page and "Ann Quimby" not in page
    page = box(client, "1 mill lane")
    assert "/desk/homes/" in page and "Nobody is called" not in page


def test_the_hint_is_true_for_what_is_shown(district: Any) -> None:
    person(district, "Ann Mell", "ann@resident.example")
    client = signed_in("adviser")
    page = box(client, "mell")
    assert "Ann Mell" in page and "No street is written" not in page
    nothing = box(client, "@resident.example")
    assert "Type how it begins" in nothing and "fewer words" not in nothing


@pytest.mark.parametrize("typed", ["LE1O 0FJ", "le10 ofj", "LEIO OFJ"])
def test_a_letter_o_in_a_postcode_is_a_zero(district: Any, typed: str) -> None:
    home = district.boxes[0].place_id
    Property.objects.filter(pk=home).update(postcode="LE10 0FJ")
    assert f"/desk/homes/{home}" in box(signed_in("adviser"), typed)


@pytest.mark.parametrize(
    ("role", "says"),
    [("adviser", "Name, phone, e-mail, address, reference"), ("manager", "Reference")],
)
def test_the_box_says_what_one_may_find(district: Any, role: str, says: str) -> None:
    client = signed_in(role)
    assert f'placeholder="{says}"' in text(client.get(FIND))
    assert ("a telephone number" in text(client.get(FIND))) == (role == "adviser")


def test_a_restricted_case_is_found_by_nobody_else(district: Any) -> None:
    case = district.case(0)
    Case.objects.update(restricted=True)
    officer, supervisor = signed_in("officer"), narrowed("supervisor", team="Waste Services")
    for typed in (case.reference, case.reference[-4:], "1 mill lane"):
        assert f"/desk/cases/{case.reference}" not in box(officer, typed), typed
        assert f"/desk/cases/{case.reference}" in box(supervisor, typed), typed
    assert "1 open" not in box(officer, "1 mill lane")
    assert officer.post(FIND, {"find": case.reference}).status_code == 200


@pytest.mark.parametrize("typed", ["", " ", "zzzz qqqq", "<b>x</b>", "'", "%", "\x00", "x" * 5000])
def test_whatever_is_typed_is_answered(district: Any, typed: str) -> None:
    client = signed_in("officer")
    for sent in ({"find": typed}, {"find": typed, "box": "1"}):
        assert client.post(FIND, sent).status_code in (200, 400)


def test_who_looks_for_nothing_is_told_what_to_type(district: Any) -> None:
    assert "what the caller says" in text(signed_in("officer").get(FIND))
    page = text(signed_in("officer").post(FIND, {"find": "zzzz qqqq"}))
    assert "Nothing was found for “zzzz qqqq”" in page


def test_what_is_typed_is_written_nowhere(district: Any, caplog: Any, capfd: Any) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="doorstep")
    client = signed_in("officer")
    for sent in ({"find": "Zwiebelkopf 1"}, {"find": "Zwiebelkopf 1", "box": "1"}):
        answer = client.post(FIND, sent)
        assert answer["Cache-Control"] == "no-store" and answer.status_code == 200
    out, err = capfd.readouterr()
    lines = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    said = "\n".join([*lines, out, err])
    assert "desk/find" in said and not re.search("zwiebel", said, re.I)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select 1 from "{table}" as t where t::text ilike %s', ["%zwiebel%"])
            assert cursor.fetchone() is None, table
    assert not Look.objects.exists()


def test_who_looks_for_very_much_waits(district: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", 2)
    client = signed_in("officer")
    assert "1 Mill Lane" in box(client, "1 mill lane") and "Mill" in box(client, "2 mill lane")
    over = client.post(FIND, {"find": "3 mill lane", "box": "1"})
    assert over.status_code == 429 and "Wait some minutes" in text(over)
    assert "/desk/homes" not in text(over)
    assert "3 Mill Lane" in box(signed_in("adviser"), "3 mill lane")


def test_finding_takes_few_statements(district: Any, counted: Any) -> None:
    district.case(0)
    client = signed_in("officer")
    box(client, "mill lane")
    with counted("find in the box", 9):
        box(client, "1 mlil lane")


def test_the_key_is_changed_and_turned_off(district: Any) -> None:
    client, there = signed_in("officer"), "/desk/shortcuts"
    assert 'data-key="/"' in text(client.get(there))
    client.post(there, {"key": "F"})
    assert 'data-key="f"' in text(client.get("/desk"))
    refused = client.post(there, {"key": "Ctrl"})
    assert "Enter one key" in text(refused) and 'value="Ctrl"' in text(refused)
    assert StaffUser.objects.get(username="officer").find_key == "f"
    client.post(there, {"key": " "})
    assert 'data-key=""' in text(client.get("/desk"))
    assert 'data-key="/"' in text(signed_in("adviser").get("/desk"))
