"""Passkeys: by them people come in, and whoever has something else does not."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.outside.secret import hashed
from doorstep.staff import passkeys
from doorstep.staff.models import Ceremony, Key, Session, StaffEvent, StaffUser
from doorstep.web import jobs
from doorstep.web.signing import passkeys as web_passkeys
from tests.at_once import at_once
from tests.authenticator import COPIED, MAY_BE_COPIED, PRESENT, VERIFIED, Authenticator
from tests.form_client import FormClient, text
from tests.people import signed_in

OPTIONS = "/desk/sign-in/passkey/options"


def asked(client: FormClient, kind: str) -> str:
    """Return the options that a browser is given, as JSON."""
    answer = client.post(f"{OPTIONS}?for={kind}")
    assert answer.status_code == 200, kind
    return answer.content.decode()


def with_passkey(role: str, **of: Any) -> Authenticator:
    """Return the passkey of somebody who made it at their desk."""
    mine, client = Authenticator(**of), signed_in(role)
    given = {"answer": mine.makes(asked(client, "register")), "name": "Work laptop"}
    assert client.post("/desk/sign-in/yours/add", given).status_code in (200, 302)
    return mine


def comes_in(client: FormClient, answer: str) -> Any:
    """Send a browser's answer to the sign-in page."""
    return client.post("/desk/sign-in/passkey", {"answer": answer})


def refused(answer: Any) -> bool:
    """Say whether nobody came in, and the page says that something was wrong."""
    return bool(answer.status_code == 200 and "There is a problem" in text(answer))


def test_somebody_makes_a_passkey_and_comes_in_with_it_alone(district: Any) -> None:
    mine, client = with_passkey("officer"), FormClient(HTTP_USER_AGENT="Firefox/140 Windows")
    answer = comes_in(client, mine.shows(asked(client, "come in")))
    assert answer["Location"] == "/desk" and client.get("/desk").status_code == 200
    key, row = Key.objects.get(), Session.objects.order_by("-pk")[0]
    assert (key.name, key.counter, key.staff.username) == ("Work laptop", 1, "officer")
    assert key.used_at is not None and row.how == "passkey" and row.device == "Firefox on Windows"
    assert StaffEvent.objects.filter(kind="passkey made", about="officer").exists()


@pytest.mark.parametrize(
    ("what", "of", "otherwise"),
    [
        ("of another site", {"origin": "https://council.example.evil"}, {}),
        ("of another port", {"origin": "http://localhost:8001"}, {}),
        ("of another domain", {"domain": "evil.example"}, {}),
        ("nobody unlocked it", {"flags": PRESENT}, {}),
        ("nobody was there", {"flags": VERIFIED}, {}),
        ("signed by another key", {}, {"secret": ec.generate_private_key(ec.SECP256R1())}),
        ("for making one", {}, {"type": "webauthn.create"}),
        ("of a challenge nobody gave", {}, {"challenge": "AAAA"}),
        ("says it is another's", {}, {"user": "OTk5OTk"}),
    ],
)
def test_a_passkey_that_is_not_as_it_should_be(
    district: Any, what: str, of: dict[str, Any], otherwise: dict[str, Any]
) -> None:
    mine, client = with_passkey("officer"), FormClient()
    for name, value in of.items():
        setattr(mine, name, value)
    assert refused(comes_in(client, mine.shows(asked(client, "come in"), **otherwise))), what
    assert client.get("/desk").status_code == 302
    assert not StaffEvent.objects.filter(kind="sign-in failed").exists()  # of nobody


def test_an_answer_is_taken_once_in_the_browser_that_asked(district: Any) -> None:
    # One that counts would be refused by its counter, too.
    mine, client = with_passkey("officer", counter=None), FormClient()
    options = asked(client, "come in")
    elsewhere = FormClient()
    asked(elsewhere, "come in")
    assert refused(comes_in(elsewhere, mine.shows(options)))
    answer = mine.shows(options)
    assert comes_in(client, answer).status_code == 302
    client.post("/desk/sign-out")
    assert refused(comes_in(client, answer))


def test_a_challenge_is_over_after_ten_minutes(district: Any) -> None:
    mine, client = with_passkey("officer"), FormClient()
    options = asked(client, "come in")
    Ceremony.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(comes_in(client, mine.shows(options)))
    jobs.forget()
    assert not Ceremony.objects.exists()


def test_two_tabs_both_come_in(district: Any) -> None:
    mine, client = with_passkey("officer"), FormClient()
    first, second = asked(client, "come in"), asked(client, "come in")
    assert comes_in(client, mine.shows(first)).status_code == 302
    assert comes_in(client, mine.shows(second)).status_code == 302


def test_a_counter_that_goes_back_is_a_copy(district: Any) -> None:
    mine, client = with_passkey("officer"), FormClient()
    assert comes_in(client, mine.shows(asked(client, "come in"))).status_code == 302
    mine.counter, other = 0, FormClient()
    assert refused(comes_in(other, mine.shows(asked(other, "come in"))))
    # What was shown last was as often as before; the next is once more.
    assert comes_in(other, mine.shows(asked(other, "come in"))).status_code == 302


def test_a_passkey_that_does_not_count_comes_in_each_time(district: Any) -> None:
    many = PRESENT | VERIFIED | MAY_BE_COPIED | COPIED
    mine = with_passkey("officer", counter=None, flags=many)
    assert Key.objects.get().backed_up
    for _ in range(2):
        client = FormClient()
        assert comes_in(client, mine.shows(asked(client, "come in"))).status_code == 302
    assert Key.objects.get().counter == 0


def test_a_closed_account_and_a_removed_key_come_no_further(district: Any) -> None:
    mine, client = with_passkey("officer"), FormClient()
    StaffUser.objects.filter(username="officer").update(is_active=False)
    assert refused(comes_in(client, mine.shows(asked(client, "come in"))))
    StaffUser.objects.filter(username="officer").update(is_active=True)
    Key.objects.all().delete()
    assert refused(comes_in(client, mine.shows(asked(client, "come in"))))


@pytest.mark.parametrize("kind", ["register", "prove", "x", ""])
def test_a_challenge_for_one_thing_is_none_for_another(district: Any, kind: str) -> None:
    mine, client = with_passkey("officer"), FormClient()
    assert client.post(f"{OPTIONS}?for={kind}").status_code == 403  # nobody is signed in
    officer = signed_in("officer")
    answer = officer.post(f"{OPTIONS}?for={kind}")
    if kind == "prove":
        assert refused(comes_in(officer, mine.shows(answer.content.decode())))


def test_anothers_passkey_proves_nothing(district: Any) -> None:
    with_passkey("officer")
    theirs, officer = with_passkey("supervisor"), signed_in("officer")
    given = {"answer": theirs.shows(asked(officer, "prove"))}
    assert refused(officer.post("/desk/sign-in/prove", given))


def test_a_new_passkey_needs_a_fresh_proof(district: Any) -> None:
    officer = signed_in("officer")
    options = asked(officer, "register")
    Session.objects.update(proved=timezone.now() - timedelta(minutes=11))
    assert officer.post(f"{OPTIONS}?for=register").status_code == 403
    given = {"answer": Authenticator().makes(options), "name": "x"}
    assert officer.post("/desk/sign-in/yours/add", given).status_code == 403
    assert not Key.objects.exists()


def test_the_same_passkey_is_nobody_elses_too(district: Any) -> None:
    mine, other = with_passkey("officer"), signed_in("supervisor")
    given = {"answer": mine.makes(asked(other, "register")), "name": "x"}
    assert refused(other.post("/desk/sign-in/yours/add", given))
    assert Key.objects.get().staff.username == "officer"


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "x" * 5000, '{"id": 1}', json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {}}),
     json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}}),
     json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "bnVsbA", "authenticatorData": "AA", "signature": "AA"}}),
     json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "AA"}})],
)  # fmt: skip
def test_what_is_no_answer_at_all_is_refused(district: Any, answer: str) -> None:
    client, officer = FormClient(), signed_in("officer")
    asked(client, "come in")
    assert refused(comes_in(client, answer))
    assert refused(officer.post("/desk/sign-in/yours/add", {"answer": answer}))
    assert refused(officer.post("/desk/sign-in/prove", {"answer": answer}))


def test_one_challenge_is_answered_once_at_the_same_moment_too(open_district: Any) -> None:
    mine, place = with_passkey("officer"), passkeys.Place("localhost", "x", "http://localhost:8000")
    about: Any = {"kind": "come in", "staff": None, "browser": "b", "place": place}
    options = passkeys.begin(**about, now=timezone.now())
    answers = [mine.shows(options) for _ in range(8)]
    acts = [partial(passkeys.take, **about, answer=a, now=timezone.now()) for a in answers]
    assert sorted(at_once(*acts)) == ["done"] + ["passkey_late"] * 7


def test_of_two_copies_at_the_same_moment_one_loses(open_district: Any) -> None:
    mine, place = with_passkey("officer"), passkeys.Place("localhost", "x", "http://localhost:8000")
    about: Any = {"kind": "come in", "staff": None, "browser": "b", "place": place}
    acts = []
    for _ in range(8):
        mine.counter = 4
        answer = mine.shows(passkeys.begin(**about, now=timezone.now()))
        acts.append(partial(passkeys.take, **about, answer=answer, now=timezone.now()))
    assert sorted(at_once(*acts)) == ["done"] + ["passkey_refused"] * 7


def test_a_browser_is_asked_for_what_is_ours(district: Any, settings: Any) -> None:
    settings.BASE_ADDRESS, settings.PASSKEY_DOMAIN = "https://desk.council.example", ""
    client = FormClient()
    assert json.loads(asked(client, "come in"))["rpId"] == "desk.council.example"
    settings.PASSKEY_DOMAIN = "council.example"
    told = json.loads(asked(signed_in("officer"), "register"))
    assert told["rp"]["id"] == "council.example" and told["user"]["name"] == "officer"
    assert told["authenticatorSelection"]["userVerification"] == "required"
    assert hashed(told["challenge"]) in Ceremony.objects.values_list("challenge_hash", flat=True)


def test_coming_in_costs_few_statements(district: Any, capsys: Any) -> None:
    mine, client = with_passkey("officer"), FormClient()
    client.get("/desk/sign-in")
    answer = mine.shows(asked(client, "come in"))
    with CaptureQueriesContext(connection) as seen:
        assert comes_in(client, answer).status_code == 302
    told = [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(("SAVE", "RELEASE"))]
    with capsys.disabled():
        print(f"\nPOST passkey: {len(told)} statements (at most 12)", end="")
    assert len(told) <= 12, told


def test_challenges_of_one_network_have_an_end_that_no_office_meets(
    district: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = False  # which signs in nobody from elsewhere
    assert web_passkeys.MOST >= 5000
    monkeypatch.setattr(web_passkeys, "MOST", 3)
    client = FormClient(REMOTE_ADDR="10.4.0.1")
    told = [client.post(f"{OPTIONS}?for=come in").status_code for _ in range(4)]
    assert told == [200, 200, 200, 403] and Ceremony.objects.count() == 3


def test_an_answer_nested_without_end_is_refused(district: Any) -> None:
    answer = '{"a":' * 50_000 + "1" + "}" * 50_000
    page = FormClient().post("/desk/sign-in/passkey", {"answer": answer})
    assert page.status_code == 200 and "We could not accept that passkey" in text(page)
