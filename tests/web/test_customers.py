"""The pages of people at the desk: opened, changed, noted, restricted with a reason, merged and parted, a form begun for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Draft
from doorstep.customers import matching, people
from doorstep.customers.models import Contact, Note, Opening, Person
from doorstep.staff.actor import Actor
from doorstep.staff.models import Look
from tests.form_client import text
from tests.people import narrowed, signed_in

ADVISER = Actor("staff", "adviser", "adviser")


@pytest.fixture
def ann(district: Any) -> Person:
    """Somebody with a case about home 1."""
    case = district.case_of("ann@resident.example", 0)
    matching.match(timezone.now())
    case.customer.refresh_from_db()
    people.change(
        person_id=case.customer.person_id,
        values={"name": "Ann Smith"},
        by=ADVISER,
        now=timezone.now(),
    )
    return Person.objects.get()


def at(person: Person, rest: str = "") -> str:
    return f"/desk/customers/{person.pk}{rest}"


def another(district: Any, email: str = "other@resident.example", home: int = 1) -> Person:
    case = district.case_of(email, home)
    matching.match(timezone.now())
    case.customer.refresh_from_db()
    person: Person = case.customer.person
    return person


def test_a_person_is_shown_with_what_is_open_and_a_trace(district: Any, ann: Person) -> None:
    page = text(signed_in("adviser").get(at(ann)))
    for says in ("Ann Smith", "ann@resident.example", "1 Mill Lane", "missed", "Begin for them"):
        assert says in page
    assert "Who opened this record" not in page
    look = Look.objects.get(what="customer")
    assert look.key == str(ann.pk) and look.staff.username == "adviser"
    assert (
        "adviser"
        in text(signed_in("supervisor").get(at(ann))).partition("Who opened this record")[2]
    )


@pytest.mark.parametrize(
    "role", ["crew", "partner", "councillor", "designer", "manager", "administrator"]
)
def test_who_has_no_business_with_people_meets_none(district: Any, ann: Person, role: str) -> None:
    client = signed_in(role)
    for rest in ("", "/edit", "/note", "/other"):
        assert client.get(at(ann, rest)).status_code == 403
    assert not Look.objects.filter(what="customer").exists()


def test_a_reader_changes_nothing(district: Any, ann: Person) -> None:
    client = signed_in("reader")
    assert "Another e-mail address" not in text(client.get(at(ann)))
    assert client.post(at(ann, "/contact"), {"contact": "a@b.example"}).status_code == 403
    assert client.post(at(ann, "/edit"), {"name": "X"}).status_code == 403


def test_who_they_are_is_changed_and_the_old_name_still_finds_them(
    district: Any, ann: Person
) -> None:
    client = signed_in("adviser")
    typed = {"name": "Ann Taylor", "reach": "text", "language": "cy", "format": "large_print"}
    assert client.post(at(ann, "/edit"), typed | {"name": " "}).status_code == 200
    assert client.post(at(ann, "/edit"), typed | {"reach": "pigeon"}).status_code == 200
    assert client.post(at(ann, "/edit"), typed).status_code == 302
    page = text(client.get(at(ann)))
    for says in (
        "Ann Taylor",
        "also known as",
        "Ann Smith",
        "by text message",
        "Welsh",
        "Large print",
    ):
        assert says in page


def test_contacts_come_and_go(district: Any, ann: Person) -> None:
    client = signed_in("adviser")
    wrong = client.post(at(ann, "/contact"), {"contact": "12 <b>"})
    assert "at least six figures" in text(wrong) and "12 &lt;b&gt;" in wrong.content.decode()
    client.post(at(ann, "/contact"), {"contact": "07700 900123 mobile"})
    assert "07700900123" in text(client.get(at(ann)))
    gone = Contact.objects.get(key="07700900123")
    client.post(at(ann, "/contact"), {"remove": gone.pk})
    assert not Contact.objects.filter(key="07700900123").exists()
    for odd in ("x", "9" * 30, "-1", "0"):
        client.post(at(ann, "/contact"), {"remove": odd})
    assert Contact.objects.count() == 1


def test_why_somebody_needs_care_few_read(district: Any, ann: Person) -> None:
    client = signed_in("adviser")
    until = (timezone.now() + timedelta(days=100)).date()
    typed = {
        "kind": "care",
        "text": "Speak to her alone",
        "why": "Her brother",
        "review_on": f"{until:%d/%m/%Y}",
    }
    for wrong in ({"kind": ""}, {"text": ""}, {"why": " "}, {"review_on": ""}, {"review_on": "1/1/2020"},
                  {"review_on": "1/1/2199"}, {"text": "x" * 1001}, {"why": "x" * 1001}):  # fmt: skip
        refused = client.post(at(ann, "/note"), typed | wrong)
        assert refused.status_code == 200 and "There is a problem" in text(refused)
    assert client.post(at(ann, "/note"), typed).status_code == 302
    page = text(client.get(at(ann)))
    assert "Take care" in page and "Speak to her alone" in page and "Her brother" not in page
    assert "Her brother" in text(signed_in("supervisor").get(at(ann)))
    client.post(at(ann, "/note/end"), {"note": Note.objects.get().pk})
    assert "Speak to her alone" not in text(client.get(at(ann)))


def test_a_restricted_record_is_opened_by_few_and_with_a_reason(district: Any, ann: Person) -> None:
    supervisor, adviser = signed_in("supervisor"), signed_in("adviser")
    assert adviser.post(at(ann, "/restrict"), {"restricted": "1"}).status_code == 403
    assert supervisor.post(at(ann, "/restrict"), {"restricted": "1"}).status_code == 302
    for rest in ("", "/edit", "/note", "/other"):
        assert adviser.get(at(ann, rest)).status_code == 403
    assert adviser.post(at(ann, "/new/missed-bin")).status_code == 403
    for rest in ("", "/edit", "/note", "/other"):
        asked = text(supervisor.get(at(ann, rest)))
        assert (
            "Why do you open it?" in asked
            and "Ann" not in asked
            and "resident.example" not in asked
        )
    assert "Say why you open it" in text(supervisor.post(at(ann, "/why"), {"why": " "}))
    assert not Look.objects.filter(what="customer").exists()
    assert supervisor.post(at(ann, "/why"), {"why": "She rang"}).status_code == 302
    page = text(supervisor.get(at(ann)))
    assert "Ann Smith" in page and "She rang" in page
    # Another supervisor gives a reason of their own, and a reason lasts a quarter of an hour.
    assert "Why do you open it?" in text(narrowed("supervisor").get(at(ann)))
    Opening.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert "Why do you open it?" in text(supervisor.get(at(ann)))
    asked = text(supervisor.post(at(ann, "/restrict"), {"restricted": ""}))
    assert "Why do you open it?" in asked and Person.objects.get(pk=ann.pk).restricted


def test_merged_and_parted(district: Any, ann: Person) -> None:
    client, bob = signed_in("adviser"), another(district)
    found = text(client.post(at(ann, "/other"), {"who": "other@resident.example"}))
    assert "The same person" in found
    assert "/desk/customers" not in client.post(at(ann, "/other"), {"who": "x"}).headers.get(
        "Location", ""
    )
    side = text(client.get(at(ann, f"/merge/{bob.pk}")))
    assert "ann@resident.example" in side and "other@resident.example" in side
    assert Look.objects.filter(what="customer", key=str(bob.pk)).exists()
    assert (
        client.post(at(ann, f"/merge/{bob.pk}"), {"keep": ann.pk, "why": "rang"}).status_code == 302
    )
    page = text(client.get(at(ann)))
    assert "other@resident.example" in page and page.count("Mill Lane") >= 2
    moved = client.get(at(bob))
    assert moved.status_code == 302 and moved.headers["Location"] == at(ann)
    merged = Person.objects.get(pk=ann.pk).merges.get()
    assert client.post(at(ann, f"/part/{merged.pk}")).status_code == 302
    assert "parted already" in text(client.post(at(ann, f"/part/{merged.pk}")))
    assert "other@resident.example" not in text(client.get(at(ann)))
    assert "ann@resident.example" not in text(client.get(at(bob)))


def test_who_acts_for_whom(district: Any, ann: Person) -> None:
    client = signed_in("adviser")
    made = client.post("/desk/customers/new", {"name": "Hill Homes Ltd", "organisation": "1"})
    firm = Person.objects.get(name="Hill Homes Ltd")
    assert made.headers["Location"] == at(firm)
    there = at(firm, f"/acting/{ann.pk}")
    for wrong in (
        {},
        {"role": "x" * 81},
        {"role": "agent", "until": "soon"},
        {"role": "agent", "until": "1/1/2020"},
    ):
        assert "There is a problem" in text(client.post(there, wrong))
    assert client.post(there, {"role": "agent", "seen": "a letter"}).status_code == 302
    assert "There is a problem" in text(client.post(there, {"role": "agent"}))
    assert "acts for them, as agent" in text(client.get(at(firm)))
    assert "Hill Homes Ltd" in text(client.get(at(ann)))
    acting = Person.objects.get(pk=firm.pk).actors.get()
    client.post(at(firm, "/acting/end"), {"acting": acting.pk})
    assert "acts for them, as" not in text(client.get(at(firm)))


def test_a_form_begins_with_what_is_known_and_its_case_is_theirs(
    district: Any, ann: Person
) -> None:
    client = signed_in("adviser")
    begun = client.post(at(ann, "/new/missed-bin"))
    draft = Draft.objects.get(sent_at=None)
    assert begun.status_code == 302 and draft.begun_for == ann.pk and draft.by_staff == "adviser"
    assert draft.answers["property"] == str(district.boxes[0].place_id)
    assert "Ann Smith" in str({**draft.answers, **draft.typed})
    assert client.post(at(ann, "/new/no-such-service")).status_code == 404


def test_cases_that_one_may_not_see_are_not_among_theirs(district: Any, ann: Person) -> None:
    case = ann.given.get().case_set.get()
    type(case).objects.filter(pk=case.pk).update(restricted=True)
    page = text(signed_in("adviser").get(at(ann)))
    assert case.reference not in page and "Nothing is open." in page
    assert case.reference in text(signed_in("supervisor").get(at(ann)))


def test_the_doubtful_are_listed_and_settled(district: Any, ann: Person) -> None:
    from doorstep.customers.models import Likeness

    client, bob = signed_in("adviser"), another(district)
    low, high = sorted((ann.pk, bob.pk))
    Likeness.objects.create(first_id=low, second_id=high, why="contact", at=timezone.now())
    assert "Compare" in text(client.get("/desk/customers/doubtful"))
    assert "Compare" in text(client.get(at(ann)))
    client.post(at(ann, f"/not/{bob.pk}"))
    assert "Nothing is doubtful" in text(client.get("/desk/customers/doubtful"))


def test_the_page_costs_few_statements(
    district: Any, ann: Person, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("supervisor")
    client.get(at(ann))
    with django_assert_max_num_queries(24):
        client.get(at(ann))


def test_how_they_like_to_be_told_is_heeded(district: Any, ann: Person) -> None:
    from doorstep.cases.locking import locked
    from doorstep.messages.actions import reached_by

    client = signed_in("adviser")
    client.post(at(ann, "/edit"), {"name": "Ann Smith", "reach": "text", "language": "cy"})
    client.post(at(ann, "/new/missed-bin"))
    assert Draft.objects.get(sent_at=None).language == "cy"
    case = ann.given.get().case_set.get()
    assert reached_by(locked(case.pk)) == ("email", "ann@resident.example")  # no mobile number
    ann.given.update(phone="07700 900123")
    assert reached_by(locked(case.pk)) == ("text", "+447700900123")
    client.post(at(ann, "/edit"), {"name": "Ann Smith", "reach": "email"})
    assert reached_by(locked(case.pk)) == ("email", "ann@resident.example")


def test_a_case_is_said_to_be_somebody_elses(district: Any, ann: Person) -> None:
    client, case = signed_in("adviser"), ann.given.get().case_set.get()
    there = at(ann, f"/not-theirs/{case.reference}")
    assert "is not taken to be" in text(client.get(there))
    led = client.post(there)
    assert led.status_code == 302 and led.headers["Location"] != at(ann)
    assert case.reference not in text(client.get(at(ann)))
    assert case.reference in text(client.get(led.headers["Location"]))
    assert client.post(there).status_code == 404
    type(case).objects.filter(pk=case.pk).update(restricted=True)
    moved = led.headers["Location"]
    assert client.get(f"{moved}/not-theirs/{case.reference}").status_code == 404


def test_what_is_begun_for_a_restricted_person_is_restricted(district: Any, ann: Person) -> None:
    from doorstep.cases import submitting
    from doorstep.cases.models import Case

    case = ann.given.get().case_set.get()
    people.restrict(person_id=ann.pk, on=True, by=ADVISER, now=timezone.now())
    draft = Draft.objects.get(pk=case.draft_id)
    assert submitting._is_restricted(draft) is False
    draft.begun_for = ann.pk
    assert submitting._is_restricted(draft) is True
    assert Case.objects.get(pk=case.pk).restricted is False
