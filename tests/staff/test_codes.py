"""A password alone lets nobody in: codes of an app, recovery codes, and how guessing is slowed down."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pyotp
import pytest
from django.utils import timezone

from doorstep.council.errors import Refused
from doorstep.outside import sealed
from doorstep.staff import actions as staff
from doorstep.staff import codes, ways
from doorstep.staff.models import Key, RecoveryCode, Secret, Session, StaffEvent, StaffUser
from doorstep.web.kit import guesses
from doorstep.web.models import Wrong
from tests.at_once import at_once
from tests.authenticator import Authenticator
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.signing import PASSWORD, SECRET, code, signs_in, with_app

RIGHT = {"username": "officer", "password": PASSWORD}
FIRST = "/desk/sign-in/first"


def is_in(client: FormClient) -> bool:
    """Say whether the desk opens."""
    return bool(client.get("/desk").status_code == 200)


def test_a_password_alone_lets_nobody_in(district: Any) -> None:
    client = FormClient()
    assert client.post("/desk/sign-in", RIGHT)["Location"] == FIRST and not is_in(client)
    with_app("officer")
    page = client.post("/desk/sign-in", RIGHT)
    assert "Six digits" in text(page) and not is_in(client)
    assert client.get("/desk/sign-in/yours").status_code == 302
    assert client.get(FIRST)["Location"] == "/desk/sign-in"  # nothing more is set up by a password
    assert not Session.objects.filter(staff__username="officer").exists()


def test_password_and_code_sign_in(district: Any) -> None:
    client = FormClient()
    assert signs_in(client, "officer", next="/desk/tasks")["Location"] == "/desk/tasks"
    assert is_in(client) and Session.objects.get().how == "code"


def test_a_code_without_the_password_before_it_is_nothing(district: Any) -> None:
    with_app("officer")
    for cookie in ("", "x", "WzEsICJ4IiwgIiJd:1:2"):
        client = FormClient()
        client.cookies["doorstep_half"] = cookie
        client.post("/desk/sign-in/second", {"code": code(), "username": "officer"})
        assert not is_in(client)


def test_what_the_password_opened_is_over_with_another_password(district: Any) -> None:
    client, who = FormClient(), with_app("officer")
    client.post("/desk/sign-in", RIGHT)
    staff.change_password(staff=who, password="quite-another-one", now=timezone.now())
    client.post("/desk/sign-in/second", {"code": code()})
    assert not is_in(client)


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])  # fmt: skip
def test_a_code_is_taken_half_a_minute_early_or_late(
    district: Any, steps: int, right: bool
) -> None:
    who, now = with_app("officer"), datetime(2026, 11, 27, 12, 0, 15, tzinfo=UTC)
    shown = pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * steps))
    if right:
        codes.take(staff=who, code=f"{shown[:3]} {shown[3:]}", now=now)
    else:
        with pytest.raises(Refused, match="code_wrong"):
            codes.take(staff=who, code=shown, now=now)


def test_a_code_is_taken_once_and_no_earlier_one_after_it(district: Any) -> None:
    who, now = with_app("officer"), datetime(2026, 11, 27, 12, 0, 15, tzinfo=UTC)
    app = pyotp.TOTP(SECRET)
    codes.take(staff=who, code=app.at(now), now=now)
    for earlier in (0, 30):
        with pytest.raises(Refused, match="code_used"):
            codes.take(staff=who, code=app.at(now - timedelta(seconds=earlier)), now=now)
    codes.take(staff=who, code=app.at(now + timedelta(seconds=30)), now=now)


def test_of_twenty_with_one_code_one_comes_in(open_district: Any) -> None:
    who, now = with_app("officer"), timezone.now()
    shown = pyotp.TOTP(SECRET).at(now)
    acts = [partial(codes.take, staff=who, code=shown, now=now)] * 20
    assert sorted(at_once(*acts)) == ["code_used"] * 19 + ["done"]


def test_the_secret_of_an_app_is_sealed_and_outlives_a_change_of_keys(
    district: Any, settings: Any
) -> None:
    who = with_app("officer")
    assert SECRET not in str(vars(Secret.objects.get()))
    assert sealed.unseal("another purpose", Secret.objects.get().sealed) is None
    settings.SECRET_KEY = "another-key-" * 5
    codes.take(staff=who, code=code(), now=timezone.now())
    settings.LINKS_KEY = "a-third-key-" * 5
    assert sealed.unseal(codes.PURPOSE, Secret.objects.get().sealed) is None


def first_comer() -> tuple[FormClient, str]:
    """Return the browser of who typed a password for the first time, and the page they come to."""
    client = FormClient()
    assert client.post("/desk/sign-in", RIGHT)["Location"] == FIRST
    return client, text(client.get(FIRST))


def of_page(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_first_sign_in_sets_up_an_app_and_shows_ten_codes_once(district: Any) -> None:
    client, page = first_comer()
    shown = re.search(r'class="kit-secret">(\w+)<', page)
    assert shown and "<svg" in page and "style=" not in page.partition("<svg")[2].partition(">")[0]
    wrong = client.post(FIRST, {"sealed": of_page(page, "sealed"), "code": "000000"})
    assert "The code is not right" in text(wrong) and shown[1] in text(wrong) and not is_in(client)
    given = {"sealed": of_page(text(wrong), "sealed"), "code": pyotp.TOTP(shown[1]).now()}
    made = client.post(FIRST, given)
    assert len(set(re.findall(r"<code>([a-z0-9-]{14})</code>", text(made)))) == 10
    assert made["Cache-Control"] == "no-store" and is_in(client)
    assert ways.of(StaffUser.objects.get(username="officer")).is_enough
    assert client.post("/desk/sign-in/kept", {"kept": ""})["Location"] == "/desk"


def test_a_first_sign_in_makes_a_passkey(district: Any) -> None:
    client, _page = first_comer()
    asked = client.post("/desk/sign-in/passkey/options?for=register").content.decode()
    made = client.post(FIRST, {"answer": Authenticator().makes(asked), "name": "Laptop"})
    assert "Keep these recovery codes" in text(made) and is_in(client)
    assert Session.objects.get().how == "passkey"


def test_of_several_browsers_with_a_first_password_one_sets_up_a_way(open_district: Any) -> None:
    acts, pages = [], []

    def send(client: FormClient, secret: str, page: str) -> None:
        given = {"sealed": of_page(page, "sealed"), "code": pyotp.TOTP(secret).now()}
        pages.append(text(client.post(FIRST, given)))

    for _ in range(4):
        client, page = first_comer()
        secret = re.search(r'class="kit-secret">(\w+)<', page)
        assert secret
        acts.append(partial(send, client, secret[1], page))
    assert at_once(*acts) == ["done"] * 4
    assert sum("Keep these recovery codes" in page for page in pages) == 1
    assert sum("was set up elsewhere just now" in page for page in pages) == 3
    assert Session.objects.count() == 1 and RecoveryCode.objects.count() == 10


def test_a_first_sign_in_beside_somebody_elses_session_makes_nobody_elses_passkey(
    district: Any,
) -> None:
    client = signed_in("supervisor")
    client.post("/desk/sign-in", RIGHT)
    asked = client.post("/desk/sign-in/passkey/options?for=register").content.decode()
    made = client.post(FIRST, {"answer": Authenticator().makes(asked), "name": "Laptop"})
    assert "Keep these recovery codes" in text(made)
    assert Key.objects.get().staff.username == "officer"


def test_nobody_sets_up_the_secret_of_another(district: Any) -> None:
    client, _page = first_comer()
    theirs = sealed.seal("setting up", f"{StaffUser.objects.get(username='crew').pk} {SECRET}")
    for given in (theirs, "x", ""):
        client.post(FIRST, {"sealed": given, "code": code()})
        assert not is_in(client) and not Secret.objects.exists()


def test_a_recovery_code_opens_once_and_its_owner_sees_it(district: Any) -> None:
    who, client = with_app("officer"), FormClient()
    made = codes.make_recovery(staff=who, now=timezone.now())
    assert not any(each in str(list(RecoveryCode.objects.values())) for each in made)
    given = {"username": "officer", "recovery": made[3].upper().replace("-", " ")}
    assert client.post("/desk/sign-in/recovery", given)["Location"] == "/desk/sign-in/yours"
    page = text(client.get("/desk/sign-in/yours"))
    assert "Recovery code used" in page and "9 are left" in page
    for again in (given, given | {"username": "supervisor", "recovery": made[4]}, given | {"recovery": ""}):  # fmt: skip
        other = FormClient()
        assert "is not right" in text(other.post("/desk/sign-in/recovery", again))
        assert not is_in(other)


def test_new_recovery_codes_take_the_place_of_the_old(district: Any) -> None:
    who, client = with_app("officer"), signed_in("officer")
    old = codes.make_recovery(staff=who, now=timezone.now())
    assert "Keep these recovery codes" in text(client.post("/desk/sign-in/yours/recovery"))
    with pytest.raises(Refused):
        codes.take_recovery(staff=who, code=old[0], now=timezone.now())
    assert ways.of(who).recovery == 10


def test_the_last_way_cannot_be_taken_away(district: Any) -> None:
    who, client = with_app("officer"), signed_in("officer")
    remove = "/desk/sign-in/yours/app/remove"
    assert "You need two ways" in text(client.post(remove))
    codes.make_recovery(staff=who, now=timezone.now())
    assert "You need two ways" in text(client.post(remove))  # paper alone is no way to work
    asked = client.post("/desk/sign-in/passkey/options?for=register").content.decode()
    client.post("/desk/sign-in/yours/add", {"answer": Authenticator().makes(asked), "name": "L"})
    assert client.post(remove).status_code == 302 and not Secret.objects.exists()
    key = who.keys.get()
    path = f"/desk/sign-in/yours/keys/{key.pk}"
    assert client.post(path, {"do": "rename", "name": "Home"}).status_code == 302
    assert who.keys.get().name == "Home"
    assert "You need two ways" in text(client.post(path, {"do": "remove"}))
    others = signed_in("supervisor")
    others.post(path, {"do": "remove"})
    others.post(path, {"name": "Mine"})
    assert who.keys.get().name == "Home"


def test_two_removals_at_once_leave_two_ways(
    open_district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, counted, both = with_app("officer"), ways.of, Barrier(2)

    def slowly(staff: StaffUser) -> ways.Ways:
        with suppress(BrokenBarrierError):  # one waits for the other, which has locked
            both.wait(1)
        return counted(staff)

    monkeypatch.setattr(ways, "of", slowly)
    for n in range(2):
        who.keys.create(credential=str(n), public_key="x", counter=0, name=str(n), backed_up=False, made_at=timezone.now())  # fmt: skip
    numbers = list(who.keys.values_list("pk", flat=True))
    acts = [partial(ways.remove_key, staff=who, number=n, now=timezone.now()) for n in numbers]
    assert sorted(at_once(*acts)) == ["done", "last_way"]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("short", "12 characters"),
        ("1q2w3e4r5t6y", "first that are guessed"),
        ("123456789012345", "first that are guessed"),
        ("aaaaaaaaaaaa", "first that are guessed"),
        ("            ", "first that are guessed"),
        ("Officer-officer1", "first that are guessed"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(district: Any, word: str, says: str) -> None:
    page = signed_in("officer").post("/desk/sign-in/yours/password", {"password": word})
    assert says in text(page)


def test_a_new_password_signs_out_every_other_device(district: Any) -> None:
    client, elsewhere = signed_in("officer"), signed_in("officer")
    done = client.post("/desk/sign-in/yours/password", {"password": "three-words-together"})
    assert done["Location"] == "/desk/sign-in/yours" and is_in(client) and not is_in(elsewhere)
    assert StaffUser.objects.get(username="officer").check_password("three-words-together")
    assert StaffEvent.objects.filter(kind="password changed", about="officer").exists()


def test_devices_are_listed_and_signed_out(district: Any) -> None:
    client, other, third = (signed_in("officer") for _ in range(3))
    stranger = signed_in("supervisor")
    rows = list(Session.objects.filter(staff__username="officer").order_by("pk"))
    page = text(client.get("/desk/sign-in/yours"))
    assert page.count("Sign it out") == 2 and "This device" in page
    stranger.post("/desk/sign-in/yours/devices", {"device": rows[1].pk})
    assert is_in(other)
    client.post("/desk/sign-in/yours/devices", {"device": rows[1].pk})
    assert (is_in(client), is_in(other), is_in(third)) == (True, False, True)
    client.post("/desk/sign-in/yours/devices", {"device": "others"})
    assert (is_in(client), is_in(third)) == (True, False)


@pytest.fixture
def elsewhere(settings: Any) -> None:
    """Not the demo, which signs in nobody from elsewhere."""
    settings.DEMO = False


def tries(client: FormClient, password: str = "wrong") -> int:
    return int(client.post("/desk/sign-in", RIGHT | {"password": password}).status_code)


def test_each_wrong_password_waits_longer(district: Any, elsewhere: None) -> None:
    client = FormClient(REMOTE_ADDR="10.5.0.1")
    assert [tries(client) for _ in range(4)] == [200, 200, 200, 429]
    waits = []
    for count in (3, 4, 5, 12, 40):
        for seconds in (1, 2, 4, 8, 899, 901):
            ago = datetime.now(UTC) - timedelta(seconds=seconds)
            Wrong.objects.update(count=count, at=ago)
            if tries(client) == 200:
                waits.append((count, seconds))
                break
    assert waits == [(3, 2), (4, 4), (5, 8), (12, 901), (40, 901)]
    Wrong.objects.update(count=40, at=datetime.now(UTC) - timedelta(minutes=61))
    assert tries(client) == 200


def test_a_right_password_forgets_the_wrong_ones(district: Any, elsewhere: None) -> None:
    client = FormClient(REMOTE_ADDR="10.5.0.1")
    for _ in range(2):
        for _ in range(2):
            assert tries(client) == 200
        assert tries(client, PASSWORD) == 302


def test_twenty_guesses_at_once_are_counted_before_they_are_looked_at(open_district: Any, settings: Any) -> None:  # fmt: skip
    settings.DEMO = False
    told: list[int] = []
    at_once(*[lambda: told.append(tries(FormClient(REMOTE_ADDR="10.5.0.2")))] * 12)
    assert (told.count(200), told.count(429)) == (3, 9)


def test_codes_are_guessed_at_no_faster_than_passwords(district: Any, elsewhere: None) -> None:
    client = FormClient(REMOTE_ADDR="10.5.0.1")
    with_app("officer")
    client.post("/desk/sign-in", RIGHT)
    wrong = [client.post("/desk/sign-in/second", {"code": "000000"}).status_code for _ in range(4)]
    assert wrong == [200, 200, 200, 429]
    assert client.post("/desk/sign-in/second", {"code": code()}).status_code == 429
    assert not is_in(client)


def test_codes_of_an_app_at_which_many_guess_are_looked_at_one_at_a_time(
    district: Any, elsewhere: None
) -> None:
    with_app("officer")
    told = []
    for n in range(guesses.MOST_WRONG + 2):
        client = FormClient(REMOTE_ADDR=f"10.6.{n}.1")
        client.post("/desk/sign-in", RIGHT)
        told.append(client.post("/desk/sign-in/second", {"code": "000000"}).status_code)
    assert told[-3:] == [200, 200, 429]
    Wrong.objects.update(at=datetime.now(UTC) - timedelta(seconds=guesses.SLOW + 1))
    new = FormClient(REMOTE_ADDR="10.9.9.9")
    new.post("/desk/sign-in", RIGHT)
    assert new.post("/desk/sign-in/second", {"code": code()}).status_code == 302


def test_a_recovery_code_opens_however_many_guess_elsewhere(district: Any, elsewhere: None) -> None:
    made = codes.make_recovery(staff=with_app("officer"), now=timezone.now())
    given = {"username": "officer", "recovery": "zzzz-zzzz-zzzz"}
    for n in range(guesses.MOST_WRONG + 2):
        FormClient(REMOTE_ADDR=f"10.6.{n}.1").post("/desk/sign-in/recovery", given)
    mistyped = FormClient(REMOTE_ADDR="10.9.9.9")
    assert mistyped.post("/desk/sign-in/recovery", given).status_code == 200
    right = given | {"recovery": made[0]}
    assert mistyped.post("/desk/sign-in/recovery", right).status_code == 302


def test_guesses_keep_no_officer_out(district: Any, elsewhere: None) -> None:
    """Neither a passkey, nor a browser in which they came in before, waits for what strangers do."""
    own = FormClient(REMOTE_ADDR="10.5.0.9")
    assert signs_in(own, "officer").status_code == 302
    asked = own.post("/desk/sign-in/passkey/options?for=register").content.decode()
    mine = Authenticator()
    own.post("/desk/sign-in/yours/add", {"answer": mine.makes(asked), "name": "L"})
    own.post("/desk/sign-out")
    for _ in range(5):  # from the very network of the officer, too
        tries(FormClient(REMOTE_ADDR="10.5.0.9"))
    for n in range(guesses.MOST_WRONG + 2):
        tries(FormClient(REMOTE_ADDR=f"10.6.{n}.1"))
    assert Wrong.objects.update(count=12, at=datetime.now(UTC))  # all wait a quarter of an hour
    assert tries(FormClient(REMOTE_ADDR="10.5.0.9"), PASSWORD) == 429
    assert tries(FormClient(REMOTE_ADDR="10.9.9.9"), PASSWORD) == 200  # and is asked for the code
    assert signs_in(own, "officer").status_code == 302
    other = FormClient(REMOTE_ADDR="10.5.0.9")
    asked = other.post("/desk/sign-in/passkey/options?for=come in").content.decode()
    answer = other.post("/desk/sign-in/passkey", {"answer": mine.shows(asked)})
    assert answer.status_code == 302 and is_in(other)
