"""What is dangerous is done by somebody who showed lately who they are; what was typed goes on afterwards."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from doorstep.outside.secret import hashed
from doorstep.staff.models import Session, StaffUser, Token
from doorstep.web.kit import typed
from tests.authenticator import Authenticator
from tests.doors import addresses
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.signing import PASSWORD, code, with_app

DANGEROUS = {
    "/desk/tokens/new",
    "/desk/tokens/<int:number>/revoke",
    "/desk/payments/refunds/<int:number>",
    "/desk/payments/refunds/<int:number>/given",
    "/desk/payments/waivers/<int:number>",
    "/desk/payments/ledger.csv",
    "/desk/services/<slug:slug>/publish",
    "/desk/people/new",
    "/desk/people/<int:number>/give",
    "/desk/people/<int:number>/withdraw",
    "/desk/people/<int:number>/close",
    "/desk/people/<int:number>/open-again",
    "/desk/people/<int:number>/link",
    "/desk/sign-in/yours/add",
    "/desk/sign-in/yours/keys/<int:number>",
    "/desk/sign-in/yours/app/remove",
    "/desk/sign-in/yours/recovery",
    "/desk/sign-in/yours/password",
}
TOKEN = {"name": "Contact centre", "scope": ["cases:read", "cases:create"], "days": "30"}


def later(client: FormClient, minutes: int = 11) -> None:
    """Let it be so many minutes since the client's person showed who they are."""
    key = hashed(client.cookies[django_settings.SESSION_COOKIE_NAME].value)
    ago = timezone.now() - timedelta(minutes=minutes)
    assert Session.objects.filter(key_hash=key).update(proved=ago)


def kept_of(page: Any) -> str:
    """Return what a page keeps of what was typed."""
    found = re.search(r'name="kept" value="([^"]+)"', text(page))
    assert found
    return found[1]


def test_each_dangerous_act_asks_first() -> None:
    asking = {route for route, view in addresses() if getattr(view, "is_proved", False)}
    assert asking >= DANGEROUS


def test_ten_minutes_after_coming_in_nobody_is_asked(district: Any) -> None:
    client = signed_in("administrator")
    later(client, 9)
    assert client.get("/desk/tokens/new").status_code == 200
    later(client, 11)
    there = client.get("/desk/tokens/new")["Location"]
    assert there == "/desk/sign-in/prove?next=%2Fdesk%2Ftokens%2Fnew"


def test_what_was_typed_goes_on_after_password_and_code(district: Any) -> None:
    client = signed_in("administrator")
    with_app("administrator")
    later(client)
    page = client.post("/desk/tokens/new", TOKEN)
    assert page.status_code == 403 and "Show that it is you" in text(page)
    assert not Token.objects.exists()
    before = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    given = {"kept": kept_of(page), "password": PASSWORD, "code": code()}
    on = text(client.post("/desk/sign-in/prove", given))
    assert 'action="/desk/tokens/new"' in on and on.count('name="scope"') == 2
    assert not Token.objects.exists()
    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value != before
    thief = FormClient()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = before
    assert thief.get("/desk/tokens").status_code == 302
    assert client.post("/desk/tokens/new", TOKEN).status_code == 200 and Token.objects.exists()


def test_a_passkey_proves_it_too(district: Any) -> None:
    client, mine = signed_in("administrator"), Authenticator()
    options = client.post("/desk/sign-in/passkey/options?for=register").content.decode()
    client.post("/desk/sign-in/yours/add", {"answer": mine.makes(options), "name": "L"})
    later(client)
    options = client.post("/desk/sign-in/passkey/options?for=prove").content.decode()
    given = {"answer": mine.shows(options), "next": "/desk/tokens/new"}
    assert client.post("/desk/sign-in/prove", given)["Location"] == "/desk/tokens/new"
    assert client.get("/desk/tokens/new").status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"password": PASSWORD},
        {"code": "code"},
        {"password": "wrong", "code": "code"},
        {"password": PASSWORD, "code": "000000"},
    ],
)
def test_half_a_proof_is_none(district: Any, given: dict[str, str]) -> None:
    client = signed_in("administrator")
    with_app("administrator")
    later(client)
    shown = {k: code() if v == "code" else v for k, v in given.items()}
    page = client.post("/desk/sign-in/prove", shown | {"kept": "x", "next": "/desk/tokens/new"})
    assert page.status_code == 200 and "There is a problem" in text(page)
    assert client.get("/desk/tokens/new").status_code == 302


def test_a_proof_leads_nowhere_else(district: Any) -> None:
    for there in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        client = signed_in("administrator")
        with_app("administrator")
        given = {"password": PASSWORD, "code": code(), "next": there}
        assert client.post("/desk/sign-in/prove", given)["Location"] == "/desk"


def test_guesses_at_a_proof_wait_too(district: Any) -> None:
    client = signed_in("administrator")
    with_app("administrator")
    told = [client.post("/desk/sign-in/prove", {"code": "1"}).status_code for _ in range(4)]
    assert told == [200, 200, 200, 429]


def test_who_may_not_do_it_is_not_asked(district: Any) -> None:
    client = signed_in("officer")
    later(client)
    assert client.get("/desk/tokens/new").status_code == 403
    assert "Show that it is you" not in text(client.get("/desk/tokens/new"))


def test_what_is_kept_is_sent_by_its_own_person_alone(district: Any) -> None:
    client = signed_in("administrator")
    with_app("administrator")
    later(client)
    kept = kept_of(client.post("/desk/tokens/new", TOKEN))
    other = signed_in("supervisor")
    other.cookies.update({typed.cookie(): client.cookies[typed.cookie()]})
    with_app("supervisor")
    given = {"kept": kept, "password": PASSWORD, "code": code()}
    assert other.post("/desk/sign-in/prove", given)["Location"] == "/desk"


def test_who_stole_a_session_plants_nothing_that_its_owner_sends(district: Any) -> None:
    client, thief = signed_in("administrator"), FormClient()
    with_app("administrator")
    later(client)
    cookie = django_settings.SESSION_COOKIE_NAME
    thief.cookies[cookie] = client.cookies[cookie].value
    kept = kept_of(thief.post("/desk/tokens/new", TOKEN))
    given = {"kept": kept, "password": PASSWORD, "code": code()}
    assert client.post("/desk/sign-in/prove", given)["Location"] == "/desk"


def test_a_page_of_ones_own_is_anybodys_who_is_signed_in(district: Any) -> None:
    for role in ("crew", "councillor", "officer"):
        who = StaffUser.objects.get(username=role)
        client = signed_in(role)
        page = text(client.get("/desk/sign-in/yours"))
        assert "How you sign in" in page and "This device" in page and who.name in page
    assert FormClient().get("/desk/sign-in/yours")["Location"] == "/desk/sign-in?next=/desk/sign-in/yours"  # fmt: skip
    assert "You were signed out" in text(FormClient().post("/desk/sign-in/yours/devices"))


def test_who_came_in_as_the_demos_comes_in_so_again(district: Any, settings: Any) -> None:
    settings.DEMO = True
    client = FormClient()
    client.post("/demo/as/administrator")
    later(client)
    page = client.post("/desk/tokens/new", TOKEN)
    assert 'action="/demo/as/administrator"' in text(page)
    on = text(client.post("/demo/as/administrator", {"kept": kept_of(page), "next": ""}))
    assert 'action="/desk/tokens/new"' in on
