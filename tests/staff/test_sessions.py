"""Who is signed in, for how long, and by what that ends."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.cases.models import Event
from doorstep.outside.secret import hashed
from doorstep.staff import actions as staff
from doorstep.staff import sessions
from doorstep.staff.models import Grant, Session, StaffEvent, StaffUser
from doorstep.web.kit import device, typed
from doorstep.web.kit.session import SessionStore
from tests.form_client import FormClient, text
from tests.people import signed_in

COOKIE = django_settings.SESSION_COOKIE_NAME


def is_in(client: FormClient, path: str = "/desk/tokens") -> bool:
    """Say whether a page that is for staff alone opens."""
    return bool(client.get(path).status_code == 200)


def passes(client: FormClient, **spans: timedelta) -> None:
    """Let time pass for the session of a client: it was seen, or began, so long ago."""
    mine = Session.objects.filter(key_hash=hashed(client.cookies[COOKIE].value))
    now = timezone.now()
    assert mine.update(**{name: now - span for name, span in spans.items()}) == 1


@pytest.mark.parametrize(
    ("role", "idle", "whole"),
    [("administrator", 20, 10 * 60), ("crew", 10 * 60, 12 * 60)],
)
def test_a_session_ends_when_idle_and_in_all(
    district: Any, role: str, idle: int, whole: int
) -> None:
    path = "/crew" if role == "crew" else "/desk/tokens"
    minute, client = timedelta(minutes=1), signed_in(role)
    passes(client, seen=(idle - 1) * minute)
    assert is_in(client, path)
    passes(client, seen=(idle + 1) * minute)
    assert not is_in(client, path)
    for began, stays in ((whole - 1, True), (whole + 1, False)):
        client = signed_in(role)
        passes(client, began=began * minute)
        assert is_in(client, path) is stays


def test_whoever_has_several_roles_has_the_shortest_of_each() -> None:
    assert sessions.bound(["crew"]).idle == timedelta(hours=10)
    assert sessions.bound(["crew", "officer"]) == sessions.DESK
    assert sessions.bound(["partner"]).whole == timedelta(hours=8)
    assert sessions.bound([]) == sessions.DESK


def test_key_person_and_what_they_may_are_one_statement(district: Any) -> None:
    client = signed_in("administrator")
    is_in(client)
    with CaptureQueriesContext(connection) as seen:
        assert is_in(client)
    about = [q["sql"] for q in seen.captured_queries if "staff_" in q["sql"]]
    # The session; the page's own list of tokens; and what administrators alone are told.
    assert [
        sum(table in sql for sql in about) for table in ("_session", "_grant", "_token", "_alarm")
    ] == [1, 1, 1, 1]
    assert len(about) == 3, about
    assert "staff_staffuser" in about[0] and "staff_grant" in about[0]
    assert not about[0].startswith("UPDATE")


def test_a_grant_that_ends_or_goes_bites_at_the_next_request(district: Any) -> None:
    client, grants = signed_in("administrator"), Grant.objects.filter(staff__username="administrator")  # fmt: skip
    assert is_in(client)
    grants.update(until=timezone.now() - timedelta(seconds=1))
    assert client.get("/desk/tokens").status_code == 403
    grants.update(until=timezone.now() + timedelta(minutes=1))
    assert is_in(client)
    grants.all().delete()
    assert client.get("/desk/tokens").status_code == 403


def test_work_is_noted_once_a_minute(district: Any) -> None:
    client = signed_in("administrator")
    is_in(client)  # the first page of a session writes down that no contact is open
    for ago, written in ((10, 0), (70, 1), (0, 0)):
        if ago:
            passes(client, seen=timedelta(seconds=ago))
        with CaptureQueriesContext(connection) as seen:
            is_in(client)
        told = [q["sql"] for q in seen.captured_queries if q["sql"].startswith("UPDATE")]
        assert len(told) == written, ago
    assert timezone.now() - Session.objects.get().seen < timedelta(seconds=30)


def test_a_closed_account_is_out_at_the_next_request(district: Any) -> None:
    client = signed_in("administrator")
    assert is_in(client)
    StaffUser.objects.filter(username="administrator").update(is_active=False)
    assert client.get("/desk/tokens").status_code == 302  # to sign in, and not: that is not yours


def test_a_deleted_session_is_out_at_the_next_request(district: Any) -> None:
    client = signed_in("administrator")
    Session.objects.all().delete()
    assert not is_in(client)


def test_a_changed_password_ends_what_was_opened_before(district: Any) -> None:
    client, who = signed_in("administrator"), StaffUser.objects.get(username="administrator")
    who.set_password("another-long-password")
    who.save()
    assert not is_in(client)
    client = signed_in("administrator")
    give = {"username": "administrator", "name": "Ada", "roles": ["administrator"]}
    staff.add(**give, password="a-third-long-password", now=timezone.now())
    assert not Session.objects.exists() and not is_in(client)


def test_a_new_signing_key_signs_nobody_out(district: Any, settings: Any) -> None:
    client = signed_in("administrator")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" * 5
    assert is_in(client)
    settings.SECRET_KEY_FALLBACKS = []
    assert not is_in(client)


def test_the_key_is_kept_as_a_hash_and_another_at_each_sign_in(district: Any) -> None:
    client = FormClient()
    assert client.session.session_key  # somebody has a session before they come in
    before = client.cookies[COOKIE].value
    who = StaffUser.objects.get(username="administrator")
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    key = client.cookies[COOKIE].value
    assert key != before and not Session.objects.filter(key_hash=hashed(before)).exists()
    row = Session.objects.get()
    assert row.key_hash == hashed(key) and key not in str(vars(row))
    thief = FormClient()
    thief.cookies[COOKIE] = row.key_hash
    assert not is_in(thief)


def test_a_key_that_a_browser_made_up_is_never_taken_over(district: Any) -> None:
    client = FormClient()
    client.cookies[COOKIE] = "a" * 32
    who = StaffUser.objects.get(username="administrator")
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    assert client.cookies[COOKIE].value != "a" * 32 and is_in(client)


def test_a_session_says_no_other_person_than_its_rows(district: Any) -> None:
    client = signed_in("crew")
    other = StaffUser.objects.get(username="administrator")
    row = Session.objects.get()
    Session.objects.update(data=row.data | {"_auth_user_id": str(other.pk)})
    assert not is_in(client) and not is_in(client, "/crew")


def test_a_session_that_ended_meanwhile_is_not_written_again(district: Any) -> None:
    store = SessionStore(signed_in("crew").cookies[COOKIE].value)
    store["vehicle"] = "AB12 CDE"
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


@pytest.fixture
def demo(settings: Any) -> None:
    """The demo's sign-ins are there: a way in that no factor is about."""
    settings.DEMO = True


NOTE = {"text": "She rang twice <today>"}


def note_after_the_end(district: Any, client: FormClient) -> tuple[str, str]:
    """Send a note when the session has ended meanwhile; return its case's address and what is kept of the note."""
    passes(client, seen=timedelta(minutes=21))
    client.get("/desk")  # another tab, or the page's own look at how long is left
    case = f"/desk/cases/{district.case(0).reference}"
    page = client.post(f"{case}/note", NOTE, headers={"Referer": f"http://testserver{case}"})
    assert page.status_code == 403 and "You were signed out" in text(page)
    assert "She rang twice <today>" in text(page)
    found = re.search(r'name="kept" value="([^"]+)"', text(page))
    assert found and "She rang" not in found[1]
    return case, found[1]


def come_back(client: FormClient, who: str, kept: str) -> Any:
    """Sign in anew with what was kept, by a way that no factor is about."""
    assert "comes along" in text(client.post("/desk/sign-in", {"kept": kept}))
    return client.post(f"/demo/as/{who}", {"kept": kept})


def test_a_session_that_ended_loses_no_typed_text(district: Any, demo: None) -> None:
    client = signed_in("officer")
    case, kept = note_after_the_end(district, client)
    page = text(come_back(client, "officer", kept))
    assert f'action="{case}/note"' in page and "Send it now" in page
    assert not Event.objects.filter(kind="note").exists()  # nothing is sent by itself
    assert client.post(f"{case}/note", NOTE).status_code == 302
    assert Event.objects.filter(kind="note").count() == 1


def test_what_one_person_typed_is_given_to_nobody_else(district: Any, demo: None) -> None:
    client = signed_in("officer")
    _case, kept = note_after_the_end(district, client)
    answer = come_back(client, "supervisor", kept)
    assert answer.status_code == 302 and b"She rang" not in answer.content
    for forged in (kept[:-4] + "AAAA", "x", "é"):
        assert come_back(client, "officer", forged).status_code == 302


def test_what_was_kept_is_over_after_an_hour(
    district: Any, demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("officer")
    _case, kept = note_after_the_end(district, client)
    monkeypatch.setattr(typed, "SECONDS", -1)
    assert come_back(client, "officer", kept).status_code == 302


def test_passwords_and_codes_are_never_kept(district: Any) -> None:
    request = RequestFactory().post("/desk/x", {"password": "a secret", "code": "123456", "a": "b"})
    page = typed.keep(request, 7, HttpResponse)
    request.COOKIES[typed.cookie()] = page.cookies[typed.cookie()].value
    kept = page.content.decode()
    assert typed.opened(request, kept, 8) is None
    assert typed.opened(request, kept, 7) == typed.Typed("/desk/x", [("a", "b")])
    assert typed.keep(request, None, HttpResponse).content == b""


def test_what_was_typed_is_opened_once_and_in_its_own_browser(district: Any, demo: None) -> None:
    client, elsewhere = signed_in("officer"), FormClient()
    _case, kept = note_after_the_end(district, client)
    assert come_back(elsewhere, "officer", kept).status_code == 302
    elsewhere.cookies[typed.cookie()] = "made-up"
    assert come_back(elsewhere, "officer", kept).status_code == 302
    assert "Send it now" in text(come_back(client, "officer", kept))
    for again in (kept, f"{kept}\n"):
        assert come_back(client, "officer", again).status_code == 302


def test_what_two_tabs_typed_is_both_given_back(district: Any, demo: None) -> None:
    client = signed_in("officer")
    both = [note_after_the_end(district, client)[1]]
    page = client.post("/desk/keywords", {"word": "a word that took long"})
    both += re.findall(r'name="kept" value="([^"]+)"', text(page))
    assert len(both) == 2
    assert all("Send it now" in text(come_back(client, "officer", kept)) for kept in both)


@pytest.mark.parametrize(("who", "status"), [("officer", 302), ("supervisor", 403)])
def test_a_form_in_one_tab_goes_on_after_its_person_comes_back_in_another(
    district: Any, demo: None, who: str, status: int
) -> None:
    browser = FormClient(enforce_csrf_checks=True)

    def token(path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text(browser.get(path)))
        assert found
        return found[1]

    browser.post("/demo/as/officer", {"csrfmiddlewaretoken": token("/demo")})
    case = f"/desk/cases/{district.case(0).reference}"
    first_tab = token(case)
    passes(browser, seen=timedelta(minutes=21))
    assert browser.get("/desk").status_code == 302
    browser.post(f"/demo/as/{who}", {"csrfmiddlewaretoken": token("/desk/sign-in")})
    sent = browser.post(f"{case}/note", NOTE | {"csrfmiddlewaretoken": first_tab})
    assert sent.status_code == status
    assert Event.objects.filter(kind="note").exists() == (status == 302)


def test_each_field_that_will_be_sent_is_shown(district: Any, demo: None) -> None:
    client = signed_in("officer")
    passes(client, seen=timedelta(minutes=21))
    page = client.post("/desk/keywords?of=7", {"word": "bin", "hidden": ["", "administrator"]})
    found = re.search(r'name="kept" value="([^"]+)"', text(page))
    assert found
    shown = text(come_back(client, "officer", found[1])).partition("<form")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))
    assert "(POST) to /desk/keywords?of=7." in said
    assert "word bin hidden Empty hidden administrator" in said


def test_a_dangerous_act_is_typed_again_after_a_session(district: Any) -> None:
    client = signed_in("administrator")
    passes(client, seen=timedelta(minutes=21))
    page = text(client.post("/desk/people/new", {"name": "Somebody with a long name"}))
    assert 'name="kept"' not in page
    assert "Somebody with a long name" in page and "Copy it now" in page


def test_how_long_is_left_is_asked_without_lengthening_it(district: Any) -> None:
    client = signed_in("officer")
    passes(client, seen=timedelta(minutes=18))
    for _ in range(2):
        told = client.get("/desk/sign-in/left").json()
        assert 100 < told["left"] <= 120 and not told["whole"]
        assert client.get("/desk/queue/screen").status_code == 200
    assert client.post("/desk/sign-in/stay").json()["left"] > 1190
    passes(client, began=timedelta(hours=9, minutes=59))
    assert client.post("/desk/sign-in/stay").json() == {"left": 59, "whole": True}
    assert FormClient().get("/desk/sign-in/left").json()["left"] == 0


@pytest.mark.parametrize(("role", "path"), [("officer", "/desk/tasks"), ("crew", "/crew")])
def test_each_page_of_staff_brings_the_warning(district: Any, role: str, path: str) -> None:
    page = text(signed_in(role).get(path))
    assert "Stay signed in" in page and "kit/stay.js" in page
    assert f'data-idle="{20 * 60 if role == "officer" else 10 * 3600}"' in page
    assert "Stay signed in" not in text(FormClient().get("/desk/sign-in"))


@pytest.mark.parametrize(
    ("says", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("curl/8", ""),
    ],
)  # fmt: skip
def test_a_device_is_called_by_browser_and_system(says: str, called: str) -> None:
    assert device.words(RequestFactory().get("/", HTTP_USER_AGENT=says)) == called


def test_coming_in_says_how_and_from_which_device(district: Any, demo: None) -> None:
    FormClient(HTTP_USER_AGENT="Firefox/140 Windows").post("/demo/as/officer")
    row, event = Session.objects.get(), StaffEvent.objects.get(kind="signed in")
    assert (row.how, row.device) == ("demo", "Firefox on Windows")
    assert event.data == {"how": "demo", "device": "Firefox on Windows"}
