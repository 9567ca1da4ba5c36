"""Officers sign in by the council's own sign-in: the first time, with another role, and with none; and what strangers try."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from structlog.testing import capture_logs

from doorstep.council import queries as council
from doorstep.council.sign_in import Given, SignIn
from doorstep.staff.models import Session, StaffEvent, StaffUser
from doorstep.web.kit import limits, typed
from doorstep.web.signing import sso
from standins.oidc.app import StandIn
from tests import signing_on
from tests.at_once import at_once
from tests.browser import looks_right
from tests.people import signed_in
from tests.signing_on import Browser, fields

TABLE = SignIn(
    roles={
        "Doorstep.Officer": Given(role="officer", team="Waste Services"),
        "Doorstep.Adviser": Given(role="adviser"),
        "Doorstep.Crew": Given(role="crew"),
        "Doorstep.Administrator": Given(role="administrator"),
    },
    groups={"g-advisers": Given(role="adviser")},
)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A council with a table of app roles."""
    read = council._council
    own = {"sign_in": TABLE}
    monkeypatch.setattr(council, "_council", lambda *of: read(*of).model_copy(update=own))


@pytest.fixture
def standin(district: Any, settings: Any, table: None) -> Iterator[StandIn]:
    """A council whose own sign-in is the stand-in."""
    with signing_on.provider(settings) as app:
        yield app


class Officer:
    """Somebody with a browser: ours by the test client, the provider's by HTTP."""

    def __init__(self, app: StandIn, who: str) -> None:
        self.app, self.oid = app, app.person(who).oid
        self.here, self.there = Client(), Browser()

    def begin(self, **asked: str) -> str:
        """Press the button and return where it leads."""
        began = self.here.get(f"/desk/sign-in/with?{urlencode(asked)}")
        assert began.status_code == 302, began.content.decode()
        return str(began["Location"])

    def pressed(self, url: str) -> str:
        """Sign in there, or pass; return the path one is led back to."""
        there = self.there.press_or_pass(url, self.oid)
        assert there.startswith(signing_on.BACK)
        return there.removeprefix(signing_on.BASE)

    def sign_in(self, **asked: str) -> Any:
        """Go the whole way."""
        return self.here.get(self.pressed(self.begin(**asked)))

    @property
    def is_in(self) -> bool:
        return self.here.get("/desk").status_code == 200


@pytest.fixture
def owen(standin: StandIn) -> Officer:
    return Officer(standin, "owen")


# What each refusal says, of which no other says it.
SENTENCES = {
    "not_begun": "This did not begin in this browser",
    "used": "Each works once",
    "declined": "You did not go on there, or were not let in",
    "not_believed": "so it proves nothing",
    "away": "We cannot reach the council’s account just now",
    "no_role_here": "have no role in this service",
    "too_many_groups": "You are in more groups than",
    "account_closed": "Your account in this service is closed",
    "someone_else": "Somebody else signed in there",
}


def refused(page: Any, code: str, status: int = 403) -> None:
    """Look that a page says why nobody was signed in, and the way back."""
    assert page.status_code == status
    text = page.content.decode()
    assert [why for why, sentence in SENTENCES.items() if sentence in text] == [code]
    assert "You were not signed in" in text and 'href="/desk/sign-in' in text


def events() -> list[tuple[str, str]]:
    return list(StaffEvent.objects.order_by("id").values_list("kind", "about"))


def test_an_officer_signs_in_for_the_first_time(standin: StandIn, owen: Officer) -> None:
    before = StaffUser.objects.count()
    page = owen.here.get("/desk/sign-in?next=/desk/tasks").content.decode()
    assert "Sign in with the council’s account" in page
    assert f"{signing_on.BASE}/desk/sign-in/with?next=/desk/tasks" in page
    done = owen.sign_in(next="/desk/tasks")
    assert (done.status_code, done["Location"]) == (302, "/desk/tasks")
    assert done["Cache-Control"] == "no-store"
    assert owen.is_in and StaffUser.objects.count() == before + 1
    user = StaffUser.objects.get(username="owen.hughes")
    assert (user.name, user.has_usable_password()) == ("Owen Hughes", False)
    assert user.may("desk.decide") and not user.may("tokens.manage")
    identity = user.identities.get()
    assert (identity.issuer, identity.key) == (standin.issuer, owen.oid)
    assert events()[-3:] == [
        ("joined", "owen.hughes"),
        ("roles changed", "owen.hughes"),
        ("signed in", "owen.hughes"),
    ]
    # The second time it is the same account, also where everything else about them changed.
    standin.person("owen").username = "o.jones@council.example"
    Officer(standin, "o.jones").sign_in()
    assert StaffUser.objects.count() == before + 1


def test_a_role_that_changes_there_bites_at_the_next_sign_in(
    standin: StandIn, owen: Officer
) -> None:
    owen.sign_in()
    standin.person("owen").roles = ["Doorstep.Adviser"]
    owen.sign_in()
    user = StaffUser.objects.get(username="owen.hughes")
    assert not user.may("desk.decide") and user.may("desk.send")
    # One that is taken away, or that the table does not know, means no entry, and what was given before is gone.
    for roles in ([], ["Doorstep.Unknown"]):
        standin.person("owen").roles = roles
        refused(owen.sign_in(), "no_role_here")
        user = StaffUser.objects.get(username="owen.hughes")
        assert not user.may("desk.open") and not user.may("desk.send")
    assert owen.here.get("/desk").status_code == 403  # also in the session that is still open
    assert [event for event in events() if event[0] == "roles changed"] == 3 * [
        ("roles changed", "owen.hughes")
    ]


def test_a_role_that_is_taken_away_here_bites_on_the_next_request(
    standin: StandIn, owen: Officer
) -> None:
    owen.sign_in()
    assert owen.here.get("/desk").status_code == 200
    user = StaffUser.objects.get(username="owen.hughes")
    ada, there = signed_in("administrator"), f"/desk/people/{user.pk}"
    assert "council’s own sign-in" in ada.get(there).content.decode()
    ada.post(f"{there}/withdraw", {"grant": str(user.grants.get().pk)})
    assert owen.here.get("/desk").status_code == 403
    owen.sign_in()
    assert owen.here.get("/desk").status_code == 200


def test_who_has_no_role_gets_no_account(standin: StandIn) -> None:
    before = StaffUser.objects.count()
    nia = Officer(standin, "nia")
    refused(nia.sign_in(), "no_role_here")
    assert not nia.is_in and StaffUser.objects.count() == before
    assert events()[-1] == ("sign-in failed", "(no such account)")


def test_groups_count_where_no_app_role_does_and_too_many_are_said(standin: StandIn) -> None:
    nia = Officer(standin, "nia")
    standin.person("nia").groups = [f"g-{n}" for n in range(300)]
    refused(nia.sign_in(), "too_many_groups")
    assert not nia.is_in
    standin.person("nia").groups = ["g-advisers"]
    nia.sign_in()
    assert nia.is_in
    standin.person("nia").roles = ["Doorstep.Officer"]
    nia.sign_in()
    user = StaffUser.objects.get(username="nia.new")
    assert user.may("desk.decide")


def test_an_account_that_is_here_already_is_never_somebodys_by_its_name(
    standin: StandIn, owen: Officer
) -> None:
    for username in ("owen.hughes", "owen.hughes-2"):
        theirs = StaffUser.objects.create(username=username, name="Owen Hughes")
        theirs.grants.create(role="administrator", source="screen", made_at=timezone.now())
    owen.sign_in()
    mine = StaffUser.objects.get(identities__key=owen.oid)
    assert mine.username == "owen.hughes-3" and not mine.may("tokens.manage")


def test_who_was_closed_here_does_not_come_in(standin: StandIn, owen: Officer) -> None:
    owen.sign_in()
    StaffUser.objects.filter(username="owen.hughes").update(is_active=False)
    refused(owen.sign_in(), "account_closed")
    assert not owen.is_in


def test_two_tabs_both_work(owen: Officer) -> None:
    one, two = owen.begin(next="/desk/tasks"), owen.begin(next="/desk/bookings")
    second, first = owen.pressed(two), owen.pressed(one)
    assert owen.here.get(second)["Location"] == "/desk/bookings"
    assert owen.here.get(first)["Location"] == "/desk/tasks"


def test_of_many_that_were_begun_some_go(owen: Officer) -> None:
    for _ in range(sso.MOST_AT_ONCE + 5):
        owen.begin()
    kept = [name for name, cookie in owen.here.cookies.items() if cookie.value]
    assert len([name for name in kept if sso.COOKIE in name]) == sso.MOST_AT_ONCE
    assert owen.sign_in().status_code == 302


@pytest.mark.parametrize("there", ["/desk/" + "x" * 300, "/desk/?find=" + "\u0175" * 200])
def test_what_is_begun_fits_a_browsers_request(owen: Officer, there: str) -> None:
    for _ in range(sso.MOST_AT_ONCE + 5):
        owen.begin(next=there)
    kept = [c for name, c in owen.here.cookies.items() if sso.COOKIE in name and c.value]
    assert sum(len(c.key) + len(c.value) for c in kept) < 4000
    assert {c["path"] for c in kept} == {"/desk/sign-in"}
    assert owen.sign_in(next=there)["Location"] == "/desk"
    began = owen.here.post("/desk/sign-in/with", {"next": there})
    assert began["Refresh"].endswith("/with?")


def test_a_fresh_proof_is_asked_for_and_is_the_same_persons(
    standin: StandIn, owen: Officer
) -> None:
    owen.sign_in()
    url = owen.begin(fresh="1", next="/desk/tasks")
    assert owen.there.ask(url)[1] == ""  # the provider does not let them pass
    assert owen.here.get(owen.pressed(url))["Location"] == "/desk/tasks"
    standin.fault = "stale_auth_time"
    refused(owen.here.get(owen.pressed(owen.begin(fresh="1"))), "not_believed")
    standin.fault = ""
    # Somebody else at the same desk proves nothing for the one who is signed in.
    url, asha = owen.begin(fresh="1"), standin.person("asha").oid
    led = owen.there.press(url, asha).removeprefix(signing_on.BASE)
    refused(owen.here.get(led), "someone_else")
    assert str(owen.here.session["_auth_user_id"]) == str(
        StaffUser.objects.get(username="owen.hughes").pk
    )


def test_who_comes_that_way_needs_no_second_way_here(owen: Officer) -> None:
    owen.sign_in()
    page = owen.here.get("/desk/sign-in/yours").content.decode()
    assert "with the council’s account" in page and "You need two ways" not in page


TOKEN = {"name": "Contact centre", "scope": ["cases:read"], "days": "30"}


def kept_of(page: Any) -> str:
    """Return what a page keeps of what was typed."""
    found = re.search(r'name="kept" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def with_kept(who: Officer, **asked: str) -> Any:
    """Go the whole way with what a page kept, as a browser does that the page leads on by itself."""
    page = who.here.post("/desk/sign-in/with", asked)
    there = page["Refresh"].removeprefix("0; url=")
    assert there.startswith(f"{signing_on.BASE}/desk/sign-in/with") and there in html.unescape(
        page.content.decode()
    )
    began = who.here.get(there.removeprefix(signing_on.BASE))
    return who.here.get(who.pressed(began["Location"]))


def test_a_dangerous_act_wants_a_proof_that_is_fresh_and_what_was_typed_goes_on(
    standin: StandIn,
) -> None:
    ada = Officer(standin, "ada")
    ada.sign_in()
    # The provider let them pass without saying when they proved who they are.
    asks = ada.here.get("/desk/tokens/new")
    assert (asks.status_code, urlsplit(asks["Location"]).path) == (302, "/desk/sign-in/prove")
    page = html.unescape(ada.here.get(asks["Location"]).content.decode())
    (link,) = re.findall(r'href="([^"]*/desk/sign-in/with[^"]*)"', page)
    assert fields(link) == {"next": "/desk/tokens/new", "fresh": "1"}
    page = ada.here.post("/desk/tokens/new", TOKEN)
    assert page.status_code == 403 and 'action="/desk/sign-in/with"' in page.content.decode()
    done = with_kept(ada, kept=kept_of(page), fresh="1", next="").content.decode()
    assert "What you typed is still here" in done and 'value="Contact centre"' in done
    assert ada.here.get("/desk/tokens/new").status_code == 200


def test_what_was_typed_outlives_a_session_and_is_given_to_its_own_person_alone(
    standin: StandIn, owen: Officer
) -> None:
    owen.sign_in()
    Session.objects.update(began=timezone.now() - timedelta(hours=11))
    page = owen.here.post("/desk/keywords", {"word": "a word that took long"})
    kept = kept_of(page)
    page = owen.here.post("/desk/sign-in", {"kept": kept})
    assert kept_of(page) == kept and 'action="/desk/sign-in/with"' in page.content.decode()
    done = with_kept(owen, kept=kept).content.decode()
    assert "What you typed is still here" in done and "a word that took long" in done
    asha = Officer(standin, "asha")
    asha.here.cookies.update({typed.cookie(): owen.here.cookies[typed.cookie()]})
    Session.objects.update(began=timezone.now() - timedelta(hours=11))
    kept = kept_of(owen.here.post("/desk/keywords", {"word": "another word"}))
    done = with_kept(asha, kept=kept)
    assert (done.status_code, done["Location"]) == (302, "/desk")


def test_what_was_typed_is_over_with_the_sessions_key(standin: StandIn) -> None:
    ada = Officer(standin, "ada")
    ada.sign_in()
    kept = kept_of(ada.here.post("/desk/tokens/new", TOKEN))
    ada.here.post("/desk/sign-in/with", {"kept": kept})
    session = ada.here.session
    session.cycle_key()
    ada.here.cookies["sessionid"] = session.session_key
    assert ada.sign_in()["Location"] == "/desk"


# What strangers try.


def test_nothing_is_kept_for_who_did_not_type_it_here(owen: Officer) -> None:
    page = owen.here.post("/desk/sign-in/with", {"kept": "x" * 100_000})
    assert page.status_code == 200 and not Session.objects.exists()


def test_a_state_of_nobodys_or_of_another_browser_opens_nothing(
    standin: StandIn, owen: Officer
) -> None:
    led = owen.pressed(owen.begin())
    victim = Client()
    refused(victim.get(led), "not_begun")  # a link with somebody's own code, sent to another
    refused(owen.here.get("/desk/sign-in/back?code=x&state=made-up"), "not_begun")
    refused(owen.here.get("/desk/sign-in/back"), "not_begun")
    assert "_auth_user_id" not in victim.session and not owen.is_in
    assert not any(path.endswith("/token") for _method, path in standin.seen)


def test_a_cookie_of_another_browser_or_time_opens_nothing(owen: Officer) -> None:
    led = owen.pressed(owen.begin())
    (name,) = [name for name in owen.here.cookies if sso.COOKIE in name]
    value = owen.here.cookies[name].value
    other = Client()
    other.cookies[sso._name("made-up")] = value
    refused(other.get("/desk/sign-in/back?code=x&state=made-up"), "not_begun")
    for forged in (value[:-2], signing.dumps(signing.loads(value, salt=sso.COOKIE), salt="other")):
        other.cookies[name] = forged
        refused(other.get(led), "not_begun")
    assert owen.here.get(led).status_code == 302


def test_what_was_begun_is_over_after_ten_minutes(
    owen: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    led = owen.pressed(owen.begin())
    later = signing.time.time() + sso.LASTS_SECONDS + 1
    monkeypatch.setattr(signing.time, "time", lambda: later)
    refused(owen.here.get(led), "not_begun")


def test_a_callback_that_is_replayed_opens_nothing(standin: StandIn, owen: Officer) -> None:
    led = owen.pressed(owen.begin())
    kept = {name: cookie.value for name, cookie in owen.here.cookies.items() if sso.COOKIE in name}
    assert owen.here.get(led).status_code == 302
    # The cookie is gone from the browser; whoever kept it comes no further with it.
    refused(owen.here.get(led), "not_begun")
    thief = Client()
    for name, value in kept.items():
        thief.cookies[name] = value
    asked = len(standin.seen)
    refused(thief.get(led), "used")
    assert "_auth_user_id" not in thief.session and len(standin.seen) == asked


def test_a_foreign_code_under_ones_own_state_is_not_taken(standin: StandIn, owen: Officer) -> None:
    ada = Officer(standin, "ada")
    standin.person("ada").roles = ["Doorstep.Officer"]
    stolen = fields(ada.pressed(ada.begin()))
    mine = fields(owen.pressed(owen.begin())) | {"code": stolen["code"]}
    refused(owen.here.get(f"/desk/sign-in/back?{urlencode(mine)}"), "not_believed")
    assert not owen.is_in


@pytest.mark.parametrize("iss", ["https://login.example/other/v2.0", ""])
def test_an_answer_of_another_issuer_is_not_taken(
    standin: StandIn, owen: Officer, iss: str
) -> None:
    answer = fields(owen.pressed(owen.begin())) | {"iss": iss}
    refused(owen.here.get(f"/desk/sign-in/back?{urlencode(answer)}"), "not_believed")
    assert not any(path.endswith("/token") for _method, path in standin.seen)


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "evil"]
)
def test_nobody_is_led_to_another_site(owen: Officer, there: str) -> None:
    assert urlsplit(owen.begin(next=there)).netloc == urlsplit(owen.app.url).netloc
    assert owen.sign_in(next=there)["Location"] == "/desk"


@pytest.mark.parametrize(
    ("fault", "code", "status", "reason"),
    [
        ("refuses", "declined", 403, "access_denied"),
        ("stale", "not_believed", 403, "exp: expired_token"),
        ("down", "away", 503, "The sign-in provider answered 503"),
    ],
)
def test_what_goes_wrong_there_is_said(
    standin: StandIn, owen: Officer, fault: str, code: str, status: int, reason: str
) -> None:
    led = owen.pressed(owen.begin()) if code != "declined" else ""
    standin.fault = fault
    led = led or owen.pressed(owen.begin())
    with capture_logs() as logs:
        refused(owen.here.get(led), code, status)
    assert not owen.is_in
    # What was wrong is logged for whoever looks after it, and nobody with it.
    (line,) = [entry for entry in logs if entry["event"] == "not_signed_in"]
    assert (line["code"], line["reason"]) == (code, reason)
    answer = fields(led)
    secrets = (answer["state"], answer.get("code", "none"), "owen", "Owen", owen.oid)
    assert not any(word in str(logs) for word in secrets)


def test_a_provider_that_is_away_is_said_and_the_password_works(
    standin: StandIn, owen: Officer
) -> None:
    led = owen.pressed(owen.begin())
    standin.fault = "down"
    refused(owen.here.get(led), "away", 503)
    assert owen.here.get("/desk/sign-in").status_code == 200


def test_the_cookie_is_for_us_alone(owen: Officer, settings: Any) -> None:
    settings.SECURE_COOKIES = True
    owen.begin()
    (cookie,) = [c for name, c in owen.here.cookies.items() if sso.COOKIE in name]
    assert cookie.key.startswith("__Secure-") and not cookie["domain"]
    assert cookie["path"] == "/desk/sign-in"
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) == 600


def test_where_none_is_connected_there_is_nothing(district: Any) -> None:
    for path in ("/desk/sign-in/with", "/desk/sign-in/back?state=x&code=y"):
        assert Client().get(path).status_code == 404
    assert "/desk/sign-in/with" not in Client().get("/desk/sign-in").content.decode()


def test_of_many_who_come_back_with_the_same_at_once_one_is_first(transactional_db: None) -> None:
    first: list[bool] = []
    come = at_once(*[lambda: first.append(limits.is_first("sso:x", 600))] * 20)
    assert come == ["done"] * 20 and sorted(first) == [False] * 19 + [True]


@pytest.mark.browser
def test_in_a_browser_one_press_here_and_one_there(
    chromium: Any, live_server: Any, open_district: Any, settings: Any, table: None
) -> None:
    with signing_on.provider(settings, live_server.url) as app:
        page = chromium.new_context(viewport={"width": 320, "height": 700}).new_page()
        page.set_default_timeout(15000)
        page.goto(f"{live_server.url}/desk/tasks")
        looks_right(page)
        # What goes wrong with a passkey is said when it does.
        assert not page.is_visible("[data-none]") and not page.is_visible("[data-stopped]")
        # To another site and back: what was begun lies in a cookie that comes along.
        page.click("text=Sign in with the council’s account")
        page.wait_for_selector("h1:has-text('Sign in as')")
        looks_right(page)
        page.click("button:has-text('Owen Hughes')")
        page.wait_for_url(f"{live_server.url}/desk/tasks")
        assert page.locator("text=Owen Hughes").count() == 1
        # The provider's own page takes the role away, and lets them pass: nothing is pressed there a second time.
        page.goto(app.url)
        looks_right(page)
        page.uncheck("fieldset:has-text('Owen Hughes') >> input[value='Doorstep.Officer']")
        page.click("fieldset:has-text('Owen Hughes') >> text=Change")
        page.wait_for_selector("[role=status]:has-text('no role here')")
        page.goto(f"{live_server.url}/desk/sign-in")
        page.click("text=Sign in with the council’s account")
        page.wait_for_selector("h1:has-text('You were not signed in')")
        looks_right(page)
        page.click("main >> [role=button]:has-text('Sign in again')")
        page.wait_for_selector("#username")


@pytest.mark.browser
def test_in_a_browser_what_was_typed_goes_there_and_comes_back(
    chromium: Any, live_server: Any, open_district: Any, settings: Any, table: None
) -> None:
    with signing_on.provider(settings, live_server.url):
        page = chromium.new_context(viewport={"width": 320, "height": 700}).new_page()
        page.set_default_timeout(15000)
        page.goto(f"{live_server.url}/desk/sign-in/with?fresh=1&next=/desk/tokens/new")
        page.click("button:has-text('Ada Byron')")
        page.fill("#name", "Contact centre")
        page.check("text=Send requests for residents")
        page.check("text=90 days")
        Session.objects.update(proved=timezone.now() - timedelta(minutes=11))
        page.click("text=Make the token")
        page.wait_for_selector("h1:has-text('Show that it is you')")
        looks_right(page)
        # A form may lead to ourselves alone; the page that keeps what was typed leads on by itself.
        page.click("text=Show it with the council’s account")
        page.wait_for_selector("text=prove anew")
        page.click("button:has-text('Ada Byron')")
        page.wait_for_selector("h1:has-text('What you typed is still here')")
        looks_right(page)
        page.click("text=Send it now")
        page.wait_for_selector("#secret")
