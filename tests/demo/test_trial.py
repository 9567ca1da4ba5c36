"""A folder that is tried out: each page is of it as it stands now, forms that are begun go on, mistakes are said."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from doorstep import moved_clock
from doorstep.cases.models import Draft
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.places.models import Property


@pytest.fixture
def tried(home: Path, district: Any, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A folder anywhere, which is tried out; its examples are wrong, and stop nothing."""
    folder = tmp_path / "mine" / "damaged-bin"
    shutil.copytree(council.home() / "services" / "damaged-bin", folder)
    examples = folder / "examples.yaml"
    examples.write_text(examples.read_text().replace("stage: with_delivery", "stage: closed"))
    settings.TRIED, settings.DEMO = str(folder), True
    settings.TRIED_CLOCK = tmp_path / "clock"
    settings.DATA = tmp_path
    yield folder
    moved_clock.put_back()


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_it_runs_as_it_stands_whatever_its_examples_say(tried: Path) -> None:
    page = Client().get("/try").content.decode()
    assert "Fill it in as a resident" in page and str(tried) in page
    assert catalogue.current("damaged-bin") is not None
    start = Client().get("/services/damaged-bin")
    assert start.status_code == 200 and b"You are trying damaged-bin" in start.content


def test_an_edit_shows_at_the_next_page_and_a_form_that_is_begun_goes_on(tried: Path) -> None:
    client = Client()
    begun = client.post("/services/damaged-bin/begin", follow=True)
    address = begun.request["PATH_INFO"]
    title = next(iter(catalogue.current("damaged-bin").form.pages)).title  # type: ignore[union-attr]
    assert title in begun.content.decode()
    edit(tried, "form.yaml", title, "Where are you just now?")
    assert "Where are you just now?" in client.get(address).content.decode()
    running = catalogue.current("damaged-bin")
    assert running and Draft.objects.get().version_id == running.digest


def test_a_form_that_is_begun_is_led_on_where_its_page_or_question_is_gone(tried: Path) -> None:
    client = Client()
    begun = client.post("/services/damaged-bin/begin", follow=True).request["PATH_INFO"]
    home = Property.objects.filter(containers__isnull=False).first()
    assert home
    there = client.post(begun, {"property": str(home.pk)})
    assert there.status_code == 302
    second = there["Location"]
    for file in ("form.yaml", "workflow.yaml", "service.yaml", "examples.yaml"):
        path = tried / file
        path.write_text(re.sub(r"\bproperty\b", "house", path.read_text()))
    page = client.get("/try").content.decode()
    assert "Fill it in as a resident" in page, page
    answers = [client.get(begun), client.get(second)]
    assert {answer.status_code for answer in answers} <= {200, 302, 404}


def test_a_mistake_is_said_with_its_line_until_it_is_mended(tried: Path) -> None:
    client = Client()
    client.get("/try")
    edit(tried, "form.yaml", "pages:", "pagges:")
    page = client.get("/services/damaged-bin").content.decode()
    assert "Something is wrong in damaged-bin" in page and "form.yaml" in page and "pagges" in page
    page = client.get("/try").content.decode()
    assert "It cannot run as it stands" in page and "Fill it in" not in page
    assert client.get("/desk/sign-in").status_code == 200
    # It looks like the council, whatever is wrong.
    assert client.get("/brand.css")["Content-Type"].startswith("text/css")
    edit(tried, "form.yaml", "pagges:", "pages:")
    assert client.get("/services/damaged-bin").status_code == 200
    assert "Something is wrong in" not in client.get("/services/damaged-bin").content.decode()


def test_what_only_a_new_folder_must_get_right_does_not_run_either(tried: Path) -> None:
    Client().get("/try")
    before = catalogue.current("damaged-bin")
    edit(tried, "examples.yaml", "property:", "propertee:")
    assert "propertee" in Client().get("/services/damaged-bin").content.decode()
    now = catalogue.current("damaged-bin")
    assert before and now and now.digest == before.digest


def test_the_clock_goes_on_and_never_back(tried: Path, settings: Any) -> None:
    client = Client()
    assert client.post("/try/clock", {"on": "day"}).status_code == 302
    assert moved_clock.written(settings.TRIED_CLOCK) == timedelta(days=1)
    for wrong in ({"to": "2020-01-01T10:00"}, {"to": "soon"}, {"to": "9999-01-01T10:00"}, {}):
        assert "wrong=clock" in client.post("/try/clock", wrong)["Location"]
    assert moved_clock.written(settings.TRIED_CLOCK) == timedelta(days=1)


def test_to_begin_again_is_asked_of_who_started_it(tried: Path, tmp_path: Path) -> None:
    page = Client().post("/try/again").content.decode()
    assert "Beginning again" in page and 'http-equiv="refresh"' in page
    assert (tmp_path / "begin-again").exists()


@pytest.mark.parametrize("path", ["/try", "/try/clock", "/try/again"])
def test_nothing_of_it_is_there_elsewhere(home: Path, db: None, path: str) -> None:
    client = Client()
    answer = client.get(path) if path == "/try" else client.post(path)
    assert answer.status_code == 404
