"""Help to go on elsewhere: an adviser goes on with what was begun online, and a caller with what an adviser began."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases.models import Case, Draft, HelpCode
from doorstep.contacts.models import Contact
from doorstep.customers.models import Person
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.outside import plug
from tests.form_client import FormClient, text, words
from tests.people import narrowed, signed_in

BASE, DESK = "/services/missed-bin", "/desk/new/missed-bin"
CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4} [2-9A-HJKMNP-Z]{4}\b")


@pytest.fixture
def begun(district: Any) -> FormClient:
    client, box = FormClient(), district.boxes[0]
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    return client


def code_of(client: FormClient) -> str:
    there = client.post(f"{BASE}/contact", {"name": "Ann", "email": "ann@", "help": "1"})
    assert there["Location"] == f"{BASE}/help/code"
    shown = CODE.search(text(client.get(f"{BASE}/help/code")))
    assert shown
    return shown[0]


def take(adviser: FormClient, code: str, **other: str) -> Any:
    given = {"code": code, "channel": "telephone", "agreed": "yes", **other}
    return adviser.post("/desk/help", given)


def test_begun_online_finished_by_telephone(begun: FormClient) -> None:
    assert "Need help with this form?" in text(begun.get(f"{BASE}/contact"))
    adviser, code = signed_in("adviser"), code_of(begun)
    assert adviser.get("/desk/help").status_code == 200
    there = take(adviser, code)
    assert (
        there["Location"].startswith(f"{DESK}") and code.replace(" ", "") not in there["Location"]
    )
    page = text(adviser.get(f"{DESK}/contact"))
    assert 'value="ann@"' in page and 'value="Ann"' in page  # as it was typed
    # The resident's browser says who has it, asks again by itself, and draws nothing of it.
    waits = begun.get(f"{BASE}/check")
    assert waits.status_code == 200 and "An adviser goes on with this form" in text(waits)
    assert waits["Refresh"] == "10" and "ann@" not in text(waits)
    said = begun.post(f"{BASE}/contact", {"name": "A long story", "email": ""})
    assert "A long story" in text(said) and "Refresh" not in said
    adviser.post(f"{DESK}/contact", {"name": "Ann", "email": "ann@resident.example", "phone": ""})
    adviser.post(f"{DESK}/check")
    case = Case.objects.get()
    assert (case.channel, case.assisted) == ("telephone", True)
    contact = Contact.objects.get()
    assert contact.channel == "telephone" and contact.acts.filter(what="sent", case=case).exists()
    # And it has the case as if it had sent it itself.
    done = begun.get(f"{BASE}/help/code")
    assert f"sent as {case.reference}" in text(done) and "Refresh" not in done
    assert begun.get(f"/case/{case.reference}").status_code == 200
    assert FormClient().get(f"/case/{case.reference}").status_code == 302
    story = words(signed_in("officer").get(f"/desk/cases/{case.reference}"))
    assert "They began it online, and agreed that Adviser sees it and goes on with it" in story


def test_a_restricted_case_is_opened_to_no_browser_by_this(begun: FormClient) -> None:
    adviser = signed_in("adviser")
    take(adviser, code_of(begun))
    adviser.post(f"{DESK}/contact", {"name": "Ann", "email": "ann@resident.example", "phone": ""})
    adviser.post(f"{DESK}/check")
    Case.objects.update(restricted=True)
    page = begun.get(f"{BASE}/contact")
    assert Case.objects.get().reference not in text(page) and page.status_code == 410


def test_given_back_and_taken_back(begun: FormClient) -> None:
    adviser = signed_in("adviser")
    take(adviser, code_of(begun))
    adviser.post(f"{DESK}/contact", {"name": "Ann", "email": "", "phone": ""})
    assert "Give it back" in text(adviser.get("/desk"))
    form_id = Draft.objects.get().pk
    adviser.post(f"/desk/unfinished/{form_id}/drop")
    assert Draft.objects.exists()  # what is somebody's is not thrown away for them
    there = adviser.post(f"{DESK}/go-on/back", follow=True)
    assert "The caller goes on with it" in text(there)
    assert begun.get(f"{BASE}/check").status_code == 200
    assert "by telephone" not in text(begun.get(f"{BASE}/check"))
    take(adviser, code_of(begun))
    begun.post(f"{BASE}/help/code", {"here": "1"})
    assert begun.get(f"{BASE}/check", follow=True).status_code == 200
    gone = adviser.post(f"{DESK}/contact", {"name": "What I heard", "email": "", "phone": ""})
    assert "The caller goes on with it" in text(gone) and "What I heard" in text(gone)
    assert Draft.objects.get().answers.get("name") != "What I heard"


def test_what_is_wrong_is_said_and_guesses_are_limited(begun: FormClient) -> None:
    adviser, code = signed_in("adviser"), code_of(begun)
    page = text(adviser.post("/desk/help", {"code": code, "channel": "telephone"}))
    assert "tick this once they agree" in page and code in page and "Error:" in page
    for _ in range(20):
        page = text(take(adviser, "2222 2222"))
        assert "No form has this code now" in page and 'value="2222 2222"' in page
    assert take(adviser, code).status_code == 429
    assert take(narrowed("adviser"), code).status_code == 302  # who guessed nothing is not held up
    assert signed_in("crew").get("/desk/help").status_code == 403


def test_a_stranger_gets_no_code_and_five_are_made_an_hour(begun: FormClient) -> None:
    form_id = Draft.objects.get().pk
    assert FormClient().post(f"{BASE}/{form_id}/help/code").status_code == 410
    assert not HelpCode.objects.exists()
    for _ in range(5):
        begun.post(f"{BASE}/help/code")
        HelpCode.objects.update(used_at=timezone.now())
    page = begun.post(f"{BASE}/help/code", follow=True)
    assert "You had five codes" in text(page) and HelpCode.objects.count() == 5


def test_a_change_of_a_case_gets_no_code(begun: FormClient, district: Any) -> None:
    Draft.objects.update(changes=district.case(1))
    assert "Need help" not in text(begun.get(f"{BASE}/contact"))
    begun.post(f"{BASE}/help/code")
    assert not HelpCode.objects.exists()


@pytest.fixture
def called(district: Any) -> FormClient:
    """An adviser in the middle of a caller's form."""
    adviser, box = signed_in("adviser"), district.boxes[0]
    adviser.post(DESK, {"channel": "telephone"})
    adviser.post(f"{DESK}/address", {"property": str(box.place_id)})
    adviser.post(f"{DESK}/bin", {"container": str(box.pk)})
    return adviser


def link_of(message: Message) -> str:
    sending.send(message_id=message.pk, now=timezone.now())
    if message.channel == "text":
        return re.search(r"http://[^/]+(\S+)", plug.get("messages.texts").sent(message.key).body)[1]  # type: ignore[index]
    return re.search(r"http://[^/]+(\S+)", plug.get("messages.messenger").sent(message.key).body)[1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("by", "to"), [("text", "07700 900123"), ("email", "ann@resident.example")]
)
def test_a_caller_goes_on_by_a_link(
    called: FormClient, by: str, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorstep.messages.sending.quiet_until", lambda _now: None)
    shown = "doorstep.web.desk.views.cases.handing.quiet_until"
    monkeypatch.setattr(shown, lambda _now: None)
    typed = {"name": "Ann", "email": "", "phone": "", "link": "1"}
    assert called.post(f"{DESK}/contact", typed)["Location"] == f"{DESK}/go-on/link"
    assert "Text the link" in text(called.get(f"{DESK}/go-on/link"))
    there = called.post(f"{DESK}/go-on/link", {"by": by, "phone" if by == "text" else "email": to})
    assert there["Location"].endswith("?sent=1") and "@" not in there["Location"]
    page = words(called.get(there["Location"]))
    assert "The link is on its way to" in page
    morning = timezone.now() + timedelta(hours=9)
    monkeypatch.setattr(shown, lambda _now: morning)
    at_night = words(called.get(there["Location"]))
    assert ("no text leaves at night" in at_night) == (by == "text")
    assert called.get(f"{DESK}/contact").status_code == 200  # still the adviser's
    caller, message = FormClient(), Message.objects.get()
    assert message.channel == by and (message.to == to or message.to == "+447700900123")
    link = link_of(message)
    caller.post(link)
    page = text(caller.get(f"{BASE}/contact"))
    assert 'value="Ann"' in page and "Continue" in page
    assert "The caller goes on with it" in text(called.get(f"{DESK}/contact"))
    caller.post(f"{BASE}/contact", {"name": "Ann", "email": "", "phone": ""})
    caller.post(f"{BASE}/check")
    case = Case.objects.get()
    assert (case.channel, case.assisted) == ("online", True)
    assert f"sent as {case.reference}" in text(called.get(f"{DESK}/contact"))
    moves = [e.data["move"] for e in case.events.filter(kind="handed over")]
    assert moves == ["link sent", "link opened"]
    assert Contact.objects.get().acts.filter(what="link", service="missed-bin").exists()


def test_where_a_link_may_not_go_it_is_said(called: FormClient, district: Any) -> None:
    there = f"{DESK}/go-on/link"
    for given, says in (
        ({"by": "text", "phone": "01530 454545"}, "Enter a British mobile number"),
        ({"by": "text", "phone": ""}, "Enter a British mobile number"),
        ({"by": "email", "email": "nobody"}, "nobody"),
    ):
        page = text(called.post(there, given))
        assert says in page and "Error:" in page
    person = Person.objects.create(
        name="Ann", restricted=True, made_at=district.now, last_at=district.now
    )
    Draft.objects.update(begun_for=person.pk)
    assert "No link may go out" in text(called.get(there))
    page = called.post(there, {"by": "email", "email": "ann@resident.example"})
    assert "may not be sent on" in text(page)
    assert not Message.objects.exists() and Draft.objects.get().saved_key == ""


def test_a_link_opens_nothing_once_its_person_is_restricted(
    called: FormClient, district: Any
) -> None:
    called.post(f"{DESK}/go-on/link", {"by": "email", "email": "ann@resident.example"})
    person = Person.objects.create(name="Ann", made_at=district.now, last_at=district.now)
    Draft.objects.update(begun_for=person.pk)
    link = link_of(Message.objects.get())
    caller = FormClient()
    assert caller.get(link).status_code == 200
    Person.objects.update(restricted=True)
    for send in (caller.get, caller.post):
        page = send(link)
        assert page.status_code == 410 and "This link opens nothing any more" in text(page)
        assert "Talk to a person" in text(page) and "1 Mill Lane" not in text(page)
    assert Draft.objects.get().owner_kind == "staff"
    Person.objects.update(restricted=False)
    assert caller.post(link).status_code == 302


def test_an_opened_link_takes_it_back_from_an_adviser(begun: FormClient) -> None:
    begun.post(f"{BASE}/save", {"email": "ann@resident.example"})
    link = link_of(Message.objects.get())
    adviser = signed_in("adviser")
    take(adviser, code_of(begun))
    elsewhere = FormClient()
    elsewhere.post(link)
    assert elsewhere.get(f"{BASE}/contact").status_code == 200
    assert "The caller goes on with it" in text(adviser.get(f"{DESK}/contact"))
    assert "went on in another browser" in text(begun.get(f"{BASE}/contact"))
    Draft.objects.update(updated_at=timezone.now() - timedelta(days=31))
    assert elsewhere.get(f"{BASE}/contact").status_code == 410
