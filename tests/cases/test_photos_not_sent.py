"""Photos of forms that were not sent: as long as a form holds them, and hours beyond."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from doorstep.cases import drafts, forgetting
from doorstep.files import photos
from doorstep.files.models import Photo
from doorstep.web.kit import uploads
from tests.streets import Streets

pytestmark = pytest.mark.django_db


@pytest.fixture
def streets(district: Any) -> Streets:
    return Streets(district)


def photo(at: Any) -> str:
    """Take a photo and return its name."""
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return photos.take(SimpleUploadedFile("p.jpg", file.getvalue()), now=at)


def test_a_photo_stays_as_long_as_its_unfinished_form_and_goes_with_it(streets: Streets) -> None:
    long_ago, now = streets.now - timedelta(days=20), streets.now
    answered, typed, replaced, fresh = (photo(at) for at in (long_ago,) * 3 + (now,))
    draft = streets.draft(photos=[answered])
    fields = {"details": ["By the fountain"], "photos": [typed]}
    drafts.keep_typed(draft=draft, page="details", fields=fields, now=now)
    forgetting.drop_old_photos(now=now)
    assert set(Photo.objects.values_list("name", flat=True)) == {answered, typed, fresh}
    assert photos.path_of(answered) and photos.path_of(replaced) is None
    draft.delete()
    forgetting.drop_old_photos(now=now)
    assert list(Photo.objects.values_list("name", flat=True)) == [fresh]
    forgetting.drop_old_photos(now=now + timedelta(hours=7))
    assert not Photo.objects.exists() and photos.path_of(fresh) is None


def test_a_photo_that_was_sent_stays(streets: Streets) -> None:
    name = photo(streets.now - timedelta(days=20))
    streets.case(photos=[name])
    forgetting.drop_old_photos(now=streets.now + timedelta(days=1))
    assert photos.path_of(name)


def test_a_form_stores_only_so_many_before_the_first_of_them_go() -> None:
    assert timedelta(hours=uploads.HOURS) >= photos.UNSENT
