"""Contacts at the desk: rung in once, kept in the frame, ended with one form, shown to whom they are open."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.cases.models import Draft
from doorstep.contacts import actions
from doorstep.contacts.models import Act, Contact, Ring
from doorstep.customers import matching, people
from doorstep.customers.models import Opening, Person
from doorstep.staff.actor import Actor
from doorstep.staff.models import StaffUser
from doorstep.tasks.models import Task
from tests.form_client import text
from tests.people import signed_in
from tests.rings import NUMBER, SECRET, opened, rings, says

ADVISER = Actor("staff", "adviser", "adviser")
BY_HAND = {"headers": {"Sec-Fetch-Dest": "document"}}


@pytest.fixture
def secret(settings: Any) -> None:
    settings.TELEPHONY_SECRET = SECRET


def known(name: str, phone: str = "01632 960001", **more: Any) -> Person:
    """Return somebody who is known by a number."""
    now = timezone.now()
    person = people.make(name=name, is_organisation=False, by=ADVISER, now=now)
    people.add_contact(person_id=person.pk, text=phone, by=ADVISER, now=now)
    return person


def only() -> Contact:
    return Contact.objects.get()


def test_a_ring_leads_once_to_the_contact_of_who_is_known(district: Any, secret: None) -> None:
    ann, client = known("Ann Poole"), signed_in("adviser")
    address = opened(rings())
    assert "960" not in address and Ring.objects.get().sealed.count("960") == 0
    answer = client.get(address, **BY_HAND)
    assert answer.status_code == 302 and answer["Location"] == f"/desk/contacts/{only().pk}"
    assert (only().person, only().number, only().channel) == (ann, NUMBER, "telephone")
    page = text(client.get(answer["Location"]))
    assert "Ann Poole" in page and "What is it about?" in page
    again = client.get(address, **BY_HAND)
    assert again.status_code == 410 and Contact.objects.count() == 1
    assert Ring.objects.get().sealed == ""


def test_who_only_fetches_ahead_takes_no_call(district: Any, secret: None) -> None:
    client, address = signed_in("adviser"), opened(rings())
    ahead = {"Sec-Fetch-Dest": "document", "Sec-Purpose": "prefetch"}
    for headers in ({}, ahead, {"Sec-Fetch-Dest": "empty"}):
        assert "Take this call" in text(client.get(address, headers=headers))
    assert not Contact.objects.exists()
    assert client.post(address).status_code == 302 and only().number == NUMBER


def test_a_ring_is_for_whom_it_rings_and_for_ten_minutes(
    district: Any, secret: None, monkeypatch: Any
) -> None:
    address = opened(rings(**{"for": "officer"}))
    assert signed_in("adviser").get(address, **BY_HAND).status_code == 410
    assert signed_in("officer").get(address, **BY_HAND).status_code == 302
    late = opened(rings("+441632960002"))
    Ring.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert signed_in("adviser").get(late, **BY_HAND).status_code == 410


def test_who_does_not_know_the_secret_rings_nobody(district: Any, secret: None) -> None:
    assert rings(key="another").status_code == 403
    assert rings(at=int(time.time()) - 400).status_code == 403
    assert rings("nothing").status_code == 400
    assert rings(**{"for": "nobody"}).status_code == 400
    assert rings("1" * 3000).status_code == 413
    assert not Ring.objects.exists()
    moment = int(time.time())
    assert [rings(at=moment).status_code for _ in range(2)] == [201, 409]


def test_without_a_secret_the_address_is_not_there(district: Any) -> None:
    assert rings().status_code == 404


def test_of_a_restricted_person_nothing_is_told(district: Any, secret: None) -> None:
    ann = known("Ann Poole")
    people.restrict(person_id=ann.pk, on=True, by=ADVISER, now=timezone.now())
    for role in ("adviser", "supervisor"):
        client = signed_in(role)
        there = client.get(opened(rings(line=role)), **BY_HAND)["Location"]
        page = text(client.get(there))
        assert "Ann" not in page and "Nobody is known by this number" in page
    assert not Contact.objects.exclude(person=None).exists()


def test_of_two_who_share_a_number_one_is_chosen(district: Any, secret: None) -> None:
    ann, bob = known("Ann Poole"), known("Bob Poole")
    client = signed_in("adviser")
    there = client.get(opened(rings()), **BY_HAND)["Location"]
    page = text(client.get(there))
    assert "Ann Poole" in page and "Bob Poole" in page and only().person is None
    client.post(f"{there}/who", {"person": bob.pk})
    assert only().person == bob
    client.post(f"{there}/who", {"person": ann.pk})
    assert only().person == ann
    client.post(f"{there}/who")
    assert only().person is None and "Ann Poole" in text(client.get(there))


def begun(client: Client, channel: str = "telephone") -> str:
    answer = client.post("/desk/contacts/begin", {"channel": channel})
    return str(answer["Location"])


def test_it_stands_in_the_frame_until_it_ends(district: Any) -> None:
    client = signed_in("adviser")
    assert "contact-bar" not in text(client.get("/desk"))
    there = begun(client)
    assert 'role="timer"' in text(client.get("/desk"))
    sent = {"reason": "information", "demand": "value", "offered": "declined", "note": "Asked"}
    assert client.post(f"{there}/end", sent)["Location"] == there
    assert (only().reason, only().offered, only().note) == ("information", "declined", "Asked")
    assert 'role="timer"' not in text(client.get("/desk"))
    page = text(client.get(there))
    assert "Open it again" in page and "What it is kept as" in page
    client.post(f"{there}/open-again")
    assert only().ended_at is None and 'role="timer"' in text(client.get("/desk"))


def test_in_place_the_bar_alone_is_drawn(district: Any) -> None:
    client = signed_in("adviser")
    drawn = text(client.post("/desk/contacts/begin", {"channel": "post", "box": "1"}))
    assert drawn.strip().startswith("<section") and "<html" not in drawn and "Letter" in drawn
    there = f"/desk/contacts/{only().pk}"
    dialog = text(client.get(f"{there}/end?box"))
    assert dialog.strip().startswith("<dialog") and "End the letter, 0:0" in dialog
    assert "ended" not in dialog
    long = text(client.post(f"{there}/end", {"box": "1", "note": "x" * 1001}))
    assert "at most 1,000 characters" in long and "x" * 1001 in long and only().ended_at is None
    ended = text(client.post(f"{there}/end", {"box": "1", "reason": "other", "demand": ""}))
    assert "Ended after 0:0" in ended and "Something else" in ended and "Open it again" in ended


def test_one_waits_while_another_is_taken(district: Any) -> None:
    client = signed_in("adviser")
    first = begun(client)
    second = begun(client, "face to face")
    page = text(client.get("/desk"))
    assert "1 on hold" in page and "Visit" in page
    client.post(f"{second}/hold", {"next": "/desk/tasks"})
    assert "2 on hold" in text(client.get("/desk"))
    answer = client.post(f"{first}/go-on", {"next": "//elsewhere.example/desk"})
    assert answer["Location"] == first
    assert client.post(f"{second}/go-on", {"next": "/desk/tasks"})["Location"] == "/desk/tasks"


def test_what_is_done_meanwhile_is_kept(district: Any) -> None:
    case, client = district.case_of("ann@resident.example", 1), signed_in("adviser")
    there = begun(client)
    client.get(f"/desk/cases/{case.reference}")
    client.get(f"/desk/cases/{case.reference}")
    client.post(f"/desk/cases/{case.reference}/note", {"text": "Rang"})
    client.post(f"{there}/act", {"what": "answered"})
    client.post(f"{there}/act", {"what": "sent"})
    client.post(f"{there}/call-back", {"text": "Of the bin", "who": "Ann", "once": "1"})
    assert [a.what for a in Act.objects.all()] == ["looked", "noted", "answered", "call_back"]
    task = Task.objects.get(kind="ring", text="Of the bin")
    assert Act.objects.get(what="call_back").task == task and task.who == "Ann"
    page = text(client.get(f"{there}/end"))
    assert f"They were told where {case.reference} stands" in page
    client.post(f"{there}/end", {"told": case.pk, "reason": "progress", "demand": "chasing"})
    assert "told whoever asked where it stands" in text(client.get(f"/desk/cases/{case.reference}"))


def test_a_form_that_ends_at_a_stop_counts(district: Any) -> None:
    district.case_of("ann@resident.example", 1)
    client, home = signed_in("adviser"), district.boxes[1].place_id
    at = client.post("/desk/new/missed-bin", {"channel": "face to face", "home": home})
    assert (only().channel, only().home_id) == ("face to face", home)
    chosen = {"property": home, "container": str(district.boxes[1].pk)}
    for _ in range(2):
        client.post(at["Location"], {**chosen, "update": "1"})
    begins, act = Act.objects.all()
    assert (begins.what, begins.service) == ("begun", "missed-bin")
    assert (act.what, act.service, act.code) == ("stopped", "missed-bin", "reported")
    client.post(f"/desk/contacts/{only().pk}/end", {})
    assert (only().reason, only().kind) == ("missed-bin", "duplicate")


def test_a_form_begins_in_the_channel_of_the_contact_for_whom_it_is(district: Any) -> None:
    ann, client = known("Ann Poole"), signed_in("adviser")
    begun(client, "e-mail")
    client.get(f"/desk/customers/{ann.pk}")
    assert only().person == ann
    client.post(f"/desk/customers/{ann.pk}/new/missed-bin", {"channel": "telephone"})
    assert Draft.objects.get().channel == "e-mail" and Contact.objects.count() == 1


def test_what_it_is_about_narrows_the_services(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client)
    whole = text(client.get(there))
    assert "/desk/new/missed-bin" in whole and 'data-narrows="about-services"' in whole
    assert "/desk/new/missed-bin" in text(client.post(there, {"about": "mis"}))
    none = text(client.post(there, {"about": "zzz"}))
    assert "No service has such a word" in none and "/desk/new/missed-bin" not in none


def test_the_number_that_rang_is_filled_in_where_nobody_is_known_by_it(
    district: Any, secret: None
) -> None:
    client = signed_in("adviser")
    client.get(opened(rings()), **BY_HAND)
    home = district.boxes[2].place_id
    at = client.post("/desk/new/missed-bin", {"channel": "post", "home": home})["Location"]
    assert 'value="+441632960001"' in text(client.get(at)) or "01632 960001" in text(client.get(at))
    assert Draft.objects.get().channel == "telephone"


def test_what_supervisors_correct_is_listed_for_them_alone(district: Any) -> None:
    ann, client = known("Ann Poole"), signed_in("adviser")
    there = begun(client)
    client.get(f"/desk/customers/{ann.pk}")
    client.post(f"{there}/end", {})
    listed = text(signed_in("supervisor").get("/desk/contacts/day"))
    assert "Ann Poole" in listed and f'href="{there}"' in listed and "Adviser" in listed
    assert "Ann Poole" not in text(signed_in("manager").get("/desk/contacts/day"))


def test_anothers_contact_is_not_there(district: Any) -> None:
    there = begun(signed_in("officer"))
    client = signed_in("adviser")
    for name in ("", "/end", "/call-back"):
        assert client.get(f"{there}{name}").status_code == 404
    for name in ("/end", "/hold", "/go-on", "/who", "/why", "/act", "/open-again", "/correct"):
        assert client.post(f"{there}{name}", {"reason": "other"}).status_code == 404
    assert only().ended_at is None


def test_who_watches_corrects_anothers_and_ends_none(district: Any) -> None:
    there = begun(signed_in("officer"))
    watcher = signed_in("supervisor")
    assert watcher.post(f"{there}/end").status_code == 404
    assert "still open" in text(watcher.get(there))
    actions.leave(by=StaffUser.objects.get(username="officer"), now=timezone.now())
    assert "What it is kept as" in text(watcher.get(there))
    watcher.post(f"{there}/correct", {"reason": "other", "demand": "went_wrong"})
    assert (only().kind, only().is_corrected) == ("went_wrong", True)
    wrong = text(watcher.post(f"{there}/correct", {"reason": "no-such", "demand": ""}))
    assert "Choose one of those that are offered" in wrong


def test_what_ended_in_another_tab_says_so(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client)
    client.post(f"{there}/end", {})
    assert "has ended already" in text(client.post(f"{there}/hold"))
    Contact.objects.update(begun_at=timezone.now() - timedelta(hours=2))
    Contact.objects.update(ended_at=timezone.now() - timedelta(hours=1))
    assert "more than ten minutes ago" in text(client.post(f"{there}/open-again"))


def test_who_signs_out_leaves_none_open(district: Any) -> None:
    client = signed_in("adviser")
    begun(client)
    client.post("/desk/sign-out")
    assert only().ended_at is not None


def test_a_persons_page_has_their_contacts_and_nothing_of_a_restricted_case(district: Any) -> None:
    case = district.case_of("ann@resident.example", 1)
    matching.match(timezone.now())
    case.customer.refresh_from_db()
    ann, client = case.customer.person, signed_in("adviser")
    there = begun(client)
    client.get(f"/desk/customers/{ann.pk}")
    client.get(f"/desk/cases/{case.reference}")
    client.post(f"{there}/end", {"note": "Very ill", "reason": "progress", "demand": "chasing"})
    page = text(client.get(f"/desk/customers/{ann.pk}"))
    assert "Where is my report?" in page and case.reference in page and "Very ill" in page
    type(case).objects.filter(pk=case.pk).update(restricted=True)
    for address in (f"/desk/customers/{ann.pk}", there, "/desk/contacts"):
        page = text(client.get(address))
        assert "Very ill" not in page and case.reference not in page, address


def test_of_a_person_who_is_restricted_their_contacts_tell_nothing(
    district: Any, secret: None
) -> None:
    ann, client = known("Ann Poole"), signed_in("adviser")
    there = client.get(opened(rings()), **BY_HAND)["Location"]
    client.post(f"{there}/act", {"what": "signposted"})
    client.post(f"{there}/end", {"note": "Very ill", "reason": "complaint", "demand": ""})
    assert "Very ill" in text(client.get(there)) and NUMBER in text(client.get(there))
    people.restrict(person_id=ann.pk, on=True, by=ADVISER, now=timezone.now())
    for role, words in (("adviser", "Not open to you"), ("supervisor", "opened with a reason")):
        looker = signed_in(role)
        listed = "/desk/contacts" if role == "adviser" else "/desk/contacts/day"
        for address in (there, listed):
            page = text(looker.get(address))
            assert not any(word in page for word in ("Very ill", NUMBER, "Sent to somebody")), (
                address
            )
            assert "Ann Poole" not in page and words in page, address
    watcher = signed_in("supervisor")
    watcher.post(f"/desk/customers/{ann.pk}/why", {"why": "They complained of the call"})
    for address in (there, "/desk/contacts/day"):
        assert "Ann Poole" in text(watcher.get(address)), address


def test_of_a_restricted_person_the_bar_names_nobody_once_the_reason_is_old(district: Any) -> None:
    ann, client = known("Ann Poole"), signed_in("supervisor")
    there = begun(client)
    people.restrict(person_id=ann.pk, on=True, by=ADVISER, now=timezone.now())
    client.post(f"/desk/customers/{ann.pk}/why", {"why": "They are on the line"})
    client.get(f"/desk/customers/{ann.pk}")
    assert only().person == ann and "Ann Poole" in text(client.get("/desk/tasks"))
    Opening.objects.update(at=timezone.now() - timedelta(minutes=16))
    for address in ("/desk/tasks", there):
        page = text(client.get(address))
        assert "Ann Poole" not in page and "Restricted: opened with a reason" in page
    client.post(f"{there}/hold")
    assert "Ann Poole" not in text(client.get("/desk/tasks"))


def test_what_is_hidden_is_neither_corrected_nor_opened_again(district: Any) -> None:
    case, client = district.case_of("ann@resident.example", 1), signed_in("adviser")
    there = begun(client)
    client.get(f"/desk/cases/{case.reference}")
    client.post(f"{there}/end", {"note": "Very ill", "reason": "progress", "demand": "chasing"})
    type(case).objects.filter(pk=case.pk).update(restricted=True)
    before = Contact.objects.values().get()
    sent = {"reason": "other", "demand": "", "note": "Overwritten"}
    answers = [
        client.post(f"{there}/correct", sent),
        client.get(f"{there}/end?box"),
        client.post(f"{there}/end", {**sent, "box": "1"}),
        client.post(f"{there}/open-again"),
    ]
    for answer in answers:
        page = text(answer)
        assert "not open to you" in page and "Very ill" not in page and "Overwritten" not in page
    assert Contact.objects.values().get() == before
    assert "Open it again" not in text(client.get(there))


def test_one_that_is_open_ends_whatever_is_hidden_of_it(district: Any) -> None:
    case, client = district.case_of("ann@resident.example", 1), signed_in("adviser")
    there = begun(client)
    client.get(f"/desk/cases/{case.reference}")
    type(case).objects.filter(pk=case.pk).update(restricted=True)
    page = text(client.get(f"{there}/end?box"))
    assert "End the call" in page and case.reference not in page
    client.post(f"{there}/end", {"reason": "other", "demand": ""})
    assert only().reason == "other"


def test_who_begins_a_form_for_a_person_says_whose_contact_it_is(district: Any) -> None:
    ann, bob = known("Ann Poole"), known("Bob Moor")
    client = signed_in("adviser")
    there = begun(client)
    client.get(f"/desk/customers/{ann.pk}")
    assert only().person == ann
    client.post(f"/desk/customers/{bob.pk}/new/missed-bin")
    assert only().person == bob and Draft.objects.get().begun_for == bob.pk
    client.post(f"{there}/end", {"note": "Of the bin", "reason": "other", "demand": ""})
    assert "Of the bin" in text(client.get(f"/desk/customers/{bob.pk}"))
    assert "Of the bin" not in text(client.get(f"/desk/customers/{ann.pk}"))


def test_one_in_which_something_was_sent_stays_whose_it_was(district: Any) -> None:
    ann, bob = known("Ann Poole"), known("Bob Moor")
    client = signed_in("adviser")
    begun(client)
    client.post(f"/desk/customers/{ann.pk}/new/missed-bin")
    case = district.case_of("ann@resident.example", 1)
    actions.did(contact=only(), what="sent", case=case, now=timezone.now())
    client.post(f"/desk/customers/{bob.pk}/new/missed-bin")
    assert only().person == ann


def test_a_form_that_was_begun_says_why_until_it_is_sent(district: Any) -> None:
    client, home = signed_in("adviser"), district.boxes[1].place_id
    there = begun(client)
    client.post("/desk/new/missed-bin", {"home": home})
    assert "Form begun: " in " ".join(text(client.get(there)).split())
    case = district.case_of("ann@resident.example", 1)
    actions.did(contact=only(), what="noted", case=case, now=timezone.now())
    assert "Form begun" not in text(client.get(there))
    Act.objects.filter(what="noted").delete()
    client.post(f"{there}/end", {})
    assert only().reason == "missed-bin"


def test_a_new_session_knows_what_another_left_open_and_ends_it(district: Any) -> None:
    begun(signed_in("adviser"))
    anew = signed_in("adviser")
    assert 'role="timer"' in text(anew.get("/desk"))
    anew.post("/desk/sign-out")
    assert only().ended_at is not None
    # Without a page between, too.
    begun(signed_in("adviser"))
    signed_in("adviser").post("/desk/sign-out")
    assert not Contact.objects.filter(ended_at=None).exists()


def test_what_was_begun_by_mistake_is_gone_and_not_counted(district: Any) -> None:
    client = signed_in("adviser")
    there = begun(client)
    assert "It was begun by mistake" in text(client.get(f"{there}/end?box"))
    drawn = text(client.post(f"{there}/end", {"drop": "1", "box": "1"}))
    assert "It is gone" in drawn and "timer" not in drawn and not Contact.objects.exists()
    there = begun(client)
    assert client.post(f"{there}/end", {"drop": "1"})["Location"] == "/desk/contacts"
    there = begun(client)
    client.post(f"{there}/act", {"what": "answered"})
    assert "begun by mistake" not in text(client.get(f"{there}/end"))
    assert "so it stays" in text(client.post(f"{there}/end", {"drop": "1"}))
    assert Contact.objects.count() == 1


def test_what_waits_has_names_that_tell_it_apart(district: Any) -> None:
    client = signed_in("adviser")
    for minutes in (9, 5):
        there = begun(client)
        at = timezone.now() - timedelta(minutes=minutes)
        Contact.objects.filter(held_at=None).update(begun_at=at)
        client.post(f"{there}/hold")
    page = text(client.get("/desk/tasks"))
    names = re.findall(r'aria-label="(Go on: [^"]+)"', page)
    links = re.findall(
        r'<a class="govuk-link" href="/desk/contacts/\d+">\s*(Call, [^<]+?)\s*</a>', page
    )
    assert len(set(names)) == len(set(links)) == 2, (names, links)
    assert all(link in name for link, name in zip(links, names, strict=True))


def test_a_call_without_a_number_begins_a_contact_without_one(district: Any, secret: None) -> None:
    for at, withheld in enumerate(("", "anonymous", "Anonymous")):
        client = signed_in("adviser")
        there = client.get(opened(rings(withheld, line=str(at))), **BY_HAND)["Location"]
        contact = Contact.objects.get(ended_at=None)
        assert (contact.number, contact.person) == ("", None)
        assert "Who is it?" in text(client.get(there))
        client.post(f"{there}/end", {})
    assert Contact.objects.count() == 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"number": "+441632960001<b>"}',
        b'{"number": "+441632960001, 01632 960002"}',
        b'{"number": "\\u0000+441632960001"}',
        b'{"number": "+441632960001\\ud800"}',
        b'{"number": "+441632960001", "line": "\\ud800"}',
        b'{"number": "+441632960001", "line": "a\\u0000"}',
        b'{"number": "+441632960001", "for": "\\u0000"}',
        b'{"number": "+441632960001", "for": "\\udfff"}',
        b'{"number": {"a": 1}}',
        b'{"number": ' + b"1" * 1900 + b"}",
        b'{"line": "main"}',
        b"[" * 1900,
        b'{"a":' * 380,
        b"[]",
        b"null",
        b'"number"',
        b"\xff\xfe",
        b"",
    ],
)
def test_what_no_telephone_says_is_refused(district: Any, secret: None, body: bytes) -> None:
    assert says(body).status_code == 400 and not Ring.objects.exists()


@pytest.mark.parametrize("number", ["+44 1632 960001", "(01632) 960-001", "01632960001"])
def test_a_number_as_it_is_written(district: Any, secret: None, number: str) -> None:
    assert rings(number).status_code == 201


def test_the_figures_of_the_day(district: Any) -> None:
    district.case_of("ann@resident.example", 1)  # online
    client = signed_in("adviser")
    for channel, sent in (
        ("telephone", {"reason": "progress", "demand": "chasing", "offered": "taken"}),
        ("telephone", {"reason": "missed-bin", "demand": "value", "offered": "declined"}),
        ("e-mail", {"reason": "information", "demand": "value", "offered": "not_offered"}),
    ):
        client.post(f"{begun(client, channel)}/end", sent)
    for role in ("supervisor", "manager"):
        page = " ".join(text(signed_in(role).get("/desk/contacts/day")).split())
        assert "£5.66" in page and "£0.15" in page and "£5.81" in page
        assert "No price is known of this channel" in page and "SOCITM 2012" in page
        online = page.partition('<th scope="row">Online</th>')[2].partition("</tr>")[0]
        assert online.count("not known") == 6 and "<td>0</td>" not in online
    assert client.get("/desk/contacts/day").status_code == 403
    assert "None on this day" in text(signed_in("manager").get("/desk/contacts/day?day=1/2/2026"))
    assert "not to come" in text(signed_in("manager").get("/desk/contacts/day?day=1/2/2099"))


def test_the_bar_costs_one_statement_and_none_where_none_is_open(
    district: Any,
) -> None:
    client = signed_in("adviser")

    def counted() -> tuple[int, int]:
        """Return how many statements ask for contacts, and how many there are in all."""
        with CaptureQueriesContext(connection) as seen:
            client.get("/desk/tasks")
        asked = [q["sql"] for q in seen.captured_queries]
        return sum("contacts_contact" in sql for sql in asked), len(asked)

    counted()
    none, before = counted()
    there = begun(client)
    one, after = counted()
    # Beside it, which versions run is asked once a second.
    assert none == 0 and one == 1 and after - before <= 2
    client.post(f"{there}/end", {})
    assert counted()[0] == 0


def test_the_keys_are_chosen_and_turned_off(district: Any) -> None:
    client = signed_in("adviser")
    assert 'data-begin-key="F8"' in text(client.get("/desk"))
    client.post("/desk/shortcuts", {"key": "/", "begin": "", "end": "F4"})
    page = text(client.get("/desk"))
    assert 'data-begin-key=""' in page and 'data-end-key="F4"' in page
    alike = {"key": "/", "begin": "F4", "end": "F4"}
    assert "two different keys" in text(client.post("/desk/shortcuts", alike))
    other = {"key": "/", "begin": "F5", "end": "F9"}
    assert "keys that are offered" in text(client.post("/desk/shortcuts", other))
    assert 'data-end-key="F4"' in text(client.get("/desk"))
