"""Bad input at the resident's door: a clear sentence, and nothing is lost."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from PIL import Image

from doorstep.cases import access
from doorstep.cases.models import Case, Draft, Link
from doorstep.messages.models import Message
from doorstep.staff.models import Secret
from doorstep.web.kit import limits
from tests.form_client import FormClient
from tests.signing import signs_in

BASE = "/services/missed-bin"
ADDRESS, BIN, CONTACT, CHECK = (f"{BASE}/{p}" for p in ("address", "bin", "contact", "check"))


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def resident(district: Any) -> FormClient:
    """A browser that has begun a report."""
    client = FormClient()
    assert client.post(f"{BASE}/begin")["Location"] == ADDRESS
    return client


def fill(client: FormClient, box: Any, email: str = "ann@resident.example") -> None:
    client.post(ADDRESS, {"property": str(box.place_id)})
    client.post(BIN, {"container": str(box.pk)})
    client.post(CONTACT, {"name": "Ann", "email": email, "phone": ""})


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter your postcode"),
        ("zzz", "Enter a full UK postcode"),
        ("LE67", "Enter a full UK postcode"),
        ("<script>alert(1)</script>", "Enter a full UK postcode"),
        ("' or 1=1 --", "Enter a full UK postcode"),
        ("LE67 3F\x00", "Enter a full UK postcode"),
        ("é" * 5000, "Enter a full UK postcode"),
    ],
)
def test_a_postcode_that_is_none(resident: FormClient, typed: str, says: str) -> None:
    answer = resident.post(ADDRESS, {"postcode": typed, "find": "1"})
    assert answer.status_code == 200 and says in text(answer)
    assert "<script>alert" not in text(answer)


def test_a_postcode_outside_the_area_leads_to_a_person(resident: FormClient) -> None:
    answer = resident.post(ADDRESS, {"postcode": "sw1a1aa", "find": "1"}, follow=True)
    assert "SW1A 1AA" in text(answer) and "01632 960 123" in text(answer)


@pytest.mark.parametrize("given", ["", "99999999", "1 OR 1=1", "-1", "1" * 400, "1001.5"])
def test_a_home_that_is_not_listed_is_not_taken(resident: FormClient, given: str) -> None:
    answer = resident.post(ADDRESS, {"property": given})
    assert answer.status_code == 200 and "There is a problem" in text(answer)
    assert Draft.objects.get().answers == {}


def test_another_homes_bin_is_not_taken(resident: FormClient, district: Any) -> None:
    resident.post(ADDRESS, {"property": str(district.boxes[0].place_id)})
    answer = resident.post(BIN, {"container": str(district.boxes[1].pk)})
    assert "There is a problem" in text(answer)
    assert "container" not in Draft.objects.get().answers


@pytest.mark.parametrize("there", [BIN, CONTACT, CHECK, f"{BASE}/where", f"{BIN}/stopped"])
def test_a_forged_jump_leads_to_the_first_page_not_answered(
    resident: FormClient, there: str
) -> None:
    assert resident.get(there)["Location"] == ADDRESS
    if not there.endswith("stopped"):
        assert resident.post(there, {"container": "1", "email": "x"})["Location"] == ADDRESS
    assert Draft.objects.get().answers == {}


def test_an_unknown_page_or_service_is_not_found(resident: FormClient) -> None:
    for path in (f"{BASE}/nowhere", "/services/nothing", "/services/nothing/x"):
        assert resident.get(path).status_code == 404


def test_a_stopped_check_cannot_be_passed_by_going_on(resident: FormClient, district: Any) -> None:
    district.case(0)
    box = district.boxes[0]
    resident.post(ADDRESS, {"property": str(box.place_id)})
    assert resident.post(BIN, {"container": str(box.pk)})["Location"] == f"{BIN}/stopped"
    assert resident.get(CONTACT)["Location"] == BIN
    assert resident.get(CHECK)["Location"] == BIN
    answer = resident.post(CHECK)
    assert answer.status_code in (200, 302) and Case.objects.count() == 1


def test_going_back_to_another_home_asks_for_its_bin_again(
    resident: FormClient, district: Any
) -> None:
    fill(resident, district.boxes[0])
    assert resident.get(CHECK).status_code == 200
    resident.post(ADDRESS, {"property": str(district.boxes[1].place_id)})
    assert resident.get(CHECK)["Location"] == BIN
    resident.post(BIN, {"container": str(district.boxes[1].pk)})
    # What was typed on the later pages is still there.
    assert "ann@resident.example" in text(resident.get(CHECK))


def test_sent_twice_and_replayed_it_is_one_report(resident: FormClient, district: Any) -> None:
    fill(resident, district.boxes[0])
    form_id = resident.form_ids[BASE]
    first = resident.post(CHECK)
    again = resident.post(CHECK)
    reference = Case.objects.get().reference
    assert f"sent as {reference}" in text(again)
    assert reference in text(resident.get(first["Location"]))
    stranger = FormClient()
    assert stranger.get(first["Location"])["Location"].startswith("/case/open?reference=")
    answer = stranger.post(f"{BASE}/{form_id}/check")
    assert answer.status_code == 410 and reference not in text(answer)


def test_a_tab_of_a_form_that_was_sent_says_so(resident: FormClient, district: Any) -> None:
    fill(resident, district.boxes[0])
    resident.post(CHECK)
    assert "This form was sent" in text(resident.post(CONTACT, {"email": ""}))
    assert Case.objects.count() == 1


def test_a_page_left_open_overnight_is_explained_and_keeps_its_answers(
    resident: FormClient, district: Any
) -> None:
    fill(resident, district.boxes[0])
    district.case(0)
    draft = Draft.objects.get(sent_at=None)
    answer = resident.post(CHECK)
    assert "We already know about this bin" in text(answer)
    draft.refresh_from_db()
    assert draft.answers["email"] == "ann@resident.example"


@pytest.mark.parametrize("email", ["ann", "ann@", "a@b", "a b@c.example", "x" * 300 + "@c.example"])
def test_an_email_address_that_is_none_keeps_what_was_typed(
    resident: FormClient, district: Any, email: str
) -> None:
    box = district.boxes[0]
    resident.post(ADDRESS, {"property": str(box.place_id)})
    resident.post(BIN, {"container": str(box.pk)})
    answer = resident.post(CONTACT, {"name": "Ann <b>", "email": email, "phone": "01530 1"})
    assert "There is a problem" in text(answer)
    assert "Ann &lt;b&gt;" in text(answer) and f'value="{email}"' in text(answer)


def test_html_and_placeholders_stay_what_they_are(resident: FormClient, district: Any) -> None:
    box = district.boxes[0]
    resident.post(ADDRESS, {"property": str(box.place_id)})
    resident.post(BIN, {"container": str(box.pk)})
    resident.post(CONTACT, {"name": "{link} {{ 7*7 }} <i>", "email": "", "phone": ""})
    page = text(resident.get(CHECK))
    assert "{link} {{ 7*7 }} &lt;i&gt;" in page


def test_an_expired_or_guessed_link_opens_nothing_and_guessing_is_limited(
    resident: FormClient, district: Any
) -> None:
    case = district.case(0)
    token = access.make_link(case=case, key="k", now=district.now)
    assert resident.get(f"/case/open/{token}")["Location"] == f"/case/{case.reference}"
    assert resident.get(f"/case/{case.reference}").status_code == 200
    Link.objects.update(expires_at=district.now - timedelta(days=1))
    answer = FormClient().get(f"/case/open/{token}")
    assert answer.status_code == 404 and "01632 960 123" in text(answer)
    statuses = {FormClient().get(f"/case/open/{'0' * 39}{n % 10}").status_code for n in range(35)}
    assert statuses == {404, 429}


def test_a_reference_alone_opens_nothing(district: Any) -> None:
    reference = district.case(0).reference
    for any_reference in (reference, "MB-2222-2222", "a"):  # alike, whether or not there is one
        led = FormClient().get(f"/case/{any_reference}")
        assert (led.status_code, led["Location"]) == (302, f"/case/open?reference={any_reference}")
    assert FormClient().get(f"/case/{reference}/sent")["Location"].startswith("/case/open?")


def test_look_ups_of_one_home_are_limited_and_keep_nobody_else_out(district: Any) -> None:
    home, box = str(district.boxes[0].place_id), str(district.boxes[0].pk)

    def look_up(address: str) -> Any:
        client = FormClient(REMOTE_ADDR=address)
        client.post(f"{BASE}/begin")
        client.post(ADDRESS, {"property": home})
        return client.post(BIN, {"container": box})

    # A stranger's /64, which one household has whole.
    codes = {look_up(f"2001:db8:1:2::{n:x}").status_code for n in range(60)}
    answer = look_up("2001:db8:1:2:ffff::1")
    assert codes == {302} and answer.status_code == 429 and "01632 960 123" in text(answer)
    # The home's own people, meanwhile.
    assert look_up("2001:db8:1:3::1").status_code == look_up("10.0.0.1").status_code == 302


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:a:b:c:d", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("10.1.2.3:4000", "10.1.2.3"),
        ("[2001:db8:1:2::9]:99", "2001:db8:1:2::/64"),
        ("", ""),
        ("x", ""),
    ],
)
def test_limits_count_an_address_or_a_64(address: str, counted: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    assert limits.address(request) == counted


def test_guesses_at_one_account_from_many_addresses_are_slow_and_hold_up_nobody_else(
    district: Any, settings: Any
) -> None:
    settings.DEMO = False  # which signs in nobody from elsewhere
    own = FormClient()
    assert signs_in(own, "officer").status_code == 302
    own.post("/desk/sign-out")
    wrong = {"username": "Officer", "password": "wrong"}
    networks = [FormClient(REMOTE_ADDR=f"10.7.0.{n}") for n in range(31)]
    for network in networks:
        assert network.post("/desk/sign-in", wrong).status_code == 200
    # Each has three otherwise, and then two seconds.
    said = [network.post("/desk/sign-in", wrong) for network in networks]
    assert {page.status_code for page in said} == {429}
    assert all(20 < int(page["Retry-After"]) <= 30 for page in said)
    assert re.search(r"Wait \d\d seconds and try again", text(said[0]))
    assert "A passkey works at once" in text(said[0])
    # Whoever guessed nothing, here or in a browser of their own, is kept out by nobody's guesses.
    assert signs_in(FormClient(REMOTE_ADDR="10.8.0.1"), "officer").status_code == 302
    Secret.objects.update(last_step=0)
    assert signs_in(own, "officer").status_code == 302


def test_a_form_from_elsewhere_is_refused_with_a_way_on(district: Any) -> None:
    client = FormClient(enforce_csrf_checks=True)
    answer = client.post(f"{BASE}/begin")
    assert answer.status_code == 403 and "01632 960 123" in text(answer)


def test_too_many_passwords_wait_and_say_so(district: Any) -> None:
    client = FormClient()
    for _ in range(11):
        given = {"username": "officer", "password": "wrong"}
        answer = client.post("/desk/sign-in", given)
    assert answer.status_code == 429 and "01632 960 123" in text(answer)
    right = {"username": "officer", "password": "a-long-password"}
    assert client.post("/desk/sign-in", right).status_code == 429


def test_a_sign_in_leads_nowhere_else(district: Any) -> None:
    for there in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert signs_in(FormClient(), "officer", next=there)["Location"] == "/desk"


def test_no_page_allows_foreign_or_inline_script(district: Any) -> None:
    policy = FormClient().get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_the_message_goes_to_the_address_that_was_typed_and_no_other(
    resident: FormClient, district: Any
) -> None:
    fill(resident, district.boxes[0], email="ann@resident.example")
    resident.post(CHECK)
    assert list(Message.objects.values_list("to", flat=True)) == ["ann@resident.example"]


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"MZ\x90 not a picture", "must be a photo"),
        (picture("BMP"), "must be a photo"),
        (picture()[:200], "part of its file is missing"),
        (b"", "must be a photo"),
        (b"\xff\xd8\xff" + b"x" * (41 << 20), "smaller than 40 MB"),
    ],
)
def test_a_file_that_is_no_photo(district: Any, body: bytes, says: str) -> None:
    from doorstep.staff.models import StaffUser

    client = FormClient()
    crew = StaffUser.objects.get(username="crew")
    client.force_login(crew, "django.contrib.auth.backends.ModelBackend")
    given = {"event": "7d6a3f3e-4f0f-4f8e-9d0c-1f2f3a4b5c6d", "reason": "not_out"}
    box = {"container": str(district.boxes[2].pk)}
    file = SimpleUploadedFile("p.jpg", body, "image/jpeg")
    answer = client.post("/crew/REF-1/log", {**given, **box, "photo": file})
    assert says in text(answer)


def test_a_link_to_what_only_a_form_may_do_is_explained(district: Any) -> None:
    answer = FormClient().get("/services/missed-bin/begin")
    assert answer.status_code == 405 and answer["Allow"] == "POST"
    assert "Nothing was sent" in answer.content.decode()


def test_who_was_signed_out_while_sending_comes_to_the_desk_after_signing_in(
    district: Any,
) -> None:
    client = FormClient()
    page = text(client.post("/desk/plan/calendar/days"))
    assert "You were signed out" in page and 'href="/desk/sign-in"' in page
    assert signs_in(client, "officer", next="")["Location"] == "/desk"
