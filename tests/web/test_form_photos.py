"""A photo sent with a form is shown to who sent it, on the page that asks for it, and to nobody else."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from doorstep.files import photos
from doorstep.files.models import Photo
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.streets import Streets

pytestmark = pytest.mark.django_db
BEFORE = (
    ("where", {"where": "street:11"}),
    ("surface", {"surface": "furniture"}),
    ("offensive", {"offensive": "no"}),
)


@pytest.fixture
def streets(district: Any) -> Streets:
    return Streets(district)


def file() -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(made, "JPEG")
    return SimpleUploadedFile("p.jpg", made.getvalue(), "image/jpeg")


def begun(client: FormClient, base: str = "/services/graffiti") -> str:
    """Fill in a form as far as its page of photos, and return its address."""
    client.post(f"{base}/begin" if base.startswith("/services") else base, {"channel": "telephone"})
    for page, fields in BEFORE:
        client.post(f"{base}/{page}", fields)
    return f"{base}/{client.form_ids[base]}"


def sent(client: FormClient, form: str, details: str = "By the fountain") -> str:
    """Send a photo and return the address of its picture."""
    client.post(f"{form}/details", {"details": details, "photos-file": [file()]})
    return f"{form}/photos/{Photo.objects.latest('taken_at').name}"


@pytest.mark.parametrize("who", ["", "officer", "crew"])
def test_who_sent_a_photo_sees_it_beside_the_box_that_takes_it_away(
    streets: Streets, who: str
) -> None:
    client = signed_in(who) if who else FormClient()
    base = {"": "/services", "officer": "/desk/new", "crew": "/crew/new"}[who] + "/graffiti"
    form = begun(client, base)
    picture = sent(client, form)
    assert f'<img src="{picture}" alt="Photo 1">' in text(client.get(f"{form}/details"))
    answer = client.get(picture)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Cache-Control"] == "private, no-store"
    photos.make_thumbnail(picture.rsplit("/", 1)[1])
    small = Image.open(io.BytesIO(b"".join(client.get(picture).streaming_content)))
    assert small.size == (320, 240)


def test_nobody_else_sees_it(streets: Streets) -> None:
    client = FormClient()
    picture = sent(client, begun(client))
    name = picture.rsplit("/", 1)[1]
    stranger = FormClient()
    own = begun(stranger)
    for other in (stranger, FormClient(), signed_in("officer"), signed_in("crew")):
        assert other.get(picture).status_code == 410
    assert stranger.get(f"{own}/photos/{name}").status_code == 404
    for base in ("/desk/new", "/crew/new"):
        there = picture.replace("/services", base)
        assert FormClient().get(there).status_code == 302
        assert signed_in("administrator").get(there).status_code in (403, 410)
        assert client.get(there).status_code == 302


def test_a_photo_that_a_case_holds_is_not_seen_by_naming_it(streets: Streets) -> None:
    name = photos.take(file(), now=streets.now)
    photos.keep([name])
    client = FormClient()
    form = begun(client)
    client.post(f"{form}/details", {"details": "", "photos": name, "save": "1"})
    assert client.get(f"{form}/photos/{name}").status_code == 404
    for other in ("stopped", "..%2f..%2fsecret", "x.jpg"):
        assert client.get(f"{form}/photos/{other}").status_code in (302, 404)


def test_it_is_held_and_shown_though_something_else_was_wrong(streets: Streets) -> None:
    client = FormClient()
    form = begun(client)
    page = client.post(f"{form}/details", {"details": "x" * 5000, "photos-file": [file()]})
    picture = f"{form}/photos/{Photo.objects.get().name}"
    assert picture in text(page) and client.get(picture).status_code == 200
    assert picture in text(client.get(f"{form}/details"))


def test_what_was_sent_is_the_cases_and_no_more_the_forms(streets: Streets) -> None:
    client = FormClient()
    form = begun(client)
    picture = sent(client, form)
    client.post(f"{form}/contact", {"name": "", "email": "ann@resident.example", "phone": ""})
    client.post(f"{form}/check")
    answer = client.get(picture)
    assert answer["Content-Type"].startswith("text/html") and "This form was sent" in text(answer)
