"""Who comes by a colleague's link sets up what they sign in with from then on: without another proof, and two ways of it."""

import re
from datetime import timedelta
from time import time
from typing import Any

import pyotp
import pytest
from django.utils import timezone

from doorstep.staff import codes, lost, ways
from doorstep.staff.models import RecoveryCode, Secret, Session, StaffUser
from tests.authenticator import Authenticator
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.signing import PASSWORD, with_app

ADD, YOURS = "/desk/sign-in/yours/add", "/desk/sign-in/yours"


@pytest.fixture
def new(district: Any) -> StaffUser:
    """Somebody who was given no password."""
    person = StaffUser.objects.get(username="officer")
    person.set_unusable_password()
    person.save()
    return person


def by_link(person: StaffUser, minutes: int = 0) -> FormClient:
    """Return the browser of somebody who came by a link so many minutes ago."""
    by, client = StaffUser.objects.get(username="administrator"), FormClient()
    secret = lost.help_back(person=person, by=by, now=timezone.now())
    assert client.post(f"/desk/sign-in/link/{secret}")["Location"] == ADD
    ago = timezone.now() - timedelta(minutes=minutes)
    Session.objects.filter(staff=person).update(began=ago, proved=ago)
    return client


def with_the_app_of(client: FormClient, **more: str) -> Any:
    """Send the code of the app that the page shows."""
    page = text(client.get(ADD))
    secret = re.search(r'class="kit-secret">(\w+)<', page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert secret and sealed
    given = {"sealed": sealed[1], "code": pyotp.TOTP(secret[1]).now()}
    return client.post(ADD, given | more)


def test_an_app_is_set_up_with_a_password_in_the_same_act(new: StaffUser) -> None:
    client = by_link(new)
    for password in ("", "short"):
        page = text(with_the_app_of(client, password=password))
        assert "needs at least 12 characters" in page and not Secret.objects.exists()
    made = with_the_app_of(client, password="three-words-together")
    assert "Keep these recovery codes" in text(made)
    assert ways.of(StaffUser.objects.get(pk=new.pk)).is_enough
    assert client.get("/desk").status_code == 200
    assert Session.objects.get().how == "link"
    again = FormClient().post("/desk/sign-in", {"username": "officer", "password": "three-words-together"})  # fmt: skip
    assert "Code of your authenticator app" in text(again)


def test_an_app_without_a_password_is_no_way_in(new: StaffUser) -> None:
    with_app("officer")
    codes.make_recovery(staff=new, now=timezone.now())
    assert not ways.of(new).can_come_in
    new.set_password(PASSWORD)
    assert ways.of(new).is_enough


def test_whoever_has_a_password_is_asked_for_none(district: Any) -> None:
    client = by_link(StaffUser.objects.get(username="officer"))
    assert 'name="password"' not in text(client.get(ADD))
    assert "Keep these recovery codes" in text(with_the_app_of(client, password="another-password-too"))  # fmt: skip
    assert StaffUser.objects.get(username="officer").check_password(PASSWORD)


def test_two_ways_are_demanded_after_a_link(new: StaffUser) -> None:
    client = by_link(new)
    assert client.get("/desk")["Location"] == YOURS
    assert client.get("/desk/tasks")["Location"] == YOURS
    assert "Make new recovery codes" not in text(client.get(YOURS))
    assert "Set up a passkey or an app first" in text(client.post(f"{YOURS}/recovery"))
    assert not RecoveryCode.objects.exists()
    asked = client.post("/desk/sign-in/passkey/options?for=register").content.decode()
    client.post(ADD, {"answer": Authenticator().makes(asked), "name": "L"})
    assert client.get("/desk").status_code == 200


@pytest.mark.parametrize(("minutes", "may"), [(15, True), (59, True), (61, False)])
def test_a_first_way_is_set_up_within_the_links_hour(
    new: StaffUser, minutes: int, may: bool
) -> None:
    client = by_link(new, minutes)
    asked = client.post("/desk/sign-in/passkey/options?for=register")
    assert (asked.status_code == 200) == may
    assert (client.get(ADD).status_code == 200) == may
    page = text(client.get("/desk/sign-in/prove"))
    assert ("Set up a way to sign in" in page) == may and ("Ask for another" in page) != may
    if may:
        answer = {"answer": Authenticator().makes(asked.content.decode()), "name": "L"}
        assert "Keep these recovery codes" in text(client.post(ADD, answer))
        assert client.get(ADD).status_code == 302  # the second is shown for by the first


def test_nobody_else_sets_up_a_way_without_a_proof(district: Any) -> None:
    client, come = signed_in("officer"), timezone.now() - timedelta(minutes=15)
    Session.objects.update(proved=come)
    assert client.get(ADD).status_code == 302
    with_app("officer")
    assert by_link(StaffUser.objects.get(username="officer"), 15).get(ADD).status_code == 302


def test_a_first_sign_in_has_an_hour_too_and_any_other_ten_minutes(
    district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FormClient()
    client.post("/desk/sign-in", {"username": "officer", "password": PASSWORD})
    now = time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 3000)
    assert client.get("/desk/sign-in/first").status_code == 200
    with_app("officer")
    assert "That took too long" in text(client.post("/desk/sign-in/second", {"code": "1"}))
