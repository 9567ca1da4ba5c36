"""`services try`: what goes along, what it says, and the clock that all its processes follow."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from doorstep import moved_clock
from doorstep.cli import embedded, trying
from doorstep.cli.cannot_start import CannotStart

SERVICE = embedded.ROOT / "services" / "missed-bin"


@pytest.fixture
def back() -> Iterator[None]:
    """The environment and the clock as they were."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
    moved_clock.put_back()


def test_no_address_or_key_of_a_councils_goes_along(back: None, tmp_path: Path) -> None:
    ours = {
        "DATABASE_URL": "postgres://db.council.example/doorstep",
        "SECRET_KEY": "of the council",
        "DOORSTEP_MESSENGER": "doorstep.connectors.smtp.SmtpMessenger",
        "SMTP_HOST": "mail.council.example",
        "GOVUK_PAY_KEY": "api_live_x",
        "DOORSTEP_WASTE": "whitespace",
        "ACADEMY_URL": "https://benefits.council.example",
        "DOORSTEP_NOW": "2026-12-01T10:00",
        "DOORSTEP_COUNCIL": "demo",
    }
    os.environ.update(ours)
    trying._set_environment(SERVICE, "8600", tmp_path)
    assert {name for name in ours if name in os.environ} == {"DOORSTEP_COUNCIL"}
    assert os.environ["DOORSTEP_DEMO"] == "1"
    assert os.environ["DOORSTEP_DATA"].startswith(str(tmp_path))
    assert set(os.environ) <= {*trying.GOES_ALONG, "DJANGO_SETTINGS_MODULE", "DOORSTEP_DEMO", "DOORSTEP_TRY", "DOORSTEP_DATA", "PORT"}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "say which folder"),
        (["a", "b"], "say which folder"),
        (["/nowhere/at-all"], "there is no service and no folder /nowhere/at-all"),
        ([str(embedded.ROOT / "docs")], "there is no service.yaml in it"),
        (["missed-bin", "--port", "80"], "port 80 is none"),
        (["missed-bin", "--port", "no"], "port no is none"),
    ],
)
def test_what_cannot_be_tried_is_said_in_a_sentence(given: list[str], says: str) -> None:
    with pytest.raises(CannotStart, match=says):
        trying._read(given)


def test_a_service_is_named_by_its_slug_or_its_folder() -> None:
    assert trying._read(["missed-bin"])[0] == SERVICE
    assert trying._read(["--port", "8700", str(SERVICE)]) == (SERVICE, "8700")


def test_who_follows_a_clock_reads_it_at_each_look(back: None, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    real = timezone.now()
    moved_clock.follow(clock)
    assert timezone.now() - real < timedelta(minutes=1)
    moved_clock.write(clock, timedelta(days=3))
    assert timedelta(days=3) <= timezone.now() - real < timedelta(days=3, minutes=1)
    moved_clock.write(clock, timedelta(days=9))
    assert timezone.now() - real >= timedelta(days=9)


def test_outside_the_demo_nothing_is_tried() -> None:
    bare = {"PATH": os.environ["PATH"], "DOORSTEP_TRY": str(SERVICE)}
    done = subprocess.run(
        [sys.executable, "-c", "import doorstep.settings"], env=bare, capture_output=True, text=True
    )
    assert done.returncode and "DOORSTEP_TRY is set by `services try` alone" in done.stderr
