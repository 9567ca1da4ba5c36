"""Tokens of the API at the desk: made by an administrator, shown once, kept as a hash, revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.council.errors import Refused
from doorstep.staff import actions as staff
from doorstep.staff import queries as known
from doorstep.staff.models import StaffUser, Token

ASKED = {"name": "Contact centre", "scope": ["cases:create"], "days": "90"}


@pytest.fixture
def administrator(district: Any) -> Client:
    client = Client()
    who = StaffUser.objects.get(username="administrator")
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client


def _secret(page: str) -> str:
    return page.split('id="secret">')[1].split("<")[0]


def test_a_secret_is_shown_once_and_kept_as_a_hash(administrator: Client) -> None:
    answer = administrator.post("/desk/tokens/new", ASKED)
    secret = _secret(answer.content.decode())
    assert answer["Cache-Control"] == "no-store" and len(secret) > 50
    made = Token.objects.get()
    assert (made.name, made.scopes, made.made_by.username) == (
        "Contact centre",
        ["cases:create"],
        "administrator",
    )
    row = Token.objects.filter(pk=made.pk).values_list()[0]
    assert secret not in str(row)
    assert known.token_by_secret(secret, timezone.now()) == made
    for page in ("/desk/tokens", f"/desk/tokens/{made.pk}/revoke"):
        assert secret not in administrator.get(page).content.decode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "Enter a name"),
        ({"name": "\0"}, "Enter a name"),
        ({"scope": []}, "Choose what the token may do"),
        ({"scope": ["all"]}, "Choose what the token may do"),
        ({"days": ""}, "Choose how long"),
        ({"days": "9" * 5000}, "Choose how long"),
    ],
)
def test_what_is_missing_is_asked_for(
    administrator: Client, change: dict[str, Any], code: str
) -> None:
    page = administrator.post("/desk/tokens/new", {**ASKED, **change}).content.decode()
    assert code in page and "<title>Error: " in page.replace("\n", "").replace("  ", "")
    assert not Token.objects.exists()


def test_a_name_is_used_once(administrator: Client) -> None:
    administrator.post("/desk/tokens/new", ASKED)
    page = administrator.post("/desk/tokens/new", ASKED).content.decode()
    assert "choose another name" in page and Token.objects.count() == 1


def test_a_revoked_or_expired_token_opens_nothing(administrator: Client) -> None:
    secret = _secret(administrator.post("/desk/tokens/new", ASKED).content.decode())
    now, made = timezone.now(), Token.objects.get()
    assert known.token_by_secret(secret, now + timedelta(days=89))
    assert known.token_by_secret(secret, now + timedelta(days=91)) is None
    path = f"/desk/tokens/{made.pk}/revoke"
    assert "Are you sure" in administrator.get(path).content.decode()
    assert known.token_by_secret(secret, now)
    for _ in range(2):
        assert administrator.post(path)["Location"] == "/desk/tokens"
    assert known.token_by_secret(secret, now) is None
    made.refresh_from_db()
    assert made.revoked_by and made.revoked_by.username == "administrator"
    assert "Revoked" in administrator.get("/desk/tokens").content.decode()


def test_a_token_that_is_not_there(administrator: Client) -> None:
    for number in (7, 2**70):
        assert administrator.get(f"/desk/tokens/{number}/revoke").status_code == 404
    with pytest.raises(Refused, match="no_such_token"):
        who = StaffUser.objects.get(username="administrator")
        staff.revoke_token(token_id=7, by=who, now=timezone.now())


def test_last_use_is_noted_once_a_minute(district: Any, django_assert_num_queries: Any) -> None:
    who, now = StaffUser.objects.get(username="administrator"), timezone.now()
    made, _ = staff.make_token(name="a", scopes=["cases:read"], days=30, by=who, now=now)
    staff.token_used(token=made, now=now)
    made.refresh_from_db()
    assert made.last_used_at == now
    with django_assert_num_queries(0):
        staff.token_used(token=made, now=now + timedelta(seconds=59))
    staff.token_used(token=made, now=now + timedelta(seconds=61))
    made.refresh_from_db()
    assert made.last_used_at == now + timedelta(seconds=61)


def test_nobody_but_an_administrator_is_shown_the_way(district: Any) -> None:
    client = Client()
    for role, shown in (("supervisor", False), ("administrator", True)):
        who = StaffUser.objects.get(username=role)
        client.force_login(who, "django.contrib.auth.backends.ModelBackend")
        assert ("/desk/tokens" in client.get("/desk", follow=True).content.decode()) is shown
