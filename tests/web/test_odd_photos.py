"""A folder of odd photos, through every door: what is taken is seen at the desk, by anyone, and by programs."""

import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils import timezone
from PIL import Image

from doorstep.cases.models import Case
from doorstep.files import photos
from doorstep.files.models import Photo
from doorstep.reports import actions as reports
from doorstep.staff import actions as staff
from doorstep.staff.actor import Actor
from doorstep.staff.models import StaffUser
from tests.files import pictures
from tests.form_client import FormClient
from tests.size import size
from tests.streets import Streets

pytestmark = pytest.mark.django_db
ODD = pictures.folder()
TAKEN = [odd for odd in ODD if not odd.refused]
REFUSED = [odd for odd in ODD if odd.refused]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
WHY = "By the <b>fountain"
ANSWERS = {
    "where": {"where": "street:11"},
    "similar": {"same": "different"},
    "surface": {"surface": "furniture"},
    "offensive": {"offensive": "no"},
    "contact": {"name": "Ann", "email": "ann@resident.example"},
}


@pytest.fixture
def streets(district: Any) -> Streets:
    return Streets(district)


def upload(odd: pictures.Odd) -> SimpleUploadedFile:
    return SimpleUploadedFile(odd.name, odd.body, "image/jpeg")


class Resident:
    """Somebody with a browser who fills in the form about graffiti."""

    def __init__(self) -> None:
        self.client = FormClient()
        self.at = self.client.post("/services/graffiti/begin")["Location"]

    @property
    def page(self) -> str:
        return self.at.rsplit("/", 1)[1]

    def go_on(self, until: str) -> None:
        """Answer page by page as far as one."""
        while self.page != until:
            self.at = self.client.post(self.at, ANSWERS[self.page])["Location"]

    def send_photos(self, *odd: pictures.Odd, **more: Any) -> Any:
        files = {"photos-file": [upload(one) for one in odd]} if odd else {}
        return self.client.post(self.at, {"details": WHY, **files, **more})

    def send(self) -> Case:
        """Send the form."""
        fields = dict(HIDDEN.findall(self.client.get(self.at).content.decode()))
        assert "/sent" in self.client.post(self.at, fields)["Location"]
        return Case.objects.latest("pk")


def at_details() -> Resident:
    resident = Resident()
    resident.go_on("details")
    return resident


def picture(answer: HttpResponse) -> Image.Image:
    assert answer.status_code == 200
    return Image.open(io.BytesIO(b"".join(answer)))


def test_what_is_taken_is_seen_at_the_desk_and_by_anyone(streets: Streets) -> None:
    officer = FormClient()
    user = StaffUser.objects.get(username="officer")
    officer.force_login(user, "django.contrib.auth.backends.ModelBackend")
    for at in range(0, len(TAKEN), 3):
        odd, resident = TAKEN[at : at + 3], at_details()
        resident.at = resident.send_photos(*odd)["Location"]
        resident.go_on("check")
        case = resident.send()
        names = case.answers["photos"]
        officer.post(f"/desk/cases/{case.reference}/report", {"photo": names})
        desk = officer.get(f"/desk/cases/{case.reference}").content.decode()
        page = FormClient().get(f"/reports/{case.reference}").content.decode()
        for one, name in zip(odd, names, strict=True):
            assert f"/photos/{name}" in desk and name in page
            assert one.shows(picture(officer.get(f"/desk/cases/{case.reference}/photos/{name}"))), (
                one.name
            )
            there = f"/reports/{case.reference}/photos/{name}"
            assert one.shows(picture(FormClient().get(there))), one.name


def test_a_refusal_says_truly_why_and_what_next_and_loses_nothing(streets: Streets) -> None:
    resident = at_details()
    good = TAKEN[0]
    for odd in REFUSED:
        answer = resident.send_photos(odd, good) if odd is REFUSED[0] else resident.send_photos(odd)
        page = answer.content.decode()
        assert odd.refused in page, odd.name
        assert "By the &lt;b&gt;fountain" in page
        assert odd.refused == pictures.MUST_BE or "or go on without it" in page
    # What came beside the first of them was kept, and the form goes on.
    assert Photo.objects.count() == 1 and not list(photos.folder().glob("*.part"))
    resident.at = resident.send_photos()["Location"]
    resident.go_on("check")
    assert resident.send().answers["details"] == WHY


def test_programs_send_and_read_them_by_open311(streets: Streets) -> None:
    by = StaffUser.objects.get(username="administrator")
    token = {"name": "App", "scopes": ["cases:create"], "days": 30, "by": by}
    _, key = staff.make_token(**token, now=timezone.now())
    program = FormClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    for odd in TAKEN[:: size(4, 1)]:
        answer = report(program, odd)
        assert answer.status_code == 201, answer.content
        (said,) = json.loads(answer.content)
        case = Case.objects.get(reference=said["service_request_id"])
        officer, names = Actor("staff", "officer"), case.answers["photos"]
        shown = {"hidden": False, "text": False, "photos": names, "now": timezone.now()}
        reports.show(case_id=case.pk, by=officer, **shown)
        (row,) = json.loads(FormClient().get(f"/open311/v2/requests/{case.reference}.json").content)
        there = row["media_url"].split("/reports/", 1)[1]
        assert odd.shows(picture(FormClient().get(f"/reports/{there}"))), odd.name
    for odd in REFUSED[:: size(3, 1)]:
        answer = report(program, odd)
        assert answer.status_code == 201 and odd.refused in answer.content.decode(), odd.name


def report(program: FormClient, odd: pictures.Odd) -> Any:
    """Send a report of graffiti with a photo, as a program does."""
    fields = {
        "service_code": "graffiti",
        "lat": "52.72385",
        "long": "-1.37065",
        "attribute[surface]": "furniture",
        "attribute[offensive]": "no",
        "description": odd.name,
    }
    if Case.objects.exists():
        fields["attribute[same]"] = "different"
    return program.post("/open311/v2/requests.json", {**fields, "media": upload(odd)})
