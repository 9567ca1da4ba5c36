"""What a resident adds to a case later is seen by who works on it, who is asked to read it once."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from doorstep.cases import adding, choosing, forgetting, needs_person
from doorstep.cases.models import Case, EventText
from doorstep.council.errors import Refused
from doorstep.files import photos
from doorstep.files.models import Photo
from doorstep.staff.actor import RESIDENT, Actor
from doorstep.tasks.models import Task
from tests.streets import Streets

OFFICER = Actor("staff", "officer")


@pytest.fixture
def streets(district: Any) -> Streets:
    return Streets(district)


def photo(now: Any) -> str:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return photos.take(SimpleUploadedFile("p.jpg", file.getvalue()), now=now)


def add(case: Case, text: str, name: str, streets: Streets) -> None:
    adding.add(case_id=case.pk, text=text, photo=name, by=RESIDENT, now=streets.now)


def test_one_task_for_all_that_is_unread_and_a_new_one_after(streets: Streets) -> None:
    case = streets.case()
    add(case, "It is bigger now", "", streets)
    add(case, "", photo(streets.now), streets)
    (task,) = Task.objects.filter(kind="person")
    assert task.team == "Street Environment" and "bigger" not in task.text
    assert needs_person.last_of(case, adding.TOPIC) == task
    needs_person.end(task_id=task.pk, how="done", said="Read", by=OFFICER, now=streets.now)
    add(case, "And again", "", streets)
    assert Task.objects.filter(kind="person").count() == 2


def test_nothing_or_to_a_closed_case_is_refused(streets: Streets) -> None:
    case = streets.case()
    for text, code in ((" \n", "nothing_added"), ("", "nothing_added")):
        with pytest.raises(Refused) as caught:
            add(case, text, "", streets)
        assert caught.value.code == code
    streets.finish(case)
    with pytest.raises(Refused, match="case_closed"):
        add(case, "It is still there", "", streets)
    assert not Task.objects.exists() and not case.events.filter(kind="added").exists()


def test_what_was_added_goes_with_its_case_and_not_before(
    streets: Streets, django_capture_on_commit_callbacks: Any
) -> None:
    case, name = streets.case(), photo(streets.now)
    add(case, "Number plate AB12", name, streets)
    assert Photo.objects.get(name=name).kept
    choosing.choose(case_id=case.pk, name="withdraw", by=RESIDENT, now=streets.now)
    with django_capture_on_commit_callbacks(execute=True):
        forgetting.erase(case_id=case.pk, now=streets.now)
    assert photos.path_of(name) is None
    assert not EventText.objects.filter(text__contains="AB12").exists()
