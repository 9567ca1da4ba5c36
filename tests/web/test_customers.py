"""The pages of people at the desk: opened, changed, noted, restricted with a reason, merged and parted, a form begun for them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Draft
from doorstep.customers import matching, people
from doorstep.customers.models import Contact, Likeness, Note, Opening, Person
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


def neighbour(district: Any, person: Person) -> Person:
    """Return another person at somebody's home."""
    found = another(district)
    Person.objects.filter(pk=found.pk).update(home=person.home_id)
    return found


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
    assert "<bdi>07700 900123</bdi>" in text(client.get(at(ann)))
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
        assert adviser.get(at(ann, rest)).status_code == 404
    assert adviser.post(at(ann, "/new/missed-bin")).status_code == 404
    assert adviser.get("/desk/customers/999999").status_code == 404
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
    client, bob = signed_in("adviser"), another(district)
    low, high = sorted((ann.pk, bob.pk))
    Likeness.objects.create(first_id=low, second_id=high, why="contact", at=timezone.now())
    assert "Compare" in text(client.get("/desk/customers/doubtful"))
    assert "Compare" in text(client.get(at(ann)))
    client.post(at(ann, f"/not/{bob.pk}"))
    assert "Nothing is doubtful" in text(client.get("/desk/customers/doubtful"))


def test_what_they_share_is_said_and_somebody_else_leads_back(district: Any, ann: Person) -> None:
    client, bob = signed_in("adviser"), neighbour(district, ann)
    assert "They share: 1 Mill Lane" in text(client.get(at(ann, f"/merge/{bob.pk}")))
    assert "Somebody else" in text(client.get(at(ann, f"/merge/{bob.pk}")))
    people.add_contact(person_id=ann.pk, text="07700 900123", by=ADVISER, now=timezone.now())
    people.add_contact(person_id=bob.pk, text="07700 900123", by=ADVISER, now=timezone.now())
    assert "They share: 07700 900123, 1 Mill" in text(client.get(at(ann, f"/merge/{bob.pk}")))
    low, high = sorted((ann.pk, bob.pk))
    Likeness.objects.create(first_id=low, second_id=high, why="contact", at=timezone.now())
    page = text(client.get("/desk/customers/doubtful"))
    assert "07700 900123, 1 Mill Lane" in page and "Somebody else" in page
    answer = client.post(f"/desk/customers/{low}/not/{high}", {"back": "doubtful"})
    assert answer["Location"] == "/desk/customers/doubtful"
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


def test_who_begins_a_form_for_somebody_has_looked(district: Any, ann: Person) -> None:
    signed_in("adviser").post(at(ann, "/new/missed-bin"))
    assert Look.objects.get(what="customer").key == str(ann.pk)


def test_of_restricted_people_a_name_alone_until_a_reason(district: Any, ann: Person) -> None:
    bob, supervisor = neighbour(district, ann), signed_in("supervisor")
    people.change(person_id=bob.pk, values={"name": "Bob Hill"}, by=ADVISER, now=timezone.now())
    people.restrict(person_id=bob.pk, on=True, by=ADVISER, now=timezone.now())
    found = text(supervisor.post(at(ann, "/other"), {"who": "bob hill"}))
    assert "Bob Hill" in found and "Restricted: opened with a reason" in found
    assert "Mill Lane" not in found and "other@resident.example" not in found
    here = text(supervisor.get("/desk/homes/1001"))
    assert "Bob Hill" in here and "Restricted: opened with a reason" in here
    for asked in (
        supervisor.get(at(ann, f"/merge/{bob.pk}")),
        supervisor.get(at(ann, f"/acting/{bob.pk}")),
        supervisor.post(at(ann, f"/not/{bob.pk}")),
    ):
        assert asked.status_code == 200 and "Why do you open it?" in text(asked)
        assert "other@resident.example" not in text(asked)
        assert f"{at(bob)}/why" in text(asked)
    adviser = signed_in("adviser")
    assert adviser.get(at(ann, f"/merge/{bob.pk}")).status_code == 404
    assert adviser.post(at(ann, f"/not/{bob.pk}")).status_code == 404


def test_two_who_change_one_record_are_told(district: Any, ann: Person) -> None:
    first, second = signed_in("adviser"), signed_in("officer")
    mine = re.search('name="seen" value="([^"]+)"', text(first.get(at(ann, "/edit"))))
    assert mine
    second.post(at(ann, "/edit"), {"name": "Ann Taylor", "reach": "call"})
    typed = {"name": "Ann Smith-Hill", "reach": "email", "seen": mine[1]}
    again = text(first.post(at(ann, "/edit"), typed))
    assert "Somebody changed this meanwhile" in again and 'value="Ann Smith-Hill"' in again
    assert "Ann Taylor" in again and Person.objects.get().name == "Ann Taylor"
    now = re.search('name="seen" value="([^"]+)"', again)
    assert now and first.post(at(ann, "/edit"), typed | {"seen": now[1]}).status_code == 302
    assert Person.objects.get().name == "Ann Smith-Hill"


def test_what_is_sent_to_a_record_that_was_joined_meanwhile_is_not_done(
    district: Any, ann: Person
) -> None:
    client, bob = signed_in("adviser"), another(district)
    client.post(at(ann, f"/merge/{bob.pk}"), {"keep": ann.pk})
    for rest, sent in (
        ("/edit", {"name": "Bob"}),
        ("/contact", {"contact": "07700 900123"}),
        ("/new/missed-bin", {}),
    ):
        answer = client.post(at(bob, rest), sent)
        assert answer["Location"] == at(ann, "?joined")
    assert "was joined with another meanwhile" in text(client.get(answer["Location"]))
    assert Person.objects.filter(name="Bob").count() == 0 and Contact.objects.count() == 2
    assert not Draft.objects.filter(sent_at=None).exists()


@pytest.mark.parametrize(("kind", "says"), [("care", "Needs care"), ("warning", "Warning")])
def test_a_warning_is_called_one_wherever_their_name_stands(
    district: Any, ann: Person, kind: str, says: str
) -> None:
    day = (timezone.now() + timedelta(days=9)).date()
    about = {"kind": kind, "text": "Speak up", "why": "Deaf", "review_on": day}
    people.add_note(person_id=ann.pk, **about, by=ADVISER, now=timezone.now())
    client, case = signed_in("adviser"), ann.given.get().case_set.get()
    tag = f'desk-tag--care">{says}'
    for page in (
        client.post("/desk/find", {"find": "ann smith"}),
        client.post("/desk/find", {"find": "ann smith", "box": "1"}),
        client.get(f"/desk/homes/{case.place_id}"),
    ):
        assert tag in text(page)
    on_case = text(client.get(f"/desk/cases/{case.reference}"))
    assert ("Warning" if kind == "warning" else "Take care") in on_case


def noted(person: Person, days: int, kind: str = "warning", text: str = "Two at the door") -> Note:
    """Return a note about somebody that is to be looked at again in so many days; made long ago where that is over."""
    long_ago = timezone.now() - timedelta(days=300)
    day = (timezone.now() + timedelta(days=days)).date()
    about = {"kind": kind, "text": text, "why": "Letter", "review_on": day}
    return people.add_note(person_id=person.pk, **about, by=ADVISER, now=long_ago)


def test_the_room_of_people_leads_to_what_waits(district: Any, ann: Person) -> None:
    client, bob = signed_in("adviser"), another(district)
    low, high = sorted((ann.pk, bob.pk))
    Likeness.objects.create(first_id=low, second_id=high, why="contact", at=timezone.now())
    noted(ann, -3)
    page = text(client.get("/desk/customers"))
    assert re.search(r"may be one person’s</a>\s*<span[^>]*>1<", page)
    assert re.search(r"to be looked at again</a>\s*<span[^>]*>1<", page)
    assert "A new record" in page and "a telephone number" in page
    assert 'href="/desk/customers"' in text(client.get("/desk"))
    reader = text(signed_in("reader").get("/desk/customers"))
    assert "A new record" not in reader and "to be looked at again" in reader
    assert signed_in("manager").get("/desk/customers").status_code == 403


def test_notes_to_be_looked_at_again_stand_by_day(district: Any, ann: Person) -> None:
    bob = another(district)
    people.change(person_id=bob.pk, values={"name": "Bob Hill"}, by=ADVISER, now=timezone.now())
    noted(ann, 13)
    noted(bob, -3, "care")
    noted(bob, 15, "need", "Ring twice")
    client = signed_in("adviser")
    page = text(client.get("/desk/customers/notes"))
    assert page.index("Bob Hill") < page.index("Ann Smith") and page.count("overdue") == 2
    assert "Take care" in page and "Warning" in page and "A need" not in page
    assert Look.objects.filter(what="customers").count() == 1
    people.restrict(person_id=bob.pk, on=True, by=ADVISER, now=timezone.now())
    assert "Bob Hill" not in text(client.get("/desk/customers/notes"))
    few = text(signed_in("supervisor").get("/desk/customers/notes"))
    assert (
        "Bob Hill" in few and "Restricted: opened with a reason" in few and "Take care" not in few
    )


def test_a_note_that_holds_is_looked_at_again_later(district: Any, ann: Person) -> None:
    client, note = signed_in("adviser"), noted(ann, -3)
    for wrong, says in (
        ("", "Enter the day"),
        ("1/1/2020", "must be after today"),
        ("31/12/9999", "within a year"),
    ):
        again = text(client.post(at(ann, "/note/keep"), {"note": note.pk, "review_on": wrong}))
        assert says in again and f'value="{wrong}"' in again or not wrong
        assert f'id="later-{note.pk}"' in again and f'href="#later-{note.pk}"' in again
    later = (timezone.now() + timedelta(days=90)).date()
    sent = {"note": note.pk, "review_on": f"{later:%d/%m/%Y}"}
    assert client.post(at(ann, "/note/keep"), sent).status_code == 302
    note.refresh_from_db()
    assert note.review_on == later and note.ended_at is None
    assert ann.events.filter(what="note kept", by="adviser").count() == 1
    assert signed_in("reader").post(at(ann, "/note/keep"), sent).status_code == 403


def test_a_day_far_away_is_said_to_be_too_far(district: Any, ann: Person) -> None:
    typed = {"kind": "need", "text": "Ring", "why": "Deaf", "review_on": "31/12/9999"}
    assert "within a year" in text(signed_in("adviser").post(at(ann, "/note"), typed))


def test_a_warning_is_said_to_be_none_for_crews(district: Any, ann: Person) -> None:
    page = text(signed_in("adviser").get(at(ann, "/note")))
    assert "crews are not told by it" in page and "/desk/homes/1001#warnings" in page


def test_who_acts_is_over_and_renewed(district: Any, ann: Person) -> None:
    client, bob = signed_in("adviser"), another(district)
    past, coming = (timezone.now() + timedelta(days=d) for d in (-9, 9))
    about = {"person_id": ann.pk, "by_id": bob.pk, "role": "agent", "seen": "", "by": ADVISER}
    first = people.add_actor(**about, until=past.date(), now=past - timedelta(days=9))
    of_agent = text(client.get(at(bob)))
    assert "until " in of_agent and "which is over" in of_agent and "Renew" in of_agent
    there = at(ann, f"/acting/{bob.pk}")
    assert f'href="{there}"' in of_agent and f'href="{there}"' in text(client.get(at(ann)))
    sent = {"role": "agent", "until": f"{coming:%d/%m/%Y}"}
    assert client.post(there, sent).status_code == 302
    first.refresh_from_db()
    assert first.ended_at is not None and ann.actors.get(ended_at=None).until == coming.date()
    assert "which is over" not in text(client.get(at(bob)))
    assert "They act for them already" in text(client.post(there, sent))


def test_last_heard_of_is_when_they_asked(district: Any, ann: Person) -> None:
    was = Person.objects.get().last_at
    later = timezone.now() + timedelta(days=40)
    people.add_contact(person_id=ann.pk, text="07700 900123", by=ADVISER, now=later)
    assert Person.objects.get().last_at == was
    client = signed_in("adviser")
    client.post("/desk/customers/new", {"name": "Hill Homes Ltd"})
    firm = Person.objects.get(name="Hill Homes Ltd")
    assert re.search(r"Last heard of</dt>\s*<dd>not yet<", text(client.get(at(firm))))
    assert "not yet" not in text(client.get(at(ann)))


def test_a_form_begun_says_by_which_way_and_for_whom(district: Any, ann: Person) -> None:
    client = signed_in("adviser")
    client.post(at(ann, "/new/missed-bin"), {"channel": "face to face"})
    draft = Draft.objects.get(sent_at=None)
    assert draft.channel == "face to face"
    Draft.objects.update(words={})
    begun = text(client.get("/desk")).partition("Forms you began for callers")[2]
    assert "Ann Smith" in begun
    people.restrict(person_id=ann.pk, on=True, by=ADVISER, now=timezone.now())
    begun = text(client.get("/desk")).partition("Forms you began for callers")[2]
    assert "Ann Smith" not in begun


def test_what_is_open_stands_first_and_services_in_one_row(district: Any, ann: Person) -> None:
    page = text(signed_in("adviser").get(at(ann)))
    order = ["<h2>Open</h2>", "Begin for them", 'id="contacts"', "What they were told", "<h2>Past"]
    places = [page.find(words) for words in order]
    assert places == sorted(places) and -1 not in places
    row = page.partition("Begin for them")[2].partition("They came by")[0]
    assert row.count("<button") <= 4


def test_the_title_of_a_restricted_record_names_nobody(district: Any, ann: Person) -> None:
    supervisor = signed_in("supervisor")
    supervisor.post(at(ann, "/restrict"), {"restricted": "1"})
    supervisor.post(at(ann, "/why"), {"why": "She rang"})
    page = text(supervisor.get(at(ann)))
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert "Ann" not in title and "A restricted record" in title and "Ann Smith" in page


def test_of_what_is_typed_the_number_alone_is_kept(district: Any, ann: Person) -> None:
    client = signed_in("adviser")
    for wrong in ("12345", "1234567890123456", "call me"):
        refused = text(client.post(at(ann, "/contact"), {"contact": wrong}))
        assert "at least six figures and at most fifteen" in refused, wrong
    client.post(at(ann, "/contact"), {"contact": "mobile o77oo 9oo123 after six, or 01530 123456"})
    rows = Contact.objects.filter(kind="phone").order_by("key").values_list("key", "value")
    assert list(rows) == [("01530123456", "01530 123456"), ("07700900123", "07700 900123")]


def test_what_is_sent_twice_is_done_once(district: Any, ann: Person) -> None:
    client, typed = signed_in("adviser"), {"kind": "need", "text": "Ring", "why": "Deaf"}
    once = re.search('name="once" value="([^"]+)"', text(client.get(at(ann, "/note"))))
    assert once
    day = (timezone.now() + timedelta(days=9)).date()
    refused = client.post(at(ann, "/note"), typed | {"once": once[1]})
    assert "There is a problem" in text(refused)
    sent = typed | {"once": once[1], "review_on": str(day)}
    assert [client.post(at(ann, "/note"), sent).status_code for _ in range(2)] == [302, 302]
    assert Note.objects.count() == 1
    new = {"name": "Hill Homes Ltd", "once": "a-b-c"}
    first, again = (client.post("/desk/customers/new", new)["Location"] for _ in range(2))
    assert first == again and Person.objects.filter(name="Hill Homes Ltd").count() == 1
    client.post("/desk/customers/new", new | {"once": "d-e-f"})
    assert Person.objects.filter(name="Hill Homes Ltd").count() == 2


def test_what_was_typed_when_the_time_was_over_is_given_back(district: Any, ann: Person) -> None:
    supervisor = signed_in("supervisor")
    supervisor.post(at(ann, "/restrict"), {"restricted": "1"})
    asked = text(supervisor.post(at(ann, "/note"), {"kind": "need", "text": "Ring her twice"}))
    kept = re.search('name="kept" value="([^"]+)"', asked)
    assert kept and "Ring her twice" not in asked
    again = text(supervisor.post(at(ann, "/why"), {"why": " ", "kept": kept[1]}))
    assert kept[1] in again
    back = text(supervisor.post(at(ann, "/why"), {"why": "She rang", "kept": kept[1]}))
    assert "Ring her twice" in back and at(ann, "/note") in back
    assert supervisor.post(at(ann, "/why"), {"why": "Again"})["Location"] == at(ann)


def test_a_case_is_said_to_be_somebody_elses(district: Any, ann: Person) -> None:
    client, case = signed_in("adviser"), ann.given.get().case_set.get()
    there = at(ann, f"/not-theirs/{case.reference}")
    assert "not taken to be" in text(client.get(there))
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
