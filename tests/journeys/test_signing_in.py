"""Somebody's first sign-in, their second device, what they lost, and a session that ends in the middle of a long form."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.staff.models import Key, Session, StaffEvent, StaffUser
from tests.browser import keep_signed_in, looks_right

pytestmark = pytest.mark.browser
# A laptop's own, which asks for a finger or a PIN, and gets it.
PLATFORM = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
NOTE = "She rang twice, and the bin is still full"


def device(chromium: Any, *, passkeys: bool = True, **of: Any) -> Any:
    """Return a page of a new device, with an authenticator of its own."""
    page = chromium.new_context(**of).new_page()
    page.set_default_timeout(15000)
    if passkeys:
        client = page.context.new_cdp_session(page)
        client.send("WebAuthn.enable")
        client.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM})
    return page


def first_sign_in(page: Any, base: str, name: str) -> list[str]:
    """Sign in for the first time, make a passkey, and return the recovery codes."""
    page.goto(f"{base}/desk/sign-in")
    looks_right(page)
    page.fill("#username", name)
    page.fill("#password", "a-long-password")
    page.click("main button:has-text('Continue')")
    page.wait_for_selector("h1:has-text('Set up how you sign in')")
    looks_right(page)
    page.fill("#name", "Work laptop")
    page.click("text=Make a passkey")
    page.wait_for_selector("h1:has-text('Keep these recovery codes')")
    looks_right(page)
    codes = page.locator("main code").all_inner_texts()
    page.click("text=I have kept them")
    return list(codes)


@pytest.fixture
def base(live_server: Any, open_district: Any, settings: Any) -> str:
    """Where the desk is; passkeys are for that address."""
    settings.BASE_ADDRESS = live_server.url
    return str(live_server.url)


def test_a_first_sign_in_a_second_device_and_a_lost_one(chromium: Any, base: str) -> None:
    laptop = device(chromium, viewport={"width": 360, "height": 740})
    codes = first_sign_in(laptop, base, "officer")
    laptop.wait_for_url("**/desk")
    assert len(codes) == 10 and Key.objects.get().name == "Work laptop"

    # Two presses from then on: the page's button, and the finger.
    laptop.click(".desk-me > summary")
    laptop.click("text=Sign out")
    laptop.click("text=Sign in with a passkey")
    laptop.wait_for_url("**/desk")
    assert Session.objects.get().how == "passkey"
    laptop.click(".desk-me > summary")
    laptop.click("text=How you sign in")
    looks_right(laptop)
    assert "10 are left" in laptop.inner_text("main")

    # A device without that passkey has none to show, says so, and comes in with a code from paper.
    tablet = device(chromium)
    tablet.goto(f"{base}/desk/sign-in")
    said = tablet.locator("[data-passkey] [role=alert]")
    assert said.inner_text() == ""
    tablet.click("text=Sign in with a passkey")
    tablet.wait_for_selector("text=No passkey was given")
    assert "has no passkeys" not in said.inner_text()
    looks_right(tablet)
    tablet.click("text=I lost what I sign in with")
    looks_right(tablet)
    tablet.fill("#username", "officer")
    tablet.fill("#recovery", codes[0])
    tablet.click("main button:has-text('Sign in')")
    tablet.wait_for_selector("text=9 are left")
    tablet.click("text=Add a passkey or an app")
    looks_right(tablet)
    tablet.fill("#name", "Tablet")
    tablet.click("text=Make a passkey")
    tablet.wait_for_selector("h1:has-text('How you sign in')")
    assert Key.objects.count() == 2
    tablet.click("text=Sign out everywhere else")
    for page in ("prove", "yours/password"):
        tablet.goto(f"{base}/desk/sign-in/{page}")
        looks_right(tablet)
    laptop.goto(f"{base}/desk")
    laptop.wait_for_url("**/desk/sign-in**")

    # A password alone lets nobody in; it leads to what else there is.
    laptop.fill("#username", "officer")
    laptop.fill("#password", "a-long-password")
    laptop.click("main button:has-text('Continue')")
    laptop.wait_for_selector("text=It lets nobody in by itself")
    looks_right(laptop)
    laptop.click("text=Use a passkey")
    laptop.wait_for_url("**/desk")

    # Everything is lost: a colleague makes a link, which works once.
    colleague = device(chromium, viewport={"width": 360, "height": 740})
    keep_signed_in(colleague, base, "administrator")
    colleague.goto(f"{base}/desk/people/{StaffUser.objects.get(username='officer').pk}")
    looks_right(colleague)
    colleague.click("button:has-text('Make a link')")
    colleague.wait_for_selector("#link")
    looks_right(colleague)
    new = device(chromium)
    new.goto(colleague.inner_text("#link"))
    looks_right(new)
    new.click("main button:has-text('Sign in')")
    new.wait_for_selector("h1:has-text('Add a way to sign in')")
    new.fill("#name", "New laptop")
    new.click("text=Make a passkey")
    new.wait_for_selector("h1:has-text('How you sign in')")
    new.click("button:has-text('Remove Work laptop')")
    new.wait_for_selector("text=Tablet")
    assert sorted(Key.objects.values_list("name", flat=True)) == ["New laptop", "Tablet"]
    tablet.goto(f"{base}/desk")
    tablet.wait_for_url("**/desk/sign-in**")
    assert StaffEvent.objects.filter(kind="passkey removed", about="officer").exists()


def test_an_end_in_the_middle_of_a_long_form_is_warned_of_and_loses_nothing(
    chromium: Any, base: str, open_district: Any
) -> None:
    case = open_district.case(0)
    page = device(chromium)
    first_sign_in(page, base, "officer")
    page.wait_for_url("**/desk")
    page.clock.install()
    page.goto(f"{base}/desk/cases/{case.reference}")
    field = page.locator("form[action$='/note'] textarea")
    field.fill(NOTE)

    # Eighteen minutes later the page warns; one key stays signed in, and the text is there.
    Session.objects.update(seen=timezone.now() - timedelta(minutes=18, seconds=5))
    page.clock.fast_forward("18:05")
    page.wait_for_selector("dialog[open]")
    looks_right(page)
    with page.expect_response("**/desk/sign-in/stay"):
        page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    assert timezone.now() - Session.objects.get().seen < timedelta(minutes=1)
    assert field.input_value() == NOTE

    # Nobody presses a key the next time, and no answer comes at first. What was typed is asked for once more after signing in, and sent.
    Session.objects.update(seen=timezone.now() - timedelta(minutes=21))
    page.route("**/desk/sign-in/left", lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed"):
        page.clock.fast_forward("18:05")
    page.evaluate("fetch('/desk/sign-in/left')")  # whose answer comes after that failure
    page.clock.fast_forward("00:16")
    page.wait_for_selector("text=You were signed out")
    assert page.locator("dialog a:visible").inner_text().startswith("Sign in again")
    looks_right(page)
    page.click("dialog button:visible")
    page.locator("form[action$='/note'] button").click()
    page.wait_for_selector("h1:has-text('You were signed out')")
    looks_right(page)
    page.click("text=Sign in and go on")
    page.wait_for_selector("text=What you typed comes along")
    page.click("text=Sign in with a passkey")
    page.wait_for_selector("h1:has-text('What you typed is still here')")
    looks_right(page)
    assert not case.events.filter(kind="note").exists()
    page.click("text=Send it now")
    page.wait_for_url(f"**/desk/cases/{case.reference}**")
    assert case.events.filter(kind="note").count() == 1
    assert StaffUser.objects.get(username="officer").sessions.count() == 1


def test_the_end_of_the_day_is_said_once_and_a_failed_wish_to_stay_goes_on_warning(
    chromium: Any, base: str
) -> None:
    page = device(chromium)
    first_sign_in(page, base, "officer")
    page.wait_for_url("**/desk")
    page.clock.install()
    page.goto(f"{base}/desk")
    began = timezone.now()

    # A press that does not come through says so, and the page goes on asking.
    Session.objects.update(seen=timezone.now() - timedelta(minutes=18, seconds=5))
    page.route("**/desk/sign-in/stay", lambda route: route.fulfill(status=403, body="<p>"), times=1)
    page.clock.fast_forward("18:05")
    page.wait_for_selector("text=You will be signed out in two minutes")
    page.click("text=Stay signed in")
    page.wait_for_selector("text=You may have been signed out")
    looks_right(page)
    page.clock.fast_forward("00:16")
    page.wait_for_selector("text=You will be signed out in two minutes")
    with page.expect_response("**/desk/sign-in/stay"):
        page.click("text=Stay signed in")
    page.wait_for_selector("dialog[open]", state="detached")

    # At the end of the day nothing keeps it: when it ends is said, once.
    Session.objects.update(began=began - timedelta(hours=10) + timedelta(seconds=100))
    page.clock.fast_forward("18:05")
    page.wait_for_selector("text=sign-in ends at")
    looks_right(page)
    assert not page.is_visible("text=Stay signed in")
    page.click("dialog button:visible")
    page.wait_for_selector("dialog[open]", state="detached")
    Session.objects.update(began=began - timedelta(hours=10))
    page.clock.fast_forward("02:00")
    page.wait_for_selector("text=You were signed out")
