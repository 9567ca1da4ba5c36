"""Uploads are counted a person and a form; a refusal says when to come again and whom to call."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from doorstep.files import child, photos
from doorstep.files.models import Photo
from doorstep.web.kit import uploads
from doorstep.web.open311 import sending
from tests.form_client import FormClient
from tests.streets import Streets

pytestmark = pytest.mark.django_db
REFUSED = "Many photos came from you in a short time"
BEFORE = (
    ("where", {"where": "street:11"}),
    ("surface", {"surface": "furniture"}),
    ("offensive", {"offensive": "no"}),
)
Send = Callable[..., Any]


def file() -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "JPEG")
    return SimpleUploadedFile("p.jpg", made.getvalue(), "image/jpeg")


def begun(streets: Streets, ip: str = "127.0.0.1") -> Send:
    """Begin a form in a browser of its own, and return what sends its page of photos."""
    client = FormClient(REMOTE_ADDR=ip)
    base = client.post("/services/graffiti/begin")["Location"].rsplit("/", 1)[0]
    for page, fields in BEFORE:
        client.post(f"{base}/{page}", fields)

    def send(*files: SimpleUploadedFile, **fields: Any) -> str:
        given = {"details": "By the fountain", "photos-file": list(files), **fields}
        answer = client.post(f"{base}/details", given)
        return "" if answer.status_code == 302 else answer.content.decode()

    return send


@pytest.fixture
def streets(district: Any) -> Streets:
    return Streets(district)


def test_a_form_takes_so_many_and_then_says_when_and_whom_to_call(
    streets: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "OF_A_FORM", 2)
    send, other = begun(streets), begun(streets)
    assert send(file(), file()) == ""
    page = send(file())
    assert REFUSED in page and "call us on 01632 960 123" in page and "By the fountain" in page
    assert Photo.objects.count() == 2 and other(file()) == ""
    # Without the photo the form goes on, with all else that was typed.
    assert send() == ""


def test_an_address_sends_so_many_whatever_its_cookies(
    streets: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "OF_AN_ADDRESS", 1)
    assert begun(streets)(file()) == ""
    assert REFUSED in begun(streets)(file())
    assert begun(streets, ip="192.0.2.7")(file()) == ""


def test_a_program_sends_so_many_in_an_hour(
    streets: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    from doorstep.staff import actions as staff
    from doorstep.staff.models import StaffUser

    monkeypatch.setattr(sending, "MOST_PHOTOS", 1)
    by = StaffUser.objects.get(username="administrator")
    _, key = staff.make_token(
        name="App", scopes=["cases:create"], days=30, by=by, now=timezone.now()
    )
    fields = {"service_code": "graffiti", "lat": "52.72385", "long": "-1.37065", "media": file()}
    program = FormClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert program.post("/open311/v2/requests.json", fields).status_code == 400
    fields |= {"media": file(), "description": "Another"}
    answer = program.post("/open311/v2/requests.json", fields)
    assert answer.status_code == 429 and answer["Retry-After"]


def test_while_others_have_every_place_it_says_so(
    streets: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(child, "AT_ONCE", 0)
    page = begun(streets)(file())
    assert "Many photos are being sent just now" in page and "By the fountain" in page


def test_a_photo_that_is_gone_is_asked_for_again_and_then_not_in_the_way(streets: Streets) -> None:
    name = photos.take(file(), now=streets.now)
    send = begun(streets)
    assert send(photos=name) == ""
    photos.remove(name)
    page = send(photos=name)
    assert "We no longer have the photo" in page and name not in page


def test_a_photo_of_another_case_is_nobodys_to_take(streets: Streets) -> None:
    assert begun(streets)(file()) == ""
    name = Photo.objects.get().name
    own = begun(streets)
    assert own(photos=name) == ""  # as long as nobody's case holds it
    photos.keep([name])
    assert own(photos=name) == ""  # it stood in this form before
    other = begun(streets)
    assert "photo" in other(photos=name).lower()
